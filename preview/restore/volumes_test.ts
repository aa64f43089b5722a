import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
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

Deno.test("createVolumes() leaves out what is deleted with its claim, and frees that claim", () => {
  const volumes = createVolumes();
  assertEquals(
    volumes.leavesOut(volume("pv1", "Delete")),
    "its volume is provisioned anew by the claim (reclaim policy Delete, no snapshot)",
  );
  assertEquals(volumes.leavesOut(volume("pv2", "Retain")), undefined);
  const claims = [claim("pv1"), claim("pv2"), claim()];
  claims.forEach(volumes.unbindClaim);
  assertEquals(claims, [
    { metadata: { name: "c", annotations: { keep: "x" } }, spec: {} },
    { metadata: { name: "c", annotations: { keep: "x" } }, spec: { volumeName: "pv2" } },
    claim(),
  ]);
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
