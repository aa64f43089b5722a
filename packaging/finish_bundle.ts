/**
 * The second half of `deno task bundle`: gives each chunk in `build/js` its source map, notes in `chunks.json` what is in it, and in
 * `packages.json` which packages are inside at all.
 *
 * @module
 */

import { type Chunk, hideDynamicImports, importsOf, moduleName } from "./chunks.ts";
import { type BundledFile, packagesOf } from "./packages.ts";
import { inlineComment, slim, type SourceMap } from "./source_map.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL("build/js/", ROOT);

const chunks: Record<string, Chunk> = {};
const files: BundledFile[] = [];
const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".js"))
  .sort();
for (const name of names) {
  const chunk = new URL(name, FOLDER);
  const mapFile = new URL(`${name}.map`, FOLDER);
  const text = await Deno.readTextFile(chunk);
  const map: SourceMap = JSON.parse(await Deno.readTextFile(mapFile));
  const moduleOf = (source: string) => moduleName(new URL(source, mapFile), ROOT);
  const ownName = (source: string) => {
    const module = moduleOf(source);
    // The folder above the chunks stands for the root of the project, as grpc/stack.ts wants it.
    return module.startsWith("npm:") ? undefined : `../${module}`;
  };
  await Deno.writeTextFile(chunk, hideDynamicImports(text) + inlineComment(slim(map, ownName)));
  // The compiler embeds the time; builds of the same sources are to be equal.
  await Deno.utime(chunk, 0, 0);
  await Deno.remove(mapFile);
  chunks[name] = { ...importsOf(text), modules: [...new Set(map.sources.map(moduleOf))] };
  map.sources.forEach((source, index) =>
    files.push({ url: new URL(source, mapFile), text: map.sourcesContent?.[index] ?? undefined })
  );
}
await write("packages.json", packagesOf(files));
// Last, as a sign that all is done.
await write("chunks.json", chunks);

async function write(name: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(new URL(name, FOLDER), `${JSON.stringify(value, undefined, 1)}\n`);
}
