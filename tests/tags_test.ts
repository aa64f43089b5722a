import { assertEquals } from "@std/assert";
import { SOURCES } from "../actions/sources.ts";
import { definedTags, findMentions, findStrays, SPECIFICATIONS } from "./tags.ts";
import { EXEMPT } from "./tags_exempt.ts";

const ROOT = new URL("../", import.meta.url);
// These two have examples of what must not be written.
const SKIPPED =
  /^(?:\.git|build|coverage|node_modules|tests\/velero\/(?:bin|run)|tests\/tags(?:_test)?\.ts)$/;
const READ = /\.(?:tsx?|md|sh|ya?ml|go|proto)$|^tests\/golden\/deviations\.json$|^(?:\.ci\/run|Dockerfile)$/;
const TEST = /_(?:test|e2e)\.tsx?$|^tests\/golden\/deviations\.json$/;

const readable = Deno.permissions.querySync({ name: "read" }).state === "granted";

Deno.test({
  name: "every named rule exists, is named with its source, and is named by a test",
  ignore: !readable,
  fn: async () => {
    const defined = new Map<string, ReadonlySet<string>>();
    for (const source of SPECIFICATIONS) {
      const tags = definedTags(await Deno.readTextFile(new URL(`docs/spec/${source}.md`, ROOT)));
      assertEquals(
        tags.filter((tag, index) => tags.indexOf(tag) !== index),
        [],
        `tags twice in docs/spec/${source}.md`,
      );
      defined.set(source, new Set(tags));
    }
    const known = (tag: string) => [...defined.values()].some((tags) => tags.has(tag));
    const faults: string[] = [];
    const tested = new Set<string>();
    for await (const path of files("")) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      for (const { source, tag, line } of findMentions(text)) {
        if (TEST.test(path)) tested.add(`${source} ${tag}`);
        if (defined.get(source)?.has(tag)) continue;
        faults.push(`${path}:${line} names ${source} ${tag}, which docs/spec/${source}.md does not have`);
      }
      // A specification names its own rules without their source.
      if (path.startsWith("docs/spec/")) continue;
      for (const { text: words, line } of findStrays(text, known)) {
        faults.push(
          `${path}:${line} names «${words}» without the source; write it as «cnpg R7» or «protocol 4.9»`,
        );
      }
    }
    for (const name of [...SOURCES.map((source) => source.name), "protocol"]) {
      for (const tag of required(name, [...defined.get(name) ?? []])) {
        if (tested.has(tag) || tag in EXEMPT) continue;
        faults.push(
          `${tag} is named by no test; name it at its case, or give a reason in tests/tags_exempt.ts`,
        );
      }
    }
    for (const tag of Object.keys(EXEMPT)) {
      const [source = "", id = ""] = tag.split(" ");
      if (tested.has(tag)) faults.push(`tests/tags_exempt.ts has ${tag}, which a test names`);
      else if (!defined.get(source)?.has(id)) {
        faults.push(`tests/tags_exempt.ts has ${tag}, which does not exist`);
      }
    }
    assertEquals(faults, []);
  },
});

/** The tags of a source that a test has to name: not its sections, facts and open questions; of the protocol the sections too. */
function required(source: string, tags: readonly string[]): string[] {
  return tags
    .filter((tag) =>
      source === "protocol" ? !tags.some((other) => other.startsWith(`${tag}.`)) : !/^[\dVQ]/.test(tag)
    )
    .map((tag) => `${source} ${tag}`);
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder === "" ? "." : folder, ROOT))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(path)) continue;
    if (entry.isDirectory) yield* files(path);
    else if (READ.test(path)) yield path;
  }
}

const KNOWN = new Set(["B6", "B8", "R1", "R3", "R7", "S3", "V2", "T4.3.1"]);

const TEXTS: [text: string, mentions: string[], strays: string[]][] = [
  ["(cnpg R7)", ["cnpg R7"], []],
  [
    "(cnpg B6, B8 and R1 to R3; protocol 4.9)",
    ["cnpg B6", "cnpg B8", "cnpg R1", "cnpg R3", "protocol 4.9"],
    [],
  ],
  [" * as cnpg\n * R7 says", ["cnpg R7"], []],
  ["// kubevirt\n// 5.11, or 6 more", ["kubevirt 5.11"], []],
  ["cnpg R4b", ["cnpg R4"], []],
  ['["superphenix T4.3.1", 5]', ["superphenix T4.3.1"], []],
  ["vmgroup DEV-VMG-7, DEV-VMG-9: both", ["vmgroup DEV-VMG-7", "vmgroup DEV-VMG-9"], []],
  ["[cnpg R7](spec/cnpg.md#R7)", ["cnpg R7", "cnpg R7"], []],
  ["KubeVirt 1.7, OpenShift 4.16, kubevirt v0.9", [], []],
  ["(rule cnpg R7)", ["cnpg R7"], []],
  ["(rule 3.2), rules B6", [], ["rule 3.2", "rules B6"]],
  ["restore rule 3", [], ["rule 3"]],
  ["velero-protocol 4.9", [], ["velero-protocol"]],
  ["design section 3, cnpg section 9", [], ["design section 3", "section 9"]],
  ["(R7), T4.3.1, DEV-CNPG-3, IMP-07", [], ["R7", "T4.3.1", "DEV-CNPG-3", "IMP-07"]],
  ["S3 and V2 and V8, B99, 6R7, R7x, list-R7, f.R7", [], []],
];

for (const [text, mentions, strays] of TEXTS) {
  Deno.test(`names of rules in ${JSON.stringify(text)}`, () => {
    assertEquals(findMentions(text).map(({ source, tag }) => `${source} ${tag}`), mentions);
    const found = findStrays(text, (tag) => KNOWN.has(tag)).map((stray) => stray.text);
    assertEquals(found.toSorted(), strays.toSorted());
  });
}

Deno.test("a fault says its line", () => {
  assertEquals(findMentions("x\ny cnpg R7\n")[0]?.line, 2);
  assertEquals(findStrays("x\n\n(R7)", () => true), [{ text: "R7", line: 3 }]);
});

Deno.test("definedTags takes anchors that stand before their tag", () => {
  const text =
    '## <a id="4"></a>4. A\n- <a id="R7"></a>**R7** b\n| <a id="T4.1"></a>T4.1 |\n<a id="x"></a>y R8';
  assertEquals(definedTags(text), ["4", "R7", "T4.1"]);
});
