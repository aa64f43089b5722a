/**
 * A plugin process, started and ended as Velero does it (protocol 1 and 4.10).
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { type Address, parseHandshake } from "./handshake.ts";
import { type LogRecord, parseLogLine } from "./hclog.ts";

/** How a plugin is started. */
export interface ProcessOptions {
  /** Absolute path of the executable. */
  readonly path: string;
  /** Arguments; default `--log-level info`, which every Velero understands. */
  readonly args?: readonly string[];
  /** The whole environment of the child besides go-plugin's own; default this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of the plugin's stderr. */
  readonly log?: (record: LogRecord) => void;
  /** Bound of the handshake in milliseconds; default 60 s as in go-plugin. */
  readonly timeout?: number;
  /** Ends the start; a plugin that runs is ended with `end`. */
  readonly signal?: AbortSignal;
}

/** A started plugin. */
export interface PluginProcess {
  readonly pid: number;
  readonly address: Address;
  /** Settles when the process has ended. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Waits up to 2 s for an end of its own, then kills. True when it ended by itself with exit code 0. */
  end(): Promise<boolean>;
}

/** What go-plugin puts into the environment (protocol 1.2). */
const GO_PLUGIN_ENV = {
  VELERO_PLUGIN: "hello",
  PLUGIN_PROTOCOL_VERSIONS: "2",
  PLUGIN_MIN_PORT: "10000",
  PLUGIN_MAX_PORT: "25000",
};

const GRACE_MS = 2000;

/**
 * Starts a plugin and reads its handshake.
 *
 * @throws {Error} when it ends, stays silent, or says something else; the message holds the last lines of its stderr.
 */
export async function startProcess(options: ProcessOptions): Promise<PluginProcess> {
  const { path, args = ["--log-level", "info"], env = Deno.env.toObject(), log = () => {} } = options;
  const child = new Deno.Command(path, {
    args: [...args],
    env: { ...env, ...GO_PLUGIN_ENV },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const aborted = () => kill(child);
  options.signal?.addEventListener("abort", aborted);
  const last: string[] = [];
  const drained = drain(lines(child.stderr), (line) => {
    last.push(line);
    if (last.length > 5) last.shift();
    log(parseLogLine(line));
  });
  const stdout = lines(child.stdout)[Symbol.asyncIterator]();
  try {
    const line = await within(options.timeout ?? 60_000, firstLine(stdout));
    const address = parseHandshake(line);
    // Later lines are read and dropped, so that the plugin never blocks on a full pipe.
    const dropped = drain({ [Symbol.asyncIterator]: () => stdout }, () => {});
    return {
      pid: child.pid,
      address,
      exited: child.status,
      async end() {
        const timer = setTimeout(() => kill(child), GRACE_MS);
        const [status] = await Promise.all([child.status, drained, dropped]);
        clearTimeout(timer);
        return status.success;
      },
    };
  } catch (cause) {
    kill(child);
    await Promise.all([child.status, drained, drain({ [Symbol.asyncIterator]: () => stdout }, () => {})]);
    const said = last.length === 0 ? "" : `; its last words: ${last.join(" | ")}`;
    throw new Error(`Cannot start plugin "${path}": ${(cause as Error).message}${said}`, { cause });
  } finally {
    options.signal?.removeEventListener("abort", aborted);
  }
}

async function firstLine(stdout: AsyncIterator<string>): Promise<string> {
  const { value, done } = await stdout.next();
  if (done) throw new Error("plugin exited before we could connect");
  return value;
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timeout while waiting for plugin to start")), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function lines(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<string> {
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}

async function drain(stream: AsyncIterable<string>, each: (line: string) => void): Promise<void> {
  for await (const line of stream) each(line);
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof TypeError)) throw error;
  }
}
