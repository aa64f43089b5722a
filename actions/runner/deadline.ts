import { Refusal } from "../lib/refusal.ts";

/**
 * The result of `start`. After that many milliseconds, the signal aborts and the result is the refusal instead.
 *
 * An answer that is available at once is returned without a timer: most actions read nothing, and a timer costs more than they do.
 */
export function within<T>(
  milliseconds: number,
  start: (signal: AbortSignal) => T | Promise<T>,
): T | Promise<T> {
  const controller = new AbortController();
  const answer = start(controller.signal);
  return answer instanceof Promise ? inTime(milliseconds, answer, controller) : answer;
}

async function inTime<T>(milliseconds: number, answer: Promise<T>, controller: AbortController): Promise<T> {
  const timer = setTimeout(() => controller.abort(expired(milliseconds)), milliseconds);
  try {
    return await Promise.race([answer, aborted(controller.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function expired(milliseconds: number): Refusal {
  return new Refusal(`no answer after ${milliseconds / 1000} s`, {
    rule: "protocol 12.3",
    remedy: "look at the API server, or raise WORKLOADS_ACTION_TIMEOUT",
    reason: "deadline",
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
