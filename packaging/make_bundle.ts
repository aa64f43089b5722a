/**
 * Sees to it that `build/js` holds the bundle of the present sources. Whoever starts the program as it ships asks here first: the
 * tests, the demo, the benchmark.
 *
 * @module
 */

import type { Chunks } from "./chunks.ts";

const ROOT = new URL("../", import.meta.url);

// Besides the bundled files themselves: what decides how they are bundled.
const HOW = [
  "deno.json",
  "deno.lock",
  "packaging/chunks.ts",
  "packaging/finish_bundle.ts",
  "packaging/source_map.ts",
];

/**
 * Runs the task `bundle` when there is no bundle or one of its files has changed since. Whoever else asks meanwhile waits.
 *
 * @param root The project; for tests.
 * @returns what is in which chunk.
 */
export async function makeBundle(root: URL = ROOT): Promise<Chunks> {
  await Deno.mkdir(new URL("build", root), { recursive: true });
  using lock = await Deno.open(new URL("build/.bundling", root), { create: true, write: true });
  await lock.lock(true);
  const made = await madeFrom(root);
  if (made !== undefined) return made;
  await runTask(root);
  return await readChunks(root);
}

async function readChunks(root: URL): Promise<Chunks> {
  return JSON.parse(await Deno.readTextFile(new URL("build/js/chunks.json", root)));
}

/** The bundle of the present sources, `undefined` when it has yet to be made. A new file is one that an older file has come to import. */
async function madeFrom(root: URL): Promise<Chunks | undefined> {
  const made = await changed(new URL("build/js/chunks.json", root));
  if (made === undefined) return undefined;
  const chunks = await readChunks(root);
  const own = Object.values(chunks).flatMap(({ modules }) => modules).filter((name) =>
    !name.startsWith("npm:")
  );
  const times = await Promise.all([...own, ...HOW].map((name) => changed(new URL(name, root))));
  return times.every((time) => time !== undefined && time <= made) ? chunks : undefined;
}

/** When a file was written, in milliseconds; `undefined` when it is not there. */
async function changed(file: URL): Promise<number | undefined> {
  try {
    return (await Deno.stat(file)).mtime?.getTime();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function runTask(root: URL): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle"],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`deno task bundle failed: ${new TextDecoder().decode(stderr).trim()}`);
}

if (import.meta.main) await makeBundle();
