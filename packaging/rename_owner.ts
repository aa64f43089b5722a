/**
 * Makes the repository another owner's: `deno task rename-owner NAME` rewrites every file that names the image or the repository.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { NAME, OWNER } from "./project.ts";

/** Where the names of an owner stand: the image, the repository, and the repository as `gh` takes it. */
export const OWNED = new RegExp(String.raw`(\bghcr\.io/|\bgithub\.com/|--repo )([\w.-]+)/(?=${NAME}\b)`, "g");

// What git keeps for itself, or ignores.
const SKIPPED = /(?:^|\/)(?:\.git|node_modules)$|^(?:build|coverage|tests\/velero\/(?:bin|run[^/]*))$/;
const BINARY = /\.(?:png|jpg|gz|tgz|tar|zip|ico|woff2?)$/;

/** The text as another owner's. */
export function withOwner(text: string, owner: string): string {
  return text
    .replaceAll(OWNED, (_, front: string) => `${front}${owner}/`)
    .replaceAll(`export const OWNER = "${OWNER}";`, `export const OWNER = "${owner}";`);
}

/** All text files below a folder, as paths relative to it. */
export function* textFiles(root: URL): Generator<string> {
  for (const file of filesOf(root)) {
    if (!BINARY.test(file)) yield file;
  }
}

/** All files below a folder that belong to the repository, as paths relative to it. */
export function* filesOf(root: URL, folder = ""): Generator<string> {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(new URL(folder, root))) {
    if (SKIPPED.test(folder + name)) continue;
    if (isDirectory) yield* filesOf(root, `${folder}${name}/`);
    else if (isFile) yield folder + name;
  }
}

/** Rewrites the files below a folder; gives those that were changed. */
export async function renameOwner(root: URL, owner: string): Promise<string[]> {
  const changed: string[] = [];
  for (const file of textFiles(root)) {
    const url = new URL(file, root);
    const text = await Deno.readTextFile(url);
    const renamed = withOwner(text, owner);
    if (renamed === text) continue;
    await Deno.writeTextFile(url, renamed);
    changed.push(file);
  }
  return changed.sort();
}

if (import.meta.main) {
  const [owner = ""] = Deno.args;
  if (!/^[a-z\d](?:[a-z\d-]*[a-z\d])?$/.test(owner)) {
    console.error(
      "usage: deno task rename-owner NAME, where NAME is the account in lower case, as image names need it",
    );
    Deno.exit(1);
  }
  for (const file of await renameOwner(new URL("../", import.meta.url), owner)) console.log(file);
}
