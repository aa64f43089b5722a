import type { Context } from "../action.ts";

/**
 * The text of a failed request, for an action that goes on without the answer.
 *
 * @param limitMs The limit that the action gave the request; a time-out then names it.
 * @throws the abort reason when the whole call has run out of time, because then the action cannot go on.
 */
export function requestFailure(
  error: unknown,
  { signal }: Pick<Context, "signal">,
  limitMs?: number,
): string {
  signal.throwIfAborted();
  if (limitMs !== undefined && error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${limitMs / 1000} s`;
  }
  return error instanceof Error ? error.message : "unknown error";
}
