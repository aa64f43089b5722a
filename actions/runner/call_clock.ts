import type { Clock } from "../action.ts";

/** The clock of one call. */
export interface CallClock extends Clock {
  /** Cancels all time-outs. */
  end(): void;
}

/**
 * A clock whose time-outs end with the call. The signals of `AbortSignal.timeout` stay in memory until their time is up; during
 * VM backups they would add up to some ten megabytes within half a minute.
 */
export function createCallClock(now: () => Date): CallClock {
  const timers: ReturnType<typeof setTimeout>[] = [];
  return {
    now,
    timeout(milliseconds) {
      const controller = new AbortController();
      const expired = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
      timers.push(setTimeout(expired, milliseconds));
      return controller.signal;
    },
    end: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}
