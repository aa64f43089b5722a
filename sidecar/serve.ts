/**
 * The mode `sidecar`: serves the counters of plugin processes beside Velero.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { ActionName } from "./collect.ts";
import { createGateReader } from "./gate/reader.ts";
import type { SpoolFiles } from "./spool/files.ts";

/** What the mode needs from its caller. */
export interface SidecarOptions {
  /** The words after `sidecar`. */
  readonly args: readonly string[];
  readonly version: string;
  /** All actions that `ListPlugins` names, so that their series begin at zero. */
  readonly actions: readonly ActionName[];
  /** Folder of the counters, `undefined` when the environment names none. */
  readonly dir: string | undefined;
  /** Reads what the gate left; see `createGateReader`. */
  readonly readGate: () => Promise<string | undefined>;
  /** Gets lines for people. */
  readonly print: (line: string) => void;
}

/** Where it listens without `--listen`; 8085 is Velero's own. */
export const DEFAULT_LISTEN = "0.0.0.0:8087";

const USAGE = `usage: sidecar [--listen HOST:PORT]   (default ${DEFAULT_LISTEN})`;

/** Host and port of `HOST:PORT` or `[IPV6]:PORT`, `undefined` when the text is neither. */
export function parseListen(text: string): { hostname: string; port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const hostname = bracketed ?? plain;
  const port = Number(digits);
  return hostname === undefined || port > 65535 ? undefined : { hostname, port };
}

/** Serves until SIGTERM or SIGINT. @returns the exit code: 0, 1 when the port cannot be had, 2 for wrong words. */
export async function serveSidecar(
  { args, version, actions, dir, readGate, print }: SidecarOptions,
): Promise<number> {
  const address = readArgs(args);
  if (typeof address === "string") {
    print(`${address}\n${USAGE}`);
    return 2;
  }
  const [{ createApp }, { createCollector }, { spoolFiles }] = await Promise.all([
    import("./app.ts"),
    import("./collect.ts"),
    import("./spool/files.ts"),
  ]);
  if (dir === undefined) print(NO_FOLDER);
  const files = dir === undefined ? noFiles() : spoolFiles(dir);
  const app = createApp({
    view: createCollector(files, actions),
    gate: createGateReader({ read: readGate }),
    version,
    now: () => new Date(),
  });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  try {
    const onListen = ({ hostname, port }: Deno.NetAddr) => {
      const host = hostname.includes(":") ? `[${hostname}]` : hostname;
      print(`sidecar listens on http://${host}:${port}, counters from ${dir ?? "nowhere"}`);
    };
    await Deno.serve({ ...address, signal: stop.signal, onListen }, app.fetch).finished;
    return 0;
  } catch (error) {
    print(
      `Cannot listen on ${address.hostname}:${address.port}: ${
        error instanceof Error ? error.message : error
      }`,
    );
    return 1;
  }
}

function readArgs(args: readonly string[]): { hostname: string; port: number } | string {
  let listen;
  try {
    listen = parseArgs({ args: [...args], options: { listen: { type: "string" } } }).values.listen;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  listen ??= DEFAULT_LISTEN;
  return parseListen(listen) ?? `--listen is "${listen}", which is not HOST:PORT`;
}

const NO_FOLDER =
  "No folder of counters: set WORKLOADS_METRICS_DIR or VELERO_SCRATCH_DIR as in the velero container";

// The sidecar goes on and says so at /readyz: a native sidecar that ends at once may keep Velero itself from starting.
function noFiles(): SpoolFiles {
  const fail = () => {
    throw new Error(NO_FOLDER);
  };
  return { makeFolder: fail, list: fail, open: fail, inode: fail, rename: fail, remove: fail };
}
