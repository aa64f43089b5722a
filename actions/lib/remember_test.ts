import { assertEquals, assertRejects } from "@std/assert";
import { prepare, type World } from "../../tests/kit/run_action.ts";
import { CAPACITY, remember } from "./remember.ts";

const RUN = { metadata: { uid: "u1", name: "b", namespace: "velero" } };

/** A process: its contexts share what it keeps, each with its own time and end. */
function createProcess() {
  const states = new Map<string, unknown>();
  return (world: Pick<World<unknown>, "now" | "signal"> = {}) => prepare({ states, ...world }).context;
}

Deno.test("remember() reads once for all calls of a run (openshift IMP-03)", async () => {
  const call = createProcess();
  let loads = 0;
  const load = () => Promise.resolve(++loads);
  const memory = { key: "sccs", run: RUN };
  const values = await Promise.all([1, 2, 3].map(() => remember(call(), memory, load)));
  assertEquals([...values, await remember(call(), memory, load)], [1, 1, 1, 1]);
  assertEquals(await remember(call(), { ...memory, key: "pods" }, load), 2);
  assertEquals(await remember(call(), { ...memory, run: { metadata: { uid: "u2" } } }, load), 3);
});

Deno.test("remember() tells runs without a UID apart by their names", async () => {
  const call = createProcess();
  const load = (value: string) => () => Promise.resolve(value);
  const of = (name: string) => ({ key: "k", run: { metadata: { name, namespace: "velero" } } });
  assertEquals(await remember(call(), of("a"), load("a")), "a");
  assertEquals(await remember(call(), of("b"), load("b")), "b");
  assertEquals(await remember(call(), of("a"), load("again")), "a");
  assertEquals(await remember(call(), { key: "k", run: undefined }, load("none")), "none");
});

Deno.test("remember() keeps no error", async () => {
  const call = createProcess();
  let loads = 0;
  const failing = () => Promise.reject(new Error(`failure ${++loads}`));
  const memory = { key: "k", run: RUN };
  const both = await Promise.allSettled([1, 2].map(() => remember(call(), memory, failing)));
  assertEquals(both.map((one) => one.status === "rejected" && one.reason.message), [
    "failure 1",
    "failure 1",
  ]);
  assertEquals(await remember(call(), memory, () => Promise.resolve("there")), "there");
});

Deno.test("remember() reads again what is too old", async () => {
  const call = createProcess();
  let loads = 0;
  const at = (seconds: number) =>
    remember(
      call({ now: new Date(seconds * 1000) }),
      { key: "k", run: RUN, maxAge: 5_000 },
      () => Promise.resolve(++loads),
    );
  assertEquals([await at(0), await at(4.999), await at(5), await at(9)], [1, 1, 2, 2]);
});

Deno.test("remember() counts the age from the end of the reading", async () => {
  const call = createProcess();
  const { promise, resolve } = Promise.withResolvers<string>();
  const memory = { key: "k", run: RUN, maxAge: 5_000 };
  let now = 0;
  const context = call();
  const timed = { ...context, clock: { ...context.clock, now: () => new Date(now) } };
  const slow = remember(timed, memory, () => promise);
  now = 60_000;
  const waiting = remember(timed, memory, () => Promise.resolve("another reading"));
  resolve("slow");
  assertEquals(await Promise.all([slow, waiting]), ["slow", "slow"]);
  now += 4_999;
  assertEquals(await remember(timed, memory, () => Promise.resolve("too early")), "slow");
  now += 1;
  assertEquals(await remember(timed, memory, () => Promise.resolve("again")), "again");
});

Deno.test("remember() does not let one call end with another's", async () => {
  const call = createProcess();
  const first = new AbortController();
  const memory = { key: "k", run: RUN };
  const ended = remember(
    call({ signal: first.signal }),
    memory,
    () =>
      new Promise((_, reject) => first.signal.addEventListener("abort", () => reject(first.signal.reason))),
  );
  let loads = 0;
  const others = [1, 2].map(() => remember(call(), memory, () => Promise.resolve(++loads)));
  first.abort(new Error("out of time"));
  await assertRejects(() => ended, Error, "out of time");
  assertEquals(await Promise.all(others), [1, 1]);
});

Deno.test("remember() is bounded: what was not asked for longest goes first", async () => {
  const call = createProcess();
  let loads = 0;
  const ask = (key: number) =>
    remember(call(), { key: String(key), run: RUN }, () => Promise.resolve(++loads));
  for (let key = 0; key < CAPACITY; key++) await ask(key);
  assertEquals(await ask(0), 1);
  assertEquals(await ask(CAPACITY), CAPACITY + 1);
  assertEquals(await ask(0), 1);
  assertEquals(await ask(1), CAPACITY + 2);
});
