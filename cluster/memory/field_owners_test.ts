import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { ClusterError } from "../cluster.ts";
import { createMemoryCluster } from "./memory.ts";

const KIND = { group: "", version: "v1", resource: "configmaps" };

function fields(data: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "n", ...metadata }, data };
}

Deno.test("apply() creates, changes, and removes what the manager no longer names", async () => {
  const cluster = createMemoryCluster();
  const apply = (data: JsonObject, manager = "m") => cluster.apply(KIND, fields(data), { manager });
  assertEquals((await apply({ a: "1", b: "2" })).data, { a: "1", b: "2" });
  assertEquals((await apply({ a: "1", c: "3" })).data, { a: "1", c: "3" });
  // Both own c now, so it stays when one of them lets it go.
  assertEquals((await apply({ c: "3" }, "other")).data, { a: "1", c: "3" });
  assertEquals((await apply({ a: "1" })).data, { a: "1", c: "3" });
  assertEquals((await apply({}, "other")).data, { a: "1" });
});

Deno.test("apply() keeps fields that others set and drops a map that it left empty", async () => {
  const cluster = createMemoryCluster({ objects: [fields({ theirs: "1" })] });
  const applied = await cluster.apply(KIND, fields({ mine: "2" }, { labels: { l: "v" } }), { manager: "m" });
  assertEquals(applied.data, { theirs: "1", mine: "2" });
  assertEquals((applied.metadata as JsonObject).labels, { l: "v" });
  const again = await cluster.apply(KIND, fields({ mine: "2" }), { manager: "m" });
  assertEquals(Object.hasOwn(again.metadata as JsonObject, "labels"), false);
});

Deno.test("apply() of the same fields changes nothing", async () => {
  const cluster = createMemoryCluster();
  const first = await cluster.apply(KIND, fields({ a: "1" }), { manager: "m" });
  assertEquals(await cluster.apply(KIND, fields({ a: "1" }), { manager: "m" }), first);
});

Deno.test("apply() refuses to change the field of another manager, unless forced", async () => {
  const cluster = createMemoryCluster({ objects: [fields({ a: "theirs", b: "same" })] });
  const wanted = fields({ a: "mine", b: "same" });
  const error = await assertRejects(() => cluster.apply(KIND, wanted, { manager: "m" }), ClusterError);
  assertEquals(
    error.message,
    'patch configmaps n/a: 409 Conflict: Apply failed with 1 conflict: conflict with "loaded": .data.a',
  );
  const forced = await cluster.apply(KIND, wanted, { manager: "m", force: true });
  assertEquals(forced.data, { a: "mine", b: "same" });
  // b has two owners, a only one.
  assertEquals((await cluster.apply(KIND, fields({}), { manager: "m" })).data, { b: "same" });
});

Deno.test("a patch takes the field over from the one who applied it", async () => {
  const cluster = createMemoryCluster();
  await cluster.apply(KIND, fields({ a: "1", b: "1" }), { manager: "m" });
  await cluster.patch(KIND, "n", "a", { data: { a: "patched" } }, { type: "merge" });
  const error = await assertRejects(
    () => cluster.apply(KIND, fields({ a: "2", b: "1" }), { manager: "m" }),
    ClusterError,
  );
  assertEquals(error.reason, "Conflict");
  assertEquals((await cluster.apply(KIND, fields({ b: "1" }), { manager: "m" })).data, {
    a: "patched",
    b: "1",
  });
});

Deno.test("the managedFields of a loaded object say who owns what", async () => {
  const managedFields = [
    { manager: "m", operation: "Apply", fieldsV1: { "f:data": { "f:a": {}, "f:old": {} } } },
    { manager: "kubectl", operation: "Update", fieldsV1: { "f:data": { ".": {}, "f:b": {} } } },
  ];
  const cluster = createMemoryCluster({
    objects: [fields({ a: "1", old: "x", b: "2" }, { managedFields })],
  });
  assertEquals((await cluster.apply(KIND, fields({ a: "9" }), { manager: "m" })).data, { a: "9", b: "2" });
  const error = await assertRejects(
    () => cluster.apply(KIND, fields({ b: "9" }), { manager: "m" }),
    ClusterError,
  );
  assertEquals(error.message.endsWith('conflict with "kubectl": .data.b'), true);
});

Deno.test("apply() keeps to resourceVersion", async () => {
  const cluster = createMemoryCluster({ objects: [fields({ a: "1" }, { resourceVersion: "5" })] });
  const error = await assertRejects(
    () => cluster.apply(KIND, fields({ b: "1" }, { resourceVersion: "4" }), { manager: "m" }),
    ClusterError,
  );
  assertEquals(error.reason, "Conflict");
});
