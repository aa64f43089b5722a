import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Refusal } from "../lib/refusal.ts";
import { within } from "./deadline.ts";

Deno.test("within() gives back at once what is there at once", () => {
  assertEquals(within(1, () => 7), 7);
  assertThrows(
    () =>
      within(1, () => {
        throw new TypeError("at once");
      }),
    TypeError,
    "at once",
  );
});

Deno.test("within() gives what comes in time, and leaves no timer behind", async () => {
  assertEquals(await within(60_000, () => Promise.resolve(7)), 7);
  await assertRejects(
    async () => await within(60_000, () => Promise.reject(new TypeError("later"))),
    TypeError,
    "later",
  );
});

// protocol 12.3
Deno.test("within() refuses after its time and aborts what is under way", async () => {
  let given: AbortSignal | undefined;
  const error = await assertRejects(
    async () =>
      await within(5, (signal) => {
        given = signal;
        return new Promise<void>(() => {});
      }),
    Refusal,
    "no answer after 0.005 s",
  );
  assertEquals(given?.aborted, true);
  assertEquals(given?.reason, error);
});
