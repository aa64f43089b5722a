/**
 * The two kinds of credential files that consist of lines (openshift IMP-56, T13.10.22).
 *
 * @module
 */

/** The sections of an ini file of AWS, each with its keys. `[profile name]` is the section `name`, as in a config file. */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const line of linesOf(text)) {
    const [, title] = /^\[\s*(?:profile\s+)?(.*?)\s*\]/.exec(line) ?? [];
    if (title !== undefined) {
      const name = unquoted(title);
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const pair = pairOf(line);
    if (pair !== undefined) section?.set(pair[0].toLowerCase(), pair[1]);
  }
  return sections;
}

/** The variables of an env file. */
export function parseEnv(text: string): ReadonlyMap<string, string> {
  const pairs = linesOf(text).map((line) => pairOf(line.replace(/^export\s+/, "")));
  return new Map(pairs.filter((pair) => pair !== undefined));
}

function linesOf(text: string): string[] {
  return text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/).map((line) => line.trim())
    .filter((line) => line !== "" && !/^[#;]/.test(line));
}

// Keys have no equals sign; values, being base64 or passwords, often do.
function pairOf(line: string): [string, string] | undefined {
  const sign = line.indexOf("=");
  return sign < 1 ? undefined : [line.slice(0, sign).trim(), unquoted(line.slice(sign + 1).trim())];
}

function unquoted(text: string): string {
  const [, , inside] = /^(["'])(.*)\1$/.exec(text) ?? [];
  return inside ?? text;
}
