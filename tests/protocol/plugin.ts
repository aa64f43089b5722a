/**
 * Starts a plugin process as Velero does and calls it as a client.
 *
 * @module
 */

import type { ServiceError } from "@grpc/grpc-js";
import type { DeepPartial } from "../../grpc/gen/velero.ts";
import { goPlugin, type Method } from "../../grpc/services.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";

/** Whether a test may start processes and talk to them. */
export const ignore = Deno.permissions.querySync({ name: "run" }).state !== "granted" ||
  Deno.permissions.querySync({ name: "net" }).state !== "granted";

const ROOT = new URL("../../", import.meta.url).pathname;

const WRITE = "--allow-write=";

/** The program as it ships; {@link run} and {@link start} bundle it first when need be. */
export const MAIN = "build/js/main.js";

/** Flags with which an executable is compiled. */
export const FLAGS = [
  "run",
  "--quiet",
  "--no-prompt",
  `--config=${ROOT}deno.json`,
  "--allow-read",
  "--allow-env",
  "--allow-net",
  "--allow-run",
  "--allow-sys",
  `${WRITE}.,/tmp,/scratch,/target`,
  "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512",
];

/** How a process is started. */
export interface StartOptions {
  /** The program, from the root of the project; default: the one with the actions of source.ts. */
  readonly entry?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user agent of the client; default: Velero 1.18's. */
  readonly userAgent?: string;
  /** What the process may write, instead of what an executable may. */
  readonly writable?: readonly string[];
  /** Starts the process through `sh -c` with a sleep behind it, so that its parent can be killed. */
  readonly behindShell?: boolean;
}

/** A running process. */
export interface PluginProcess extends AsyncDisposable {
  readonly process: Deno.ChildProcess;
  /** What came on stdout until the first line feed. */
  readonly line: string;
  /** The address of the handshake. */
  readonly address: string;
  call<I, O>(method: Method<I, O>, message: DeepPartial<I>): Promise<O>;
  /** The status of a call that has to fail. */
  failure<I, O>(method: Method<I, O>, message: DeepPartial<I>): Promise<ServiceError>;
  /** Opens the two streams that go-plugin opens. */
  openStreams(): void;
  /** Everything on stderr once the process has ended, one string per line. */
  readonly stderr: Promise<string[]>;
  /** Everything on stdout behind the handshake, once the process has ended. */
  readonly rest: Promise<string>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<Deno.CommandStatus>;
}

/** Runs a program to its end; by default in the project's folder. */
export async function run(
  entry: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd: string = ROOT,
) {
  return await new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, await pathOf(entry), ...args],
    cwd,
    env: { ...QUIET, ...env },
    stdin: "null",
  }).output();
}

async function pathOf(entry: string): Promise<string> {
  if (entry === MAIN) await makeBundle();
  return ROOT + entry;
}

const QUIET = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", VELERO_PLUGIN: "" };
const decoder = new TextDecoder();

/** Starts a plugin and reads its handshake. */
export async function start(options: StartOptions = {}): Promise<PluginProcess> {
  const { entry = "tests/protocol/entry.ts", args = [], env = {}, behindShell = false } = options;
  const flags = options.writable === undefined
    ? FLAGS
    : FLAGS.map((flag) => flag.startsWith(WRITE) ? `${WRITE}${options.writable}` : flag);
  const words = [Deno.execPath(), ...flags, await pathOf(entry), ...args];
  const [program = "", ...rest] = behindShell ? ["sh", "-c", '"$@" & wait', "sh", ...words] : words;
  const process = new Deno.Command(program, {
    args: rest,
    env: { ...QUIET, VELERO_PLUGIN: "hello", PLUGIN_PROTOCOL_VERSIONS: "2", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(process.stderr).text().then((text) => text.split("\n").filter(Boolean));
  const reader = process.stdout.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) {
      throw new Error(`no handshake but ${JSON.stringify(text)}; stderr: ${(await stderr).join("\n")}`);
    }
    text += decoder.decode(value);
  }
  const end = text.indexOf("\n");
  const after = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value);
    }
    return text.slice(end + 1);
  })();
  const line = text.slice(0, end);
  const [, , network, address = ""] = line.split("|");
  // Loaded here, because it wants to read the environment at once.
  const { Client, credentials } = await import("@grpc/grpc-js");
  const client = new Client(network === "unix" ? `unix:${address}` : address, credentials.createInsecure(), {
    "grpc.max_receive_message_length": -1,
    "grpc.primary_user_agent": options.userAgent ?? "grpc-go/1.80.0",
  });
  const call: PluginProcess["call"] = (method, message) =>
    new Promise((resolve, reject) =>
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        message,
        (error, answer) => error === null ? resolve(answer!) : reject(error),
      )
    );
  const stop = async () => {
    await call(goPlugin.controller.shutdown, {}).catch(() => {});
    client.close();
    return await process.status;
  };
  return {
    process,
    line,
    address,
    call,
    failure: (method, message) =>
      call(method, message).then(() => {
        throw new Error(`${method.path} did not fail`);
      }, (error) => error),
    openStreams() {
      const { broker: { startStream }, stdio: { streamStdio } } = goPlugin;
      const nothing = () => {};
      client.makeBidiStreamRequest(
        startStream.path,
        startStream.requestSerialize,
        startStream.responseDeserialize,
      ).on("error", nothing).on("data", nothing);
      client.makeServerStreamRequest(
        streamStdio.path,
        streamStdio.requestSerialize,
        streamStdio.responseDeserialize,
        {},
      ).on("error", nothing).on("data", nothing);
    },
    stderr,
    rest: after,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await Promise.all([stderr, after]);
    },
  };
}

/** Waits until something holds, at most half a minute. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within 30 s: ${what}`);
}

/** Whether a process with this id exists; one that ended but was not waited for does not count. */
export async function alive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  const state = decoder.decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}
