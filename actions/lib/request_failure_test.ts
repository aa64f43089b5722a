import { assertEquals, assertThrows } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { requestFailure } from "./request_failure.ts";

const RUNNING = { signal: new AbortController().signal };
const TIMED_OUT = new DOMException("Signal timed out.", "TimeoutError");

const ROWS: [about: string, error: unknown, limitMs: number | undefined, text: string][] = [
  [
    "a refusal",
    new ClusterError("list backups: forbidden", "Forbidden", 403),
    30_000,
    "list backups: forbidden",
  ],
  ["a time-out under a limit", TIMED_OUT, 30_000, "no answer within 30 s"],
  ["a time-out without one", TIMED_OUT, undefined, "Signal timed out."],
  ["another DOMException", new DOMException("gone", "AbortError"), 30_000, "gone"],
  ["what is no error", "boom", 30_000, "unknown error"],
];

for (const [about, error, limitMs, text] of ROWS) {
  Deno.test(`requestFailure() tells ${about}`, () => {
    assertEquals(requestFailure(error, RUNNING, limitMs), text);
  });
}

Deno.test("requestFailure() throws the reason when the call is over", () => {
  const over = { signal: AbortSignal.abort(new Error("no answer after 300 s")) };
  assertThrows(() => requestFailure(TIMED_OUT, over, 30_000), Error, "no answer after 300 s");
});
