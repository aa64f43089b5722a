/**
 * Which npm packages the bundle holds code of. The bundler's source maps are the witness: what left no line there is not inside.
 *
 * @module
 */

/** A package of which at least one file is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  /** Missing when another package had bundled this one before, and only its name is left. */
  readonly version?: string;
  /** Its unpacked folder on this machine, with a slash behind; missing like the version. */
  readonly folder?: string;
  /** The comments that claim a copyright at the head of its files, each text once. */
  readonly notices: readonly string[];
}

/** One file that the bundler read. */
export interface BundledFile {
  /** Where it lay. */
  readonly url: URL;
  /** What was in it, when the map says so. */
  readonly text: string | undefined;
}

const IN_CACHE = /^(.*\/npm\/[^/]+\/((?:@[^/]+\/)?[^/@]+)\/(\d+\.\d+\.\d+[^/]*)\/)/;
const INLINED = /\/npm\/[^/]+\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/** The packages of these files, each once, sorted by name and version; our own files are nobody's. */
export function packagesOf(files: readonly BundledFile[]): BundledPackage[] {
  const found = new Map<string, Omit<BundledPackage, "notices"> & { readonly notices: Set<string> }>();
  for (const { url, text = "" } of files) {
    const owner = ownerOf(decodeURIComponent(url.pathname));
    if (owner === undefined) continue;
    const key = nameOf(owner);
    const entry = found.get(key) ?? { ...owner, notices: new Set<string>() };
    found.set(key, entry);
    const comment = headComment(text);
    if (/copyright/i.test(comment)) entry.notices.add(comment);
  }
  return [...found.keys()].sort().flatMap((key) => {
    const entry = found.get(key);
    return entry === undefined ? [] : [{ ...entry, notices: [...entry.notices].sort() }];
  });
}

/** A package as people write it: `name@version`, or the name alone where that is all that is known. */
export function nameOf({ name, version }: Pick<BundledPackage, "name" | "version">): string {
  return version === undefined ? name : `${name}@${version}`;
}

function ownerOf(path: string): Omit<BundledPackage, "notices"> | undefined {
  const [, folder, name, cached] = IN_CACHE.exec(path) ?? [];
  if (folder !== undefined && name !== undefined && cached !== undefined) {
    // A second copy of one version, for other peers, has the suffix _1.
    return { name, version: cached.replace(/_\d+$/, ""), folder };
  }
  const [, inlined] = INLINED.exec(path) ?? [];
  return inlined === undefined ? undefined : { name: inlined };
}

/** The words of the comment with which a file begins. */
function headComment(text: string): string {
  const [, block, lines] = /^\s*(?:\/\*([^]*?)\*\/|((?:\/\/.*\n)+))/.exec(text) ?? [];
  return (block ?? lines ?? "").split("\n")
    .map((line) => line.replace(/^\s*(?:\/\/|[*!]+)?\s?/, "").replace(/[\s*]+$/, ""))
    .join("\n").trim();
}
