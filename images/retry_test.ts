import { assertEquals, assertRejects } from "@std/assert";
import { instantTime } from "../tests/kit/instant_time.ts";
import { retry } from "./retry.ts";
import { ImageStoreError, type StoreReason } from "./store.ts";

function failing(times: number, reason: StoreReason, retryAfter?: number) {
  let attempts = 0;
  return {
    attempts: () => attempts,
    work: () => {
      if (attempts++ < times) throw new ImageStoreError("no", reason, { retryAfter });
      return Promise.resolve("done");
    },
  };
}

Deno.test("retry() makes seven attempts with growing pauses (openshift 9.5)", async () => {
  const { work, attempts } = failing(7, "failed");
  const time = instantTime();
  await assertRejects(() => retry(work, { time, random: () => 0.5 }), ImageStoreError, "no");
  assertEquals(attempts(), 7);
  assertEquals(time.pauses.map(Math.round), [1000, 2000, 5000, 10_000, 20_000, 30_000]);
});

// openshift T13.10.12: 503 twice, then success; 403
Deno.test("retry() repeats what may pass and nothing else", async () => {
  const rows: [StoreReason, number][] = [
    ["failed", 3],
    ["unreachable", 3],
    ["denied", 1],
    ["refused", 1],
    ["manifest-unknown", 1],
    ["blob-unknown", 1],
    ["digest-mismatch", 1],
    ["unsupported", 1],
  ];
  for (const [reason, expected] of rows) {
    const { work, attempts } = failing(2, reason);
    const result = await retry(work, { time: instantTime() }).catch((error) => error.message);
    assertEquals([result, attempts()], [expected === 3 ? "done" : "no", expected], reason);
  }
});

Deno.test("retry() waits as long as the server asks, within reason, and spreads its own pauses", async () => {
  const rows: [wish: number | undefined, random: number, pause: number][] = [
    [undefined, 0, 800],
    [undefined, 1, 1200],
    [7000, 0, 7000],
    [10, 0, 800],
    [86_400_000, 0, 300_000],
  ];
  for (const [wish, random, pause] of rows) {
    const time = instantTime();
    const waits: number[] = [];
    const { work } = failing(1, "failed", wish);
    const onRetry = (_: unknown, milliseconds: number) => void waits.push(Math.round(milliseconds));
    assertEquals(await retry(work, { time, random: () => random, onRetry }), "done");
    assertEquals([time.pauses.map(Math.round), waits], [[pause], [pause]]);
  }
});

Deno.test("retry() ends with the signal, also while it waits", async () => {
  const controller = new AbortController();
  const { work, attempts } = failing(7, "failed");
  const time = { now: () => 0, after: () => () => {} };
  const onRetry = () => void queueMicrotask(() => controller.abort(new Error("enough")));
  await assertRejects(() => retry(work, { time, signal: controller.signal, onRetry }), Error, "enough");
  assertEquals(attempts(), 1);
});
