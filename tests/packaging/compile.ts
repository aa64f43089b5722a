/**
 * Compiles the bundled program without a download, with Deno 2.6.10: enough to check what is packed and how it starts, but not to serve
 * gRPC.
 *
 * @module
 */

import { CHUNKS, COMPILE_FLAGS, PROGRAM } from "../../packaging/compile.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MAIN = `${ROOT}build/js/main.js`;

/**
 * The compiled program's path below `folder`, or why there is none.
 *
 * @param main What is compiled, with the flags of `deno task build`.
 */
export async function compile(
  folder: string,
  main: string = MAIN,
): Promise<{ program: string } | { missing: string }> {
  const tools = await run(`${ROOT}tests/tools/denort.sh`, [], {});
  const [, deno, base] = /DENO_2_6='([^']+)' DENORT_BIN='([^']+)'/.exec(tools.stdout) ?? [];
  if (deno === undefined || base === undefined) {
    return { missing: `no compiler: ${tools.stderr.slice(-500)}` };
  }
  const program = `${folder}/${PROGRAM}`;
  await makeBundle();
  const { code, stderr } = await run(deno, [
    "compile",
    ...COMPILE_FLAGS,
    ...CHUNKS,
    "--output",
    program,
    main,
  ], {
    DENORT_BIN: base,
    // The cache of the pinned Deno stays as it is: another version rewrites it.
    DENO_DIR: base.replace(/denort$/, "deno-dir"),
    // Networks with a certificate authority of their own have it in the system's store.
    DENO_TLS_CA_STORE: "system,mozilla",
  });
  return code === 0 ? { program } : { missing: `it does not compile: ${stderr.slice(-500)}` };
}
