import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject } from "../../objects/json.ts";
import { patchFresh } from "./fresh_patch.ts";
import { VOLUMES } from "./kinds.ts";

const VOLUME: JsonObject = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "v", resourceVersion: "7", labels: { a: "b" } },
  spec: { persistentVolumeReclaimPolicy: "Delete" },
};
const PATCH: JsonObject = {
  metadata: { annotations: { x: "y" } },
  spec: { persistentVolumeReclaimPolicy: "Retain" },
};

/** A cluster in which another client changes the volume before each of the first `times` patches. */
function contended(times: number): { cluster: Cluster; readings: () => number } {
  const memory = createMemoryCluster({ objects: [VOLUME] });
  let readings = 0;
  let left = times;
  return {
    readings: () => readings,
    cluster: {
      ...memory,
      get: (...args) => {
        readings++;
        return memory.get(...args);
      },
      patch: async (...args) => {
        if (left-- > 0) {
          await memory.patch(VOLUMES, "", "v", { metadata: { labels: { turn: String(left) } } }, {
            type: "merge",
          });
        }
        return await memory.patch(...args);
      },
    },
  };
}

for (const times of [0, 1, 3]) {
  Deno.test(`patchFresh(): ${times} conflicts before it is written (openshift IMP-21)`, async () => {
    const { cluster, readings } = contended(times);
    const live = await patchFresh(cluster, VOLUMES, "v", () => PATCH);
    assertEquals(live?.kind, "PersistentVolume");
    assertEquals(readings(), times + 1);
    const stored = await cluster.get(VOLUMES, "", "v");
    assertEquals(stored?.spec, { persistentVolumeReclaimPolicy: "Retain" });
    assertEquals((stored?.metadata as JsonObject).annotations, { x: "y" });
  });
}

Deno.test("patchFresh(): the fourth conflict is an error", async () => {
  const { cluster, readings } = contended(4);
  const error = await assertRejects(() => patchFresh(cluster, VOLUMES, "v", () => PATCH), ClusterError);
  assertEquals([error.reason, readings()], ["Conflict", 4]);
});

Deno.test("patchFresh(): decides anew after a conflict", async () => {
  const { cluster } = contended(1);
  const seen: unknown[] = [];
  await patchFresh(cluster, VOLUMES, "v", (live) => {
    seen.push((live.metadata as JsonObject).labels);
    return seen.length === 1 ? PATCH : undefined;
  });
  assertEquals(seen, [{ a: "b" }, { a: "b", turn: "0" }]);
  assertEquals((await cluster.get(VOLUMES, "", "v"))?.spec, { persistentVolumeReclaimPolicy: "Delete" });
});

Deno.test("patchFresh(): nothing to write, nothing there, another failure", async () => {
  const { cluster, readings } = contended(0);
  assertEquals((await patchFresh(cluster, VOLUMES, "v", () => undefined))?.spec, VOLUME.spec);
  assertEquals(await patchFresh(cluster, VOLUMES, "none", () => PATCH), undefined);
  assertEquals(readings(), 2);
  const failing = {
    ...cluster,
    patch: () => Promise.reject(new ClusterError("patch: forbidden", "Forbidden", 403)),
  };
  await assertRejects(() => patchFresh(failing, VOLUMES, "v", () => PATCH), ClusterError, "patch: forbidden");
  assertEquals(readings(), 3, "what is no conflict is not tried again");
});
