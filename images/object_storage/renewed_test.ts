import { assertEquals, assertRejects } from "@std/assert";
import type { Time } from "../../cluster/live/time.ts";
import { renewed } from "./renewed.ts";

const MINUTE = 60_000;

function counted(lifetime?: number) {
  let now = 0;
  const time: Time = { now: () => now, after: () => () => {} };
  let count = 0;
  const credential = renewed(
    () => Promise.resolve({ value: ++count, ...(lifetime === undefined ? {} : { lifetime }) }),
    time,
  );
  return { credential, pass: (milliseconds: number) => now += milliseconds };
}

Deno.test("credentials are got once, together, and again five minutes before they end", async () => {
  const { credential, pass } = counted(60 * MINUTE);
  assertEquals(await Promise.all([credential(false), credential(false)]), [1, 1]);
  pass(54 * MINUTE);
  assertEquals(await credential(false), 1);
  pass(2 * MINUTE);
  assertEquals(await credential(false), 2);
});

Deno.test("credentials that live shortly are used for half of their life", async () => {
  const { credential, pass } = counted(2 * MINUTE);
  assertEquals(await credential(false), 1);
  pass(MINUTE - 1);
  assertEquals(await credential(false), 1);
  pass(1);
  assertEquals(await credential(false), 2);
});

Deno.test("credentials that a service refuses are got again, once for all requests that it refused", async () => {
  const { credential, pass } = counted();
  assertEquals(await credential(false), 1);
  pass(6000);
  assertEquals(await Promise.all([credential(true), credential(true)]), [2, 2]);
  assertEquals(await credential(true), 2, "they are new");
  pass(6000);
  assertEquals(await credential(true), 3);
});

Deno.test("a failure is not kept", async () => {
  let count = 0;
  const credential = renewed(() =>
    count++ === 0 ? Promise.reject(new TypeError("no")) : Promise.resolve({ value: count })
  );
  await assertRejects(() => credential(false), TypeError);
  assertEquals(await credential(false), 2);
});
