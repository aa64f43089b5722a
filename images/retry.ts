/**
 * Repeats what may succeed later (openshift 9.5).
 *
 * @module
 */

import { sleep, type Time } from "../cluster/live/time.ts";
import { ImageStoreError } from "./store.ts";

/** How to repeat. */
export interface RetryOptions {
  readonly time: Time;
  readonly signal?: AbortSignal | undefined;
  /** Between 0 and 1; spreads the pauses of several copies. Default `Math.random`. */
  readonly random?: () => number;
  /** At most so many attempts; default 7. */
  readonly attempts?: number;
  /** Says that a repeat follows, and when. */
  readonly onRetry?: (error: ImageStoreError, milliseconds: number) => void;
}

// Before the second attempt, the third and so on: seven attempts.
const PAUSES = [1000, 2000, 5000, 10_000, 20_000, 30_000];
// Whatever a server asks for, in milliseconds. Copies may take hours and a throttled registry asks for minutes, but a server that asks for
// a day is a failure that the run must see.
const LONGEST_WISH = 300_000;

/** The result of `work`, called up to seven times as long as it throws an {@link ImageStoreError} that is repeatable. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { time, signal, random = Math.random, attempts = PAUSES.length + 1, onRetry } = options;
  for (const pause of PAUSES.slice(0, attempts - 1)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof ImageStoreError) || !error.repeatable) throw error;
      const spread = pause * (0.8 + 0.4 * random());
      const wait = Math.min(Math.max(spread, error.retryAfter ?? 0), LONGEST_WISH);
      onRetry?.(error, wait);
      await sleep(time, wait, signal);
    }
  }
  return await work();
}
