/**
 * What the bundler made: which modules are in which chunk, and which chunks load each other.
 *
 * @module
 */

/** One file of the bundle. */
export interface Chunk {
  /** Chunks that are loaded before it. */
  readonly imports: readonly string[];
  /** Chunks that it loads when it needs them. */
  readonly dynamicImports: readonly string[];
  /** Paths of our own modules, and packages as `npm:name`. */
  readonly modules: readonly string[];
}

/** All chunks by file name. */
export type Chunks = Readonly<Record<string, Chunk>>;

/** The chunks that a chunk names. Their names end in a hash, so that nothing else looks like one. */
export function importsOf(text: string): Pick<Chunk, "imports" | "dynamicImports"> {
  const imports: string[] = [];
  const dynamicImports: string[] = [];
  for (const [, dynamic, name = ""] of text.matchAll(/(import\()?"\.\/([\w.-]+-[A-Z0-9]{8}\.js)"/g)) {
    (dynamic === undefined ? imports : dynamicImports).push(name);
  }
  return { imports, dynamicImports };
}

/**
 * The chunk with dynamic imports that the runtime does not see before it comes to them. Those that it sees it reads and parses at the
 * start, in every mode: 95 files instead of 25 when the program serves.
 */
export function hideDynamicImports(text: string): string {
  return text.replaceAll(/import\(("\.\/[\w.-]+-[A-Z0-9]{8}\.js")\)/g, "import(String($1))");
}

/**
 * A source as {@link Chunk.modules} names it.
 *
 * @param url Where the source lies.
 * @param root The folder of this project, with a slash behind.
 */
export function moduleName(url: URL, root: URL): string {
  const [, name] = /\/npm\/[^/]+\/(?:node_modules\/)?((?:@[^/]+\/)?[^/]+)\//.exec(url.pathname) ?? [];
  if (name !== undefined) return `npm:${name}`;
  if (!url.href.startsWith(root.href)) throw new TypeError(`Neither a package nor a file of ours: ${url}`);
  return decodeURIComponent(url.href.slice(root.href.length));
}

/** The modules that are loaded once the module `entry` has been imported from the first chunk; without those that come later. */
export function loadedBy(chunks: Chunks, entry: string): Set<string> {
  const first = Object.keys(chunks).find((name) => chunks[name]?.modules.includes(entry));
  if (first === undefined) throw new TypeError(`No chunk holds ${entry}`);
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    chunks[name]?.imports.forEach(visit);
  };
  ["main.js", first].forEach(visit);
  return new Set([...seen].flatMap((name) => chunks[name]?.modules ?? []));
}
