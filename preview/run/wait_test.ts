import { assertEquals, assertRejects } from "@std/assert";
import { waitUntil } from "./wait.ts";

function asking(...answers: boolean[]) {
  const pauses: number[] = [];
  let asked = 0;
  return {
    pauses,
    asked: () => asked,
    ask: () => Promise.resolve(answers[asked++] ?? false),
    pause: (milliseconds: number) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  };
}

Deno.test("waitUntil() asks at once and then every second", async () => {
  const world = asking(false, false, true);
  assertEquals(await waitUntil(world.ask, 600_000, world.pause), true);
  assertEquals(world.pauses, [1000, 1000]);
});

Deno.test("waitUntil() does not pause for an answer that is there", async () => {
  const world = asking(true);
  assertEquals(await waitUntil(world.ask, 600_000, world.pause), true);
  assertEquals(world.pauses, []);
});

Deno.test("waitUntil() gives up at the bound", async () => {
  const world = asking();
  assertEquals(await waitUntil(world.ask, 3000, world.pause), false);
  assertEquals([world.asked(), world.pauses], [4, [1000, 1000, 1000]]);
});

Deno.test("waitUntil() ends with the error of the question", async () => {
  const world = asking();
  await assertRejects(
    () => waitUntil(() => Promise.reject(new Error("gone")), 3000, world.pause),
    Error,
    "gone",
  );
});
