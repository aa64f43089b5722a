/**
 * The last result of the gate, as the sidecar knows it.
 *
 * @module
 */

import { type GateResult, parseGate } from "./result.ts";

/** What is known of the gate. */
export interface GateView {
  /** False when this cluster has no gate: then there are no series of it. */
  readonly installed: boolean;
  /** Absent until the gate has ended for the first time. */
  readonly result?: GateResult;
  /** What keeps the sidecar from a newer result, for people. */
  readonly problem?: string;
}

/** Without a gate. */
export const NO_GATE: GateView = { installed: false };

/** How a reader reads. */
export interface GateReaderOptions {
  /** The text that the gate left, empty before its first run; `undefined` when there is no gate. */
  readonly read: () => Promise<string | undefined>;
  /** Milliseconds between two reads; a scraper may come more often. */
  readonly every?: number;
  /** Milliseconds for which an answer waits for a read; an API server that hangs must not hold up a scrape. */
  readonly patience?: number;
  readonly now?: () => number;
}

/**
 * Makes the function that gives the newest result; it never throws. While the result cannot be read, the last one stands: it says
 * itself how old it is.
 */
export function createGateReader(
  { read, every = 10_000, patience = 2000, now = Date.now }: GateReaderOptions,
): () => Promise<GateView> {
  let view = NO_GATE;
  let begun = -Infinity;
  let reading: Promise<void> | undefined;

  const refresh = async () => {
    try {
      const text = await read();
      if (text === undefined) view = NO_GATE;
      else view = text.trim() === "" ? { installed: true } : { installed: true, result: parseGate(text) };
    } catch (error) {
      view = { ...view, problem: error instanceof Error ? error.message : String(error) };
    }
    reading = undefined;
  };

  return async () => {
    if (reading === undefined && now() - begun >= every) {
      begun = now();
      reading = refresh();
    }
    if (reading !== undefined) await atMost(reading, patience);
    return view;
  };
}

async function atMost(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
