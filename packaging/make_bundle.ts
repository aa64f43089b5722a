/**
 * Sees to it that `build/js` holds the bundle of the present sources. Whoever starts the program as it ships asks here first: the
 * tests, the demo, the benchmark.
 *
 * @module
 */

import type { Chunks } from "./chunks.ts";

const ROOT = new URL("../", import.meta.url);

// Folders at the top that are no part of the program.
const OTHERS = /^(?:\..*|bench|build|coverage|demo|deploy|docs|node_modules|tests)$/;

/**
 * Runs the task `bundle` when there is no bundle or something in the program's folders has changed since. Whoever else asks meanwhile
 * waits.
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

/** The bundle of the present sources, `undefined` when it has yet to be made. */
async function madeFrom(root: URL): Promise<Chunks | undefined> {
  const made = await Deno.stat(new URL("build/js/chunks.json", root)).catch(() => undefined);
  if (made === undefined || await lastChange(root, true) > timeOf(made)) return undefined;
  return await readChunks(root);
}

/**
 * The latest change in a folder and below, in milliseconds. Not only of what is named in `chunks.json`: a module without code of its
 * own leaves no trace there. A folder changes when a file in it comes or goes.
 */
async function lastChange(folder: URL, top: boolean): Promise<number> {
  const times = [top ? 0 : timeOf(await Deno.stat(folder))];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory && !(top && OTHERS.test(name))) {
      times.push(await lastChange(new URL(`${name}/`, folder), false));
    }
    if (/\.(?:tsx?|json)$|^deno\.lock$/.test(name)) {
      times.push(timeOf(await Deno.stat(new URL(name, folder))));
    }
  }
  return Math.max(...times);
}

function timeOf({ mtime }: Deno.FileInfo): number {
  return mtime?.getTime() ?? Infinity;
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
