/**
 * Finds names of rules in a text: `<source> <tag>`, and what looks like one without its source. The forms are those of
 * docs/spec/README.md.
 *
 * @module
 */

/** The files of docs/spec, without `.md`. */
export const SPECIFICATIONS = [
  "superphenix",
  "vmgroup",
  "cnpg",
  "kubevirt",
  "openshift",
  "protocol",
] as const;

/** A rule named in a text. */
export interface Mention {
  readonly source: string;
  readonly tag: string;
  /** 1-based. */
  readonly line: number;
}

/** Something that looks like the name of a rule but says not of which source. */
export interface Stray {
  readonly text: string;
  readonly line: number;
}

const ID = String.raw`DEV-[A-Z]+-\d+|IMP-\d+|T\d+(?:\.\d+)+|[A-Z]\d+[a-d]?`;
const END = String.raw`(?![\w-])`;
// Comments and Markdown break lines anywhere, so the next word may be on the next line.
const GAP = String.raw`\s+(?:(?:\*|//|#|>)\s+)?`;
const NAMED = new RegExp(
  String.raw`(?<![\w.-])(${SPECIFICATIONS.join("|")})${GAP}(${ID}|\d+(?:\.\d+)*)${END}`,
  "g",
);
// «cnpg B6, B8 and R1 to R3»: what follows a name belongs to the same source. A bare number may be a number.
const NEXT = new RegExp(
  String.raw`(?:,|;|/|,?\s+(?:and|or|to)\b)${GAP.replace("+", "*")}(${ID}|\d+(?:\.\d+)+)${END}`,
  "y",
);
const LINKED = new RegExp(String.raw`\b(${SPECIFICATIONS.join("|")})\.md#([A-Z\d][\w.-]*)`, "g");

const STRAYS = [
  /velero-protocol/g,
  /\bdesign sections?(?: \d[\d.]*)?/gi,
  /\bsections? \d[\d.]*/g,
  /§ ?\d[\d.]*/g,
  new RegExp(String.raw`\brules? (?:${ID}|\d+(?:\.\d+)*)${END}`, "gi"),
  new RegExp(String.raw`(?<![\w.$/#-])(?:${ID})${END}`, "g"),
];

// What has the form of a tag and another meaning: versions of plugin kinds, the JavaScript engine, an object store.
const NO_TAGS = new Set(["V1", "V2", "V8", "S3"]);

/** The rules named in a text, links to docs/spec included. */
export function findMentions(text: string): Mention[] {
  return find(text).map(({ source, tag, at }) => ({ source, tag, line: lineOf(text, at) }));
}

/**
 * The names of rules in a text that lack their source.
 *
 * @param known True for the tags that a specification has: a letter with a number is a name only when it is one of them.
 */
export function findStrays(text: string, known: (tag: string) => boolean): Stray[] {
  const named = find(text);
  const found: (Stray & { at: number; end: number })[] = [];
  for (const pattern of STRAYS) {
    for (const { 0: words, index } of text.matchAll(pattern)) {
      if ([...named, ...found].some(({ at, end }) => index >= at && index < end)) continue;
      if (/^[A-Z]\d+[a-d]?$/.test(words) && (NO_TAGS.has(words) || !known(bare(words)))) continue;
      found.push({ text: words, line: lineOf(text, index), at: index, end: index + words.length });
    }
  }
  return found.map(({ text, line }) => ({ text, line }));
}

/** The tags that a specification defines, in its order: `<a id="R7"></a>` with the tag right behind it. */
export function definedTags(specification: string): string[] {
  return [...specification.matchAll(/<a id="([\w.-]+)"><\/a>(?:\*\*)?\1(?![\w-])/g)].map(([, tag = ""]) =>
    tag
  );
}

interface Found {
  readonly source: string;
  readonly tag: string;
  readonly at: number;
  readonly end: number;
}

function find(text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(NAMED)) {
    const [words, source = "", first = ""] = match;
    let end = match.index + words.length;
    found.push({ source, tag: bare(first), at: match.index, end });
    for (;;) {
      NEXT.lastIndex = end;
      const next = NEXT.exec(text);
      if (next === null) break;
      found.push({ source, tag: bare(next[1] ?? ""), at: end, end: NEXT.lastIndex });
      end = NEXT.lastIndex;
    }
  }
  for (const { 0: words, 1: source = "", 2: tag = "", index } of text.matchAll(LINKED)) {
    found.push({ source, tag, at: index, end: index + words.length });
  }
  return found;
}

// The letter of a step, as in R4b, is not part of the tag.
function bare(tag: string): string {
  return tag.replace(/^([A-Z]\d+)[a-d]$/, "$1");
}

function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
