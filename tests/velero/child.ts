/**
 * A child process with a log file that ends with this process: its standard input is a pipe, which it watches.
 *
 * @module
 */

import { until } from "./api.ts";

/** A started program. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** How it ended (`exit code 1`, `signal SIGKILL`), or `undefined` while it runs. */
  ended(): string | undefined;
  /** The last lines of its log. */
  logTail(): string;
  /** SIGTERM, and SIGKILL when it is still there half a minute later. Comes back when the process is gone. */
  stop(): Promise<void>;
}

/** Starts a program; standard output and errors go into one log file. */
export async function start(
  name: string,
  program: string,
  options: { args: string[]; env?: Record<string, string>; log: string },
): Promise<Child> {
  const { args, env = {}, log } = options;
  const child = new Deno.Command(program, {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = await Promise.all([child.stdout, child.stderr].map(async (stream) => {
    const file = await Deno.open(log, { create: true, append: true });
    return { done: stream.pipeTo(file.writable) };
  }));
  let end: string | undefined;
  const status = child.status.then(({ code, signal }) => {
    end = signal === null ? `exit code ${code}` : `signal ${signal}`;
  });
  return {
    name,
    pid: child.pid,
    ended: () => end,
    logTail: () => logTail(log),
    async stop() {
      if (end === undefined) child.kill("SIGTERM");
      await until(`${name} has ended`, () => end !== undefined, 30).catch(() => child.kill("SIGKILL"));
      await status;
      await child.stdin.close().catch(() => {});
      await Promise.all(written.map(({ done }) => done));
    },
  };
}

/** The last lines of a log; what kept it from being read when there is none. */
export function logTail(path: string): string {
  try {
    return Deno.readTextFileSync(path).split("\n").slice(-20).join("\n");
  } catch (error) {
    return String(error);
  }
}
