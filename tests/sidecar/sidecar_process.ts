/**
 * Starts the program's mode `sidecar` as a process of its own, with the permissions and V8 flags of the executable.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { bundledPlugin } from "../kit/bundled_plugin.ts";

/** A running sidecar. */
export interface SidecarProcess {
  readonly pid: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Settles when the process has ended. */
  readonly ended: Promise<unknown>;
  /** SIGTERM. @returns the exit code. */
  stop(): Promise<number>;
}

/** Starts it on that port, else on a free one; `dir` becomes `WORKLOADS_METRICS_DIR`, and `env` comes on top. */
export async function startSidecar(
  dir: string,
  port = "0",
  env: Readonly<Record<string, string>> = {},
): Promise<SidecarProcess> {
  const child = new Deno.Command(await bundledPlugin(), {
    args: ["sidecar", "--listen", `127.0.0.1:${port}`],
    env: {
      DENO: Deno.execPath(),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      WORKLOADS_METRICS_DIR: dir,
      ...env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines: ReadableStream<string> = child.stderr
    .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const seen: string[] = [];
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  const reading = (async () => {
    for await (const line of lines) {
      seen.push(line);
      const [, url] = /listens on (http:\S+),/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    }
    reject(new Error(`the sidecar ended:\n${seen.join("\n")}`));
  })();
  const url = await listening;
  return {
    pid: child.pid,
    url,
    ended: child.status,
    async stop() {
      child.kill("SIGTERM");
      await reading;
      return (await child.status).code;
    },
  };
}

/** Resident memory of a process in MiB, now and at its highest. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const read = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}
