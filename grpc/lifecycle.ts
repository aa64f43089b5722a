/**
 * How a serving process ends, and which events must not end it (protocol 4.10, 4.12 and 7).
 *
 * @module
 */

import type { Log } from "../actions/action.ts";

/** How often the process looks whether its host is still there, and at its own memory, in milliseconds. */
const INTERVAL = 2000;

/** What ends with the process. */
export interface StopOptions {
  /** The socket to remove. */
  readonly socket: string | undefined;
  readonly log: Log;
  /** The most memory seen, in bytes. */
  readonly peakMemory: () => number;
  /** Writes what would be lost, for example counters. A promise is waited for, but not for long. */
  readonly beforeExit: () => Promise<void> | undefined;
}

// The host kills a plugin two seconds after it has told it to end, in milliseconds.
const LAST_MOMENT = 1000;

/** Makes the function that ends the process with code 0, only once, and at once when nothing is under way. */
export function createStop(
  { socket, log, peakMemory, beforeExit }: StopOptions,
): (reason: string) => void {
  let stopping = false;
  return (reason) => {
    if (stopping) return;
    stopping = true;
    const exit = () => Deno.exit(0);
    const last = attempt(beforeExit);
    log.debug(`stopping: ${reason}`, { peakMemoryMiB: Math.round(peakMemory() / 2 ** 20) });
    // The connections end with the process. Closing them earlier could abort the process (see `createGoPluginServices`).
    attempt(() => socket === undefined ? undefined : Deno.removeSync(socket));
    if (last === undefined) exit();
    else Promise.race([last, new Promise((resolve) => setTimeout(resolve, LAST_MOMENT))]).then(exit, exit);
  };
}

/** Ends the process on SIGTERM or when the host is gone; keeps it on SIGINT, which an interactive Ctrl-C sends to the whole group. */
export function watchHost(stop: (reason: string) => void): void {
  Deno.addSignalListener("SIGINT", () => {});
  Deno.addSignalListener("SIGTERM", () => stop("SIGTERM"));
  const host = Deno.ppid;
  every(() => {
    if (Deno.ppid !== host) stop("the host is gone");
  });
}

/**
 * Looks at the memory of the process now and then; the result gives the most it has seen, in bytes.
 *
 * The system's own figure cannot be had: it also counts the host, in whose copy the program was started.
 */
export function watchMemory(): () => number {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, Deno.memoryUsage().rss);
    return peak;
  };
  every(look);
  return look;
}

function every(look: () => void): void {
  Deno.unrefTimer(setInterval(look, INTERVAL));
}

/** Keeps an exception that nobody caught from ending the process, which would fail every call in flight. */
export function surviveExceptions(log: Log): void {
  const report = (what: string, error: unknown) => {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : "without a text";
    log.warn(`${what}, which is a fault of this plugin: ${text}`);
  };
  addEventListener("error", (event) => {
    event.preventDefault();
    report("uncaught exception", event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report("unhandled rejection", event.reason);
  });
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    // The process ends anyway.
    return undefined;
  }
}
