import { assertEquals } from "@std/assert";
import { createGate } from "./gate.ts";

Deno.test("createGate() lets callers through one at a time, in order of arrival", async () => {
  const gate = createGate();
  const order: string[] = [];
  const visit = async (name: string, turns: number) => {
    const leave = await gate();
    order.push(`${name} in`);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    order.push(`${name} out`);
    leave();
  };
  await Promise.all([visit("a", 5), visit("b", 0), visit("c", 2)]);
  assertEquals(order, ["a in", "a out", "b in", "b out", "c in", "c out"]);
});

Deno.test("createGate() takes a second leaving as nothing", async () => {
  const gate = createGate();
  const first = await gate();
  first();
  first();
  const second = await gate();
  let third = false;
  const waiting = gate().then(() => third = true);
  await Promise.resolve();
  assertEquals(third, false);
  second();
  await waiting;
  assertEquals(third, true);
});
