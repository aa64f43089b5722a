/** Tells whether a text passes an include and an exclude list. */
export interface Includes {
  has(text: string): boolean;
  /** True when nothing is left out. */
  readonly everything: boolean;
}

/**
 * Velero's pair of lists (velero-protocol 4.1): an empty include list and `*` in it mean all, `*` in the exclude list means
 * nothing, an entry with `*` inside is a glob, and exclusion wins.
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

function matcher(entries: readonly string[]): (text: string) => boolean {
  const plain = new Set(entries.filter((entry) => !entry.includes("*")));
  const globs = entries.filter((entry) => entry.includes("*")).map(globPattern);
  return (text) => plain.has(text) || globs.some((glob) => glob.test(text));
}

function globPattern(entry: string): RegExp {
  const escaped = entry.split("*").map((part) => part.replace(/[\\^$.|?+(){}[\]]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`);
}
