import type { Clock } from "../action.ts";

/** The clock of one call. */
export interface CallClock extends Clock {
  /** Takes back all time-outs. */
  end(): void;
}

/**
 * A clock whose time-outs end with the call. Those of `AbortSignal.timeout` live on until their time: half a minute of VM backups
 * would hold some ten megabytes of them.
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
