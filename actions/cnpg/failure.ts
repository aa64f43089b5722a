import type { Context } from "../action.ts";

/** The text of a failed request; a limit of our own says so. */
export function failureText(error: unknown, limitMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${limitMs / 1000} s`;
  }
  return error instanceof Error ? error.message : "unknown error";
}

/** Throws the reason when the call itself has run out of time: then there is nothing to go on with. */
export function endWithCall(context: Pick<Context, "signal">): void {
  context.signal.throwIfAborted();
}
