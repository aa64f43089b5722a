/**
 * The XML that storage services answer with: elements that hold text or each other, without attributes that matter.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What is inside of each element of that name, in order; elements of one name do not lie in each other. */
export function elements(xml: string, name: string): string[] {
  const found: string[] = [];
  for (
    const [, inside = ""] of xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>(.*?)</${name}>)`, "gs"))
  ) {
    found.push(inside);
  }
  return found;
}

/** The text of the first element of that name. */
export function textIn(xml: string, name: string): string | undefined {
  const [inside] = elements(xml, name);
  return inside?.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, word) => {
    if (word !== undefined) return ENTITIES[word] ?? whole;
    const point = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** A key of an answer that says whether its keys are encoded as in a URL, because XML cannot hold every letter. */
export function urlDecoded(xml: string, key: string): string {
  return textIn(xml, "EncodingType") === "url" ? decodeURIComponent(key.replaceAll("+", " ")) : key;
}

/** The same text as it stands between two tags. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>]/g, (letter) => `&${letter === "&" ? "amp" : letter === "<" ? "lt" : "gt"};`);
}
