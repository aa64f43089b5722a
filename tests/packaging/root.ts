/**
 * A root file system as a container has it, made of Debian's packages: glibc, what the image puts on top, nothing else. It is read-only,
 * and whoever runs in it is a user by number, without capabilities and without HOME (protocol 8.8).
 *
 * @module
 */

import { type Ended, run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The Debian release whose glibc the root has. 11 is that of Velero's images before 1.12.1, 12 that of our own image. */
export type Debian = "debian-11" | "debian-12";

/** A container root. */
export interface Root extends AsyncDisposable {
  /** Where it lies; files can be put there before something runs. */
  readonly folder: string;
  /** A folder with the same path inside and outside, which everybody may write. */
  readonly shared: string;
  /** Runs a command to its end. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The path of a script that runs a command with the script's arguments, and with these variables of the script's own environment. */
  script(command: readonly string[], variables: readonly string[]): Promise<string>;
  /** What outside holds `/scratch` and `/target`. */
  outside(path: string): string;
}

/** Debian's packages, or why there are none. */
export async function debianPackages(): Promise<{ missing?: string }> {
  const { code, stderr } = await run(`${ROOT}tests/tools/debian_packages.sh`, [], {});
  return code === 0 ? {} : { missing: `no Debian packages: ${stderr.slice(-200)}` };
}

/** Whether namespaces can be made here: neither every container nor every user may. */
export async function canMakeNamespaces(): Promise<boolean> {
  return (await run("unshare", [...namespaces(), "true"], {})).code === 0;
}

function namespaces(): string[] {
  return Deno.uid() === 0 ? ["-m", "-p", "-f"] : ["-U", "-r", "-m", "-p", "-f"];
}

/** Makes a root with the C library of that Debian, and nothing else yet. */
export async function makeRoot(debian: Debian): Promise<Root> {
  const folder = await Deno.makeTempDir({ prefix: "root-" });
  const shared = await Deno.makeTempDir({ prefix: "root-shared-" });
  for (const name of ["lib64", "plugins", "proc", "tmp", "scratch", "target", "in"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  const files = ["lib", "lib64"].map((name) => `${ROOT}build/tools/${debian}/${name}`);
  await run("cp", ["-a", ...files, folder], {});
  // The packages bring libgcc as well; the image's own is to be found.
  for await (const { name } of Deno.readDir(`${folder}/lib`)) {
    await Deno.remove(`${folder}/lib/${name}/libgcc_s.so.1`).catch(() => {});
  }
  for (const name of ["scratch", "target"]) {
    await Deno.mkdir(`${shared}/${name}`);
    await Deno.chmod(`${shared}/${name}`, 0o1777);
  }
  await Deno.chmod(folder, 0o755);
  await Deno.chmod(shared, 0o1777);
  // Nobody knows this user.
  const user = String(100_000 + Math.floor(Math.random() * 1_000_000));
  const enter = (
    command: readonly string[],
  ) => [...namespaces(), "sh", "-c", ENTER, "sh", folder, shared, ...command];
  const own = { CHROOT_USER: Deno.uid() === 0 ? `--userspec=${user}:0` : "" };
  return {
    folder,
    shared,
    run: (command, env = {}) =>
      run("unshare", enter(command), { ...own, CHROOT_ENV: Object.keys(env).join(" "), ...env }),
    async script(command, variables) {
      const path = `${shared}/start.sh`;
      const words = enter(command).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
      const text =
        `#!/bin/sh\nexport CHROOT_ENV='${variables.join(" ")}' CHROOT_USER='${own.CHROOT_USER}'\n` +
        `PLUGIN_COMMAND="$0" exec unshare ${words.join(" ")} "$@"\n`;
      await Deno.writeTextFile(path, text);
      await Deno.chmod(path, 0o755);
      return path;
    },
    outside: (path) => path.startsWith("/tmp/") ? path : shared + path,
    async [Symbol.asyncDispose]() {
      for (const path of [folder, shared]) await Deno.remove(path, { recursive: true });
    },
  };
}

// $1 is the root, $2 the shared folder; the rest is the command. The mounts go with the namespace. In a user namespace the user stays
// root of that namespace: only real root can become somebody else.
const ENTER = `set -e
root=$1 shared=$2; shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root$shared"
mount --bind "$shared" "$root$shared"
for name in scratch target; do mount --bind "$shared/$name" "$root/$name"; done
mount -o remount,bind,ro "$root"
cd /
words=
for name in $CHROOT_ENV; do eval "value=\\\${$name-}"; [ -n "$value" ] && words="$words $name=$value"; done
exec env -i $words setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid \
  "$(command -v chroot || echo /usr/sbin/chroot)" $CHROOT_USER "$root" "$@"`;
