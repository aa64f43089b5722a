/**
 * What surrounds every preview: progress, an end that leaves nothing behind, exit codes.
 *
 * @module
 */

import type { Cluster } from "../../cluster/cluster.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { visibleLines } from "../../preview/report/visible.ts";
import type { Progress } from "../../preview/run/progress.ts";

/** Exit codes of previews. */
export const EXIT = { fine: 0, wouldFail: 1, badInput: 2, interrupted: 130 } as const;

/** A running preview. */
export interface Session {
  /** Remembers what must be undone at the end: processes, sockets, temporary files. */
  atEnd(end: () => Promise<void>): void;
  /** Aborts when the process is interrupted. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
  complain(text: string): void;
  /** Ends the preview at once, as an error would that it throws itself: what it still waits for may never come. */
  fail(error: InputError): void;
  /** Stands between the preview and the live cluster. */
  around?(cluster: Cluster): Cluster;
}

const QUIET = 2000;
const TURN = 50;

/** Runs a preview and gives its exit code. Ctrl-C ends what it began and writes nothing more. */
export async function inSession(work: (session: Session) => Promise<number>): Promise<number> {
  const ends: (() => Promise<void>)[] = [];
  let ending: Promise<void> | undefined;
  const end = () =>
    ending ??= (async () => {
      for (const step of ends.toReversed()) await step().catch((error) => complain((error as Error).message));
    })();
  const interrupted = Promise.withResolvers<number>();
  const failed = Promise.withResolvers<never>();
  const stopping = new AbortController();
  const interrupt = () => {
    stopping.abort();
    interrupted.resolve(EXIT.interrupted);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  const session: Session = {
    atEnd: (step) => void ends.push(step),
    signal: stopping.signal,
    progress: progress(),
    complain,
    fail(error) {
      failed.reject(error);
      stopping.abort();
    },
  };
  try {
    const working = work(session);
    // Once interrupted nobody looks at how it ends.
    working.catch(() => {});
    failed.promise.catch(() => {});
    const code = await Promise.race([working, interrupted.promise, failed.promise]);
    if (code === EXIT.interrupted) complain("Interrupted; nothing was written.");
    return code;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    complain(error.message);
    return EXIT.badInput;
  } finally {
    await end();
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}

// After two seconds a line on stderr each second. Every now and then the event loop gets a turn, so that Ctrl-C is heard: a
// cluster in memory answers without one.
function progress(): Progress {
  const start = performance.now();
  let turn = start;
  let told = start + QUIET - 1000;
  return async (done, total) => {
    const now = performance.now();
    if (now - turn < TURN) return;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
    if (now - told < 1000) return;
    told = now;
    complain(`${done} of ${total} items, ${((now - start) / 1000).toFixed(0)} s`);
  };
}

function complain(text: string): void {
  const bytes = new TextEncoder().encode(`${visibleLines(text)}\n`);
  for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
}
