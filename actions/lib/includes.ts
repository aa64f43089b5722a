/** Tells whether a text passes an include and an exclude list. */
export interface Includes {
  has(text: string): boolean;
  /** True when nothing is left out. */
  readonly everything: boolean;
}

/**
 * Velero's pair of lists (protocol 4.1): an empty include list and `*` in it mean all, `*` in the exclude list means nothing, any
 * other entry may be a glob (`*`, `?`, `[a-c]`, `[!a]`, `{a,b}`), and exclusion wins.
 */
export function createIncludes(
  included: readonly string[],
  excluded: readonly string[] = [],
): Includes {
  const all = included.length === 0 || included.includes("*");
  const inside = matcher(included);
  const outside = matcher(excluded.filter((entry) => entry !== "*"));
  return {
    everything: all && excluded.every((entry) => entry === "*"),
    has: (text) => !outside(text) && (all || inside(text)),
  };
}

const GLOB = /[*?[{]/;

function matcher(entries: readonly string[]): (text: string) => boolean {
  const plain = new Set(entries.filter((entry) => !GLOB.test(entry)));
  const globs = entries.filter((entry) => GLOB.test(entry)).flatMap((entry) => globPattern(entry) ?? []);
  return (text) => plain.has(text) || globs.some((glob) => glob.test(text));
}

// What is not a glob matches nothing, as in Velero.
function globPattern(entry: string): RegExp | undefined {
  const parts: string[] = entry.match(/\[!?[^\]]+\]|\{[^{}]*\}|[^]/g) ?? [];
  if (parts.includes("[") || parts.includes("{")) return undefined;
  return new RegExp(`^${parts.map(partPattern).join("")}$`);
}

function partPattern(part: string): string {
  if (part === "*") return ".*";
  if (part === "?") return ".";
  if (part.length > 1 && part.startsWith("[")) {
    return part.replace("[!", "[^").replace(/[\\]/g, "\\$&");
  }
  if (part.length > 1) return `(?:${part.slice(1, -1).split(",").map(literal).join("|")})`;
  return literal(part);
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?*+(){}[\]]/g, "\\$&");
}
