import { assertEquals, assertRejects } from "@std/assert";
import { nameOf } from "../../objects/object.ts";
import { NOBODY } from "../../tests/kit/nobody.ts";
import { ClusterError } from "../cluster.ts";
import type { Fault } from "../served/faults.ts";
import { createLiveCluster } from "./live.ts";
import { CONFIG_MAPS, configMap, fakeTime, liveWorld } from "./testing/kit.ts";

const PATH = "/api/v1/namespaces/n/configmaps/a";

type Row = [about: string, fault: Omit<Fault, "path">, outcome: string, observed: string[], pauses: number[]];

const ROWS: Row[] = [
  ["429 with Retry-After", { status: 429, times: 1, headers: { "retry-after": "2" } }, "a", [
    "get 429",
    "retry get",
    "get 200",
  ], [2000]],
  ["429 without", { status: 429, times: 1 }, "a", ["get 429", "retry get", "get 200"], [250]],
  ["Retry-After beyond the bound", { status: 429, headers: { "retry-after": "60" } }, "TooManyRequests 429", [
    "get 429",
    "retry get",
    "get 429",
  ], [10_000]],
  ["Retry-After that fills the bound", { status: 503, headers: { "retry-after": "6" } }, "Other 503", [
    "get 503",
    "retry get",
    "get 503",
    "retry get",
    "get 503",
  ], [6000, 4000]],
  ["500 twice", { status: 500, times: 2 }, "a", ["get 500", "retry get", "get 500", "retry get", "get 200"], [
    250,
    1000,
  ]],
  ["500 always", { status: 500 }, "Other 500", [
    "get 500",
    "retry get",
    "get 500",
    "retry get",
    "get 500",
    "retry get",
    "get 500",
  ], [250, 1000, 3000]],
  ["504", { status: 504, times: 1 }, "a", ["get 504", "retry get", "get 200"], [250]],
  ["400", { status: 400, times: 1 }, "Other 400", ["get 400"], []],
  ["401 without a token to renew", { status: 401, times: 1 }, "Unauthorized 401", ["get 401"], []],
  ["403", { status: 403, times: 1 }, "Forbidden 403", ["get 403"], []],
  ["404 of the path", { status: 404, times: 1 }, "NotServed 404", ["get 404"], []],
  [
    "404 in plain text",
    { status: 404, body: "404 page not found\n", times: 1 },
    "NotServed 404",
    ["get 404"],
    [],
  ],
  ["409", { status: 409, times: 1 }, "Conflict 409", ["get 409"], []],
  [
    "409 AlreadyExists",
    { status: 409, reason: "AlreadyExists", times: 1 },
    "AlreadyExists 409",
    ["get 409"],
    [],
  ],
  ["410", { status: 410, times: 1 }, "Other 410", ["get 410"], []],
  ["422", { status: 422, times: 1 }, "Invalid 422", ["get 422"], []],
  ["garbage", { body: "<html>hunter2", times: 1 }, "BadAnswer 200", ["get 200"], []],
  ["JSON that is no object", { body: '["hunter2"]', times: 1 }, "BadAnswer 200", ["get 200"], []],
  ["empty", { body: "", times: 1 }, "BadAnswer 200", ["get 200"], []],
  ["404 of a proxy", { status: 404, body: "<html>hunter2", times: 1 }, "BadAnswer 404", ["get 404"], []],
  ["redirect", { status: 302, body: "hunter2", times: 1 }, "BadAnswer 302", ["get 302"], []],
  ["403 in plain text", { status: 403, body: "hunter2", times: 1 }, "Forbidden 403", ["get 403"], []],
  ["hanging once", { hang: true, times: 1 }, "a", ["get 0", "retry get", "get 200"], [250]],
  ["hanging", { hang: true }, "Unreachable 0", [
    "get 0",
    "retry get",
    "get 0",
    "retry get",
    "get 0",
    "retry get",
    "get 0",
  ], [250, 1000, 3000]],
];

Deno.test("get() meets every fault with the right repeats and the right reason (protocol 12.4)", async () => {
  for (const [about, fault, outcome, observed, pauses] of ROWS) {
    const world = liveWorld({ faults: [{ path: PATH, ...fault }], requestsEnd: fault.hang === true });
    const result = await world.cluster.get(CONFIG_MAPS, "n", "a").then(
      (object) => nameOf(object ?? {}),
      (error) => {
        if (!(error instanceof ClusterError)) throw error;
        assertEquals(error.message.startsWith("get configmaps n/a: "), true, `${about}: ${error.message}`);
        assertEquals(error.message.includes("hunter2"), false, about);
        return `${error.reason} ${error.status}`;
      },
    );
    assertEquals(result, outcome, about);
    assertEquals(world.observed, observed, about);
    assertEquals(world.time.pauses, pauses, about);
  }
});

Deno.test("messages quote the server, shortened, and name the time limit", async () => {
  const long = `secrets "s" is forbidden: ${"x".repeat(600)}`;
  const forbidden = liveWorld({ faults: [{ path: PATH, status: 403, message: long }] });
  const error = await assertRejects(() => forbidden.cluster.get(CONFIG_MAPS, "n", "a"), ClusterError);
  assertEquals(error.message, `get configmaps n/a: 403 Forbidden: ${long.slice(0, 500)}...`);
  const slow = liveWorld({ faults: [{ path: PATH, hang: true }], requestsEnd: true });
  const late = await assertRejects(() => slow.cluster.get(CONFIG_MAPS, "n", "a"), ClusterError);
  assertEquals(late.message, "get configmaps n/a: API server not reached: no answer within 30 s");
});

Deno.test("create() with generateName is repeated only when the server surely did nothing", async () => {
  const path = "/api/v1/namespaces/n/configmaps";
  const generated = { metadata: { generateName: "g-", namespace: "n" } };
  const rows: [about: string, fault: Omit<Fault, "path">, object: typeof generated, requests: number][] = [
    ["lost connection", { hang: true, times: 1 }, generated, 1],
    ["500", { status: 500, times: 1 }, generated, 1],
    ["429", { status: 429, times: 1 }, generated, 2],
  ];
  for (const [about, fault, object, requests] of rows) {
    const { cluster, api } = liveWorld({ faults: [{ path, ...fault }], requestsEnd: fault.hang === true });
    await cluster.create(CONFIG_MAPS, object).catch((error) =>
      assertEquals(error instanceof ClusterError, true)
    );
    assertEquals(api.requests().length, requests, about);
  }
  const named = liveWorld({ faults: [{ path, status: 500, times: 1 }] });
  assertEquals(nameOf(await named.cluster.create(CONFIG_MAPS, configMap("new"))), "new");
  assertEquals(named.api.requests(), [`POST ${path} -> 500`, `POST ${path} -> 201`]);
});

Deno.test("an aborted call ends with the signal's reason, in a request and in a pause", async () => {
  const hanging = liveWorld({ faults: [{ path: PATH, hang: true }] });
  const controller = new AbortController();
  const waiting = hanging.cluster.get(CONFIG_MAPS, "n", "a", { signal: controller.signal });
  controller.abort(new Error("deadline"));
  await assertRejects(() => waiting, Error, "deadline");

  const paused = new AbortController();
  const time = fakeTime();
  const cluster = createLiveCluster({
    server: { url: "http://cluster.test", fetch: () => Promise.resolve(new Response("{}", { status: 500 })) },
    time: {
      ...time,
      // Never ends by itself; the abort comes while it lasts.
      after: (ms) => {
        if (ms < 30_000) queueMicrotask(() => paused.abort(new Error("deadline")));
        return () => {};
      },
    },
  });
  await assertRejects(() => cluster.get(CONFIG_MAPS, "n", "a", { signal: paused.signal }), Error, "deadline");
});

Deno.test({
  name: "a refused connection is Unreachable after three repeats",
  ignore: Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted",
  fn: async () => {
    const time = fakeTime();
    const cluster = createLiveCluster({ server: { url: `http://${NOBODY}`, fetch }, time });
    const error = await assertRejects(() => cluster.get(CONFIG_MAPS, "n", "a"), ClusterError);
    assertEquals([error.reason, error.status, time.pauses], ["Unreachable", 0, [250, 1000, 3000]]);
    assertEquals(
      error.message.startsWith("get configmaps n/a: API server not reached: "),
      true,
      error.message,
    );
  },
});
