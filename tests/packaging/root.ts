/**
 * A root file system as a container of the image has it: glibc, the plugin folder, nothing else, read-only.
 *
 * @module
 */

import { type Ended, run } from "./compile.ts";

/** Makes the root in `folder` with these files in `/plugins`. The C library is this machine's. */
export async function makeRoot(folder: string, program: string, plugins: readonly string[]): Promise<void> {
  for (const name of ["plugins", "proc", "tmp", "target"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  const { stdout } = await run("ldd", [program], {});
  for (const [path] of stdout.matchAll(/\/\S+/g)) {
    if (path.includes("libgcc")) continue;
    await Deno.mkdir(folder + path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(path, folder + path);
  }
  for (const path of plugins) await Deno.copyFile(path, `${folder}/plugins/${path.split("/").at(-1)}`);
}

/** The path of libgcc_s.so.1 on this machine. */
export async function findLibgcc(program: string): Promise<string> {
  const { stdout } = await run("ldd", [program], {});
  const [, path] = /libgcc_s\.so\.1 => (\S+)/.exec(stdout) ?? [];
  if (path === undefined) throw new Error(`No libgcc_s.so.1 in: ${stdout}`);
  return path;
}

// $1 is the root; the rest is the command in it. The mounts go with the namespace.
const ENTER = `set -e
root=$1; shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/target"
mount -o remount,bind,ro "$root"
exec env -i LD_LIBRARY_PATH=/plugins "$(command -v chroot || echo /usr/sbin/chroot)" $USER_FLAG "$root" "$@"`;

/** Runs a command in the root, as a user that nobody knows, without environment but the library path that every installer sets. */
export function runIn(folder: string, ...command: string[]): Promise<Ended> {
  const root = Deno.uid() === 0;
  const namespaces = root ? ["-m", "-p", "-f"] : ["-U", "-r", "-m", "-p", "-f"];
  return run("unshare", [...namespaces, "sh", "-c", ENTER, "sh", folder, ...command], {
    USER_FLAG: root ? "--userspec=12345:0" : "",
  });
}
