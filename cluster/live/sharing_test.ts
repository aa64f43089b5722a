import { assertEquals, assertRejects } from "@std/assert";
import { createLiveCluster } from "./live.ts";
import { createSharing } from "./sharing.ts";
import { CONFIG_MAPS, fakeTime, liveWorld } from "./testing/kit.ts";

// A read that ends when told, and knows whether it was aborted.
function held<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const state = { starts: 0, aborted: false };
  const start = (signal: AbortSignal) => {
    state.starts++;
    signal.addEventListener("abort", () => {
      state.aborted = true;
      reject(signal.reason);
    });
    return promise;
  };
  return { start, resolve, state };
}

Deno.test("run() lets equal keys share one read, other keys not", async () => {
  const sharing = createSharing<string>();
  const [a, b] = [held<string>(), held<string>()];
  const results = [
    sharing.run("a", undefined, a.start),
    sharing.run("a", undefined, a.start),
    sharing.run("b", undefined, b.start),
  ];
  a.resolve("A");
  b.resolve("B");
  assertEquals(await Promise.all(results), ["A", "A", "B"]);
  assertEquals([a.state.starts, b.state.starts], [1, 1]);
  assertEquals(await sharing.run("a", undefined, () => Promise.resolve("later")), "later");
});

Deno.test("run() ends a caller's wait at its signal and leaves the others'", async () => {
  const sharing = createSharing<string>();
  const read = held<string>();
  const [first, second] = [new AbortController(), new AbortController()];
  const ended = sharing.run("a", first.signal, read.start);
  const kept = sharing.run("a", second.signal, read.start);
  first.abort(new Error("first"));
  await assertRejects(() => ended, Error, "first");
  assertEquals(read.state.aborted, false);
  read.resolve("A");
  assertEquals(await kept, "A");
});

Deno.test("run() aborts the read when nobody waits any more, and nobody joins it then", async () => {
  const sharing = createSharing<string>();
  const read = held<string>();
  const controller = new AbortController();
  const waits = [1, 2].map(() => sharing.run("a", controller.signal, read.start));
  controller.abort(new Error("both"));
  for (const wait of waits) await assertRejects(() => wait, Error, "both");
  assertEquals([read.state.starts, read.state.aborted], [1, true]);
  assertEquals(await sharing.run("a", undefined, () => Promise.resolve("new")), "new");
});

Deno.test("run() gives a failure to all, and remembers none", async () => {
  const sharing = createSharing<string>();
  const fail = () => Promise.reject(new Error("no"));
  await Promise.all([1, 2].map(() => assertRejects(() => sharing.run("a", undefined, fail), Error, "no")));
  assertEquals(await sharing.run("a", undefined, () => Promise.resolve("yes")), "yes");
});

Deno.test("run() with an aborted signal starts nothing", async () => {
  const read = held<string>();
  const signal = AbortSignal.abort(new Error("gone"));
  await assertRejects(() => createSharing<string>().run("a", signal, read.start), Error, "gone");
  assertEquals(read.state.starts, 0);
});

Deno.test("equal gets and pages under way are one request, with an object for each caller", async () => {
  const { cluster, api } = liveWorld();
  const [first, second] = await Promise.all([1, 2].map(() => cluster.get(CONFIG_MAPS, "n", "a")));
  if (first !== undefined) first.data = { key: "changed" };
  assertEquals(second?.data, { key: "a" });
  await Promise.all([1, 2].map(() => Array.fromAsync(cluster.list(CONFIG_MAPS))));
  await Promise.all([
    cluster.get(CONFIG_MAPS, "n", "a"),
    cluster.get(CONFIG_MAPS, "n", "a", { metadataOnly: true }),
  ]);
  assertEquals(api.requests(), [
    "GET /api/v1/namespaces/n/configmaps/a -> 200",
    "GET /api/v1/configmaps?limit=500 -> 200",
    "GET /api/v1/namespaces/n/configmaps/a -> 200",
    "GET /api/v1/namespaces/n/configmaps/a -> 200",
  ]);
});

Deno.test("a read begun after a write never gets the answer of one begun before", async () => {
  const gets: ((body: string) => void)[] = [];
  const cluster = createLiveCluster({
    server: {
      url: "http://cluster.test",
      fetch: (_, { method }) => {
        if (method !== "GET") return Promise.resolve(new Response("{}"));
        const { promise, resolve } = Promise.withResolvers<Response>();
        gets.push((body) => resolve(new Response(body)));
        return promise;
      },
    },
    time: fakeTime(),
  });
  const before = cluster.get(CONFIG_MAPS, "n", "a");
  await cluster.patch(CONFIG_MAPS, "n", "a", {}, { type: "merge" });
  const after = cluster.get(CONFIG_MAPS, "n", "a");
  // Both are on their way once the queue of what was begun has run.
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(gets.length, 2);
  gets[0]?.('{"data":"old"}');
  gets[1]?.('{"data":"new"}');
  assertEquals([(await before)?.data, (await after)?.data], ["old", "new"]);
});
