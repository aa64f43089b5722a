/**
 * Compiles the program without a download, with Deno 2.6.10: enough to check what is packed and how it starts, but not to serve gRPC.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url).pathname;

// Flags of the pinned Deno that 2.6.10 does not know; they only make the executable smaller.
const LATER_FLAGS = /^--(?:exclude-unused-npm|bundle|minify)$/;

/** The compiled program's path below `folder`, or why there is none. */
export async function compile(folder: string): Promise<{ program: string } | { missing: string }> {
  const tools = await run(`${ROOT}tests/tools/denort.sh`, [], {});
  const [, deno, base] = /DENO_2_6='([^']+)' DENORT_BIN='([^']+)'/.exec(tools.stdout) ?? [];
  if (deno === undefined || base === undefined) {
    return { missing: `no compiler: ${tools.stderr.slice(-500)}` };
  }
  const program = `${folder}/velero-plugin-for-workloads`;
  // The lock file and the cache of the pinned Deno stay as they are: another version rewrites them.
  await Deno.copyFile(`${ROOT}deno.lock`, `${folder}/deno.lock`);
  const args = ["compile", "--no-check", "--lock", `${folder}/deno.lock`, ...await buildFlags()];
  const { code, stderr } = await run(deno, [...args, "--output", program, `${ROOT}main.ts`], {
    DENORT_BIN: base,
    DENO_DIR: base.replace(/denort$/, "deno-dir"),
    // Networks with a certificate authority of their own have it in the system's store.
    DENO_TLS_CA_STORE: "system,mozilla",
  });
  return code === 0 ? { program } : { missing: `it does not compile: ${stderr.slice(-500)}` };
}

/** Permissions and V8 flags of `deno task build`. */
async function buildFlags(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const words: string[] = tasks.build.split(" ");
  return words.filter((word) => word.startsWith("--") && word !== "--output" && !LATER_FLAGS.test(word));
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; one that cannot be started ends with code -1. */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  try {
    const command = new Deno.Command(program, { args: [...args], env: { NO_COLOR: "1", ...env } });
    const { code, stdout, stderr } = await command.output();
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } catch (error) {
    return { code: -1, stdout: "", stderr: String(error) };
  }
}
