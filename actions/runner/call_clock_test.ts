import { assertEquals } from "@std/assert";
import { createCallClock } from "./call_clock.ts";

Deno.test("createCallClock() aborts after its time, with the reason of a time-out", async () => {
  const clock = createCallClock(() => new Date(0));
  const signal = clock.timeout(1);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  assertEquals((signal.reason as DOMException).name, "TimeoutError");
  assertEquals(clock.now(), new Date(0));
});

// The test runner itself fails a test that leaves a timer behind.
Deno.test("end() takes back what has not run out", () => {
  const clock = createCallClock(() => new Date(0));
  const signals = [clock.timeout(60_000), clock.timeout(120_000)];
  clock.end();
  assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
});
