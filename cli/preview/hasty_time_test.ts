import { assertEquals } from "@std/assert";
import { createHastyTime } from "./hasty_time.ts";

Deno.test("createHastyTime() hurries only where a call waits, and never goes back", async () => {
  let real = 1000;
  const time = createHastyTime(() => real);
  const now = () => time.now().getTime();
  assertEquals(now(), 1000);
  real = 10_000;
  assertEquals(now(), 10_000);
  await time.during(() => {
    real += 500;
    assertEquals(now(), 10_500);
    real += 100;
    assertEquals(now(), 16_500);
    return Promise.resolve();
  });
  assertEquals(now(), 16_500);
  await time.during(() => Promise.resolve(real += 10)).catch(() => {});
  assertEquals(now(), 16_510);
});
