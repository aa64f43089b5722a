import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../objects/json.ts";
import { atMost } from "./at_most.ts";
import type { Cluster, ResourceKind } from "./cluster.ts";
import { createMemoryCluster } from "./memory/memory.ts";
import { tellStory } from "./testing/conformance.ts";

const KIND: ResourceKind = { group: "", version: "v1", resource: "configmaps" };

/** Answers when the test says so. */
function slow() {
  const asked: string[] = [];
  const doors = new Map<string, PromiseWithResolvers<JsonObject | undefined>>();
  const get: Cluster["get"] = (_kind, _namespace, name) => {
    asked.push(name);
    const door = Promise.withResolvers<JsonObject | undefined>();
    doors.set(name, door);
    return door.promise;
  };
  return { cluster: { ...createMemoryCluster(), get }, asked, doors };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("atMost() changes nothing else", () => tellStory(atMost(createMemoryCluster(), 1)));

Deno.test("atMost() sends a request when there is a place, in the order of asking", async () => {
  const { cluster, asked, doors } = slow();
  const two = atMost(cluster, 2);
  const answers = ["a", "b", "c", "d"].map((name) => two.get(KIND, "n", name));
  assertEquals(asked, ["a", "b"]);
  doors.get("b")?.reject(new Error("no"));
  await assertRejects(() => answers[1]!, Error, "no");
  await settle();
  assertEquals(asked, ["a", "b", "c"], "a failure gives its place back");
  doors.get("a")?.resolve({ name: "a" });
  await settle();
  assertEquals(asked, ["a", "b", "c", "d"]);
  doors.get("c")?.resolve(undefined);
  doors.get("d")?.resolve({ name: "d" });
  assertEquals(await Promise.all([answers[0], answers[2], answers[3]]), [
    { name: "a" },
    undefined,
    { name: "d" },
  ]);
  void two.get(KIND, "n", "e");
  assertEquals(asked.at(-1), "e", "all places are free again");
});

Deno.test("atMost() lets a caller ask for more while it goes through a list", async () => {
  const objects = ["a", "b", "c"].map((name) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "n" },
  }));
  const one = atMost(createMemoryCluster({ objects }), 1);
  const found: unknown[] = [];
  for await (const { metadata } of one.list(KIND, { namespace: "n" })) {
    const { name } = metadata as { name: string };
    found.push((await one.get(KIND, "n", name, { metadataOnly: true }))?.kind);
  }
  assertEquals(found, ["PartialObjectMetadata", "PartialObjectMetadata", "PartialObjectMetadata"]);
});

Deno.test("atMost() ends a list with its reader", async () => {
  let ended = false;
  const cluster: Cluster = {
    ...createMemoryCluster(),
    async *list() {
      try {
        while (true) yield await Promise.resolve({});
      } finally {
        ended = true;
      }
    },
  };
  for await (const _ of atMost(cluster, 1).list(KIND)) break;
  assertEquals(ended, true);
});
