/**
 * The log of a serving process, which also takes what is written to `console`. Import it before anything that might print: a stray line on stdout before
 * the handshake stops the Velero server (protocol 1.6).
 *
 * @module
 */

import { readArguments } from "./arguments.ts";
import { createHostLog } from "./log.ts";
import { writeAll } from "./write_all.ts";

/** The one log of the process. */
export const processLog = createHostLog({
  level: readArguments(Deno.args).logLevel,
  write: (line) => writeAll(Deno.stderr, line),
});

// Never above info, which would count as a warning of the backup.
const debug = (...words: unknown[]) => processLog.debug(words.map(String).join(" "));
const info = (...words: unknown[]) => processLog.info(words.map(String).join(" "));
Object.assign(console, { log: debug, debug, info: debug, trace: debug, dir: debug, warn: info, error: info });
