/**
 * How the bundle becomes an executable: for which machines, and with which rights and V8 flags.
 *
 * @module
 */

/** What an executable may do at most. `main.ts` gives up what its mode does not need before it loads anything. */
export const RIGHTS: readonly string[] = [
  "--allow-read",
  "--allow-env",
  "--allow-net",
  "--allow-run",
  // For image copies, which ask for the certificates that the system trusts; that cannot be allowed by its name.
  "--allow-sys",
  "--allow-write=.,/tmp,/scratch,/target",
  "--no-prompt",
];

/** A small young generation keeps the memory of a serving process down; the other bound is a last resort (protocol 7). */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512";

/** The flags of `deno compile` that are also those of `deno run`. Without a configuration nothing of the lock file is embedded, only the bundle's own files. */
export const COMPILE_FLAGS: readonly string[] = ["--no-config", ...RIGHTS, V8_FLAGS];

/**
 * For `deno compile` in the root of the project: it does not see which chunks are loaded later (`hideDynamicImports`), so it is told. What
 * the bundle notes of itself stays out; it names folders of this machine.
 */
export const CHUNKS: readonly string[] = [
  "--include=build/js",
  "--exclude=build/js/chunks.json",
  "--exclude=build/js/packages.json",
];

/** The name of the executable, as Velero shows it in each log line (protocol 8.2). */
export const PROGRAM = "velero-plugin-for-workloads";

/** A machine that we build for. */
export interface Target {
  /** As `deno compile --target` has it. */
  readonly triple: string;
  /** As container images have it (`TARGETPLATFORM`). */
  readonly platform: string;
  /** The executable's file in `build/`. */
  readonly file: string;
}

/** All machines that a release is built for (protocol 8.1). */
export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", platform: "linux/amd64", file: `${PROGRAM}-linux-amd64` },
  { triple: "aarch64-unknown-linux-gnu", platform: "linux/arm64", file: `${PROGRAM}-linux-arm64` },
];

/**
 * What `deno task build` was asked for: each `--target` by either of its names. None: an executable for this machine, under its bare
 * name.
 *
 * @throws {TypeError} for anything else.
 */
export function targetsFrom(args: readonly string[]): readonly Target[] {
  const words = args.flatMap((word) => word.startsWith("--target=") ? word.split(/=(.*)/, 2) : [word]);
  const known = TARGETS.flatMap(({ triple, platform }) => [triple, platform]).join(", ");
  const targets: Target[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [flag, name] = [words[index], words[index + 1]];
    if (flag !== "--target") throw new TypeError(`Unknown argument "${flag}": there is only --target NAME`);
    const target = TARGETS.find(({ triple, platform }) => name === triple || name === platform);
    if (target === undefined) throw new TypeError(`Unknown target "${name ?? ""}": it is one of ${known}`);
    targets.push(target);
  }
  return targets;
}
