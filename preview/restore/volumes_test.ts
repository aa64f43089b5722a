import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf } from "../../objects/object.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { createArchive } from "../archive/archive.ts";
import { encode } from "../run/step.ts";
import { object } from "../testing/world.ts";
import { createVolumes, releaseVolume } from "./volumes.ts";

const BOUND = { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" };

const volume = (name: string, persistentVolumeReclaimPolicy: string): JsonObject => ({
  metadata: { name },
  spec: { persistentVolumeReclaimPolicy },
});

const claim = (volumeName?: string): JsonObject => ({
  metadata: { name: "c", annotations: { ...BOUND, keep: "x" } },
  spec: volumeName === undefined ? {} : { volumeName },
});

function volumes(objects: JsonObject[] = [], ...claims: JsonObject[]) {
  const restore = { metadata: { name: "r", namespace: "velero" }, spec: { backupName: "b" } };
  const archive = createArchive(claims.map((claim) => ({
    group: "",
    resource: "persistentvolumeclaims",
    namespace: "shop",
    name: nameOf(claim),
    bytes: encode(claim),
  })));
  return createVolumes({ archive, restore, cluster: createMemoryCluster({ objects }) });
}

Deno.test("createVolumes() leaves out what is deleted with its claim, and frees that claim", async () => {
  const { leavesOut, unbindClaim } = volumes();
  assertEquals(
    await leavesOut(volume("pv1", "Delete")),
    "its volume is provisioned anew by the claim (reclaim policy Delete, no snapshot)",
  );
  assertEquals(await leavesOut(volume("pv2", "Retain")), undefined);
  const claims = [claim("pv1"), claim("pv2"), claim()];
  claims.forEach(unbindClaim);
  assertEquals(claims, [
    { metadata: { name: "c", annotations: { keep: "x" } }, spec: {} },
    { metadata: { name: "c", annotations: { keep: "x" } }, spec: { volumeName: "pv2" } },
    claim(),
  ]);
});

Deno.test("createVolumes() leaves out volumes whose data comes from elsewhere, whatever their policy", async () => {
  const claimed = object("v1", "PersistentVolume", "pv1", {
    spec: { persistentVolumeReclaimPolicy: "Retain", claimRef: { namespace: "shop", name: "data" } },
  });
  const snapshot = object("v1", "PersistentVolumeClaim", "shop/data", {
    metadata: { annotations: { "velero.io/volume-snapshot-name": "s" } },
  });
  const copy = (backup: string, claim: string) =>
    object("velero.io/v1", "PodVolumeBackup", `velero/${backup}-${claim}`, {
      metadata: { labels: { "velero.io/backup-name": backup }, annotations: { "velero.io/pvc-name": claim } },
      spec: { pod: { namespace: "shop", name: "p" } },
      status: { snapshotID: "1" },
    });
  const anew = "its volume is provisioned anew by the claim and";
  assertEquals([
    await volumes([], snapshot).leavesOut(claimed),
    await volumes([copy("b", "data")]).leavesOut(claimed),
    await volumes([copy("other", "data"), copy("b", "logs")]).leavesOut(claimed),
    await volumes().leavesOut(claimed),
  ], [`${anew} filled from a snapshot`, `${anew} filled by a copy of its files`, undefined, undefined]);
});

Deno.test("releaseVolume() lets the claim of the target namespace bind a volume", () => {
  const stored: JsonObject = {
    metadata: { name: "pv2", annotations: { ...BOUND } },
    spec: { claimRef: { name: "c", namespace: "shop", uid: "1", resourceVersion: "2" } },
  };
  releaseVolume(stored, (namespace) => `${namespace}-copy`);
  assertEquals(stored, {
    metadata: { name: "pv2" },
    spec: { claimRef: { name: "c", namespace: "shop-copy" } },
  });
  const unclaimed: JsonObject = { metadata: { name: "pv3" }, spec: {} };
  releaseVolume(unclaimed, (namespace) => namespace);
  assertEquals(unclaimed, { metadata: { name: "pv3" }, spec: {} });
});
