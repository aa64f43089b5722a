import type { JsonObject } from "../../objects/json.ts";
import { annotation, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, BackupRequest, Context, ItemResult } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import { patchFresh } from "./fresh_patch.ts";
import { VOLUMES } from "./kinds.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";
import { required } from "./required.ts";

/** Keeps the storage of a PersistentVolume that is moved to another cluster (openshift A9). */
export const backupVolume: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/03-pv-backup-plugin",
  appliesTo: { includedResources: ["persistentvolumes"] },
  execute,
};

async function execute(
  { item, backup }: BackupRequest,
  { cluster, log }: Context<Settings>,
): Promise<ItemResult | void> {
  if (!isMigration(backup)) return;
  const name = required(item, "metadata", "name");
  // Before the cluster is written to: an item that cannot take the change is refused.
  const annotations = writable(item, "metadata", "annotations");
  const spec = writable(item, "spec");
  let moved = false;
  let policy = "";
  const live = await patchFresh(cluster, VOLUMES, name, (volume) => {
    policy = reclaimPolicy(item) ?? reclaimPolicy(volume) ?? "";
    moved = annotation(volume, ANNOTATIONS.migrateType) === "move" && policy !== "Retain";
    // A patch that changes nothing is not written: the volume may have been retained by an earlier backup (openshift IMP-21).
    const done = reclaimPolicy(volume) === "Retain" &&
      annotation(volume, ANNOTATIONS.originalReclaimPolicy) === policy;
    return moved && !done ? retained(policy) : undefined;
  });
  if (live === undefined) {
    throw new Refusal("the volume is not in the cluster any more", {
      rule: "openshift A9",
      remedy: "repeat the backup when no volume of the namespace is being deleted",
      reason: "not_restorable",
    });
  }
  if (!moved) return;
  annotations[ANNOTATIONS.originalReclaimPolicy] = policy;
  spec.persistentVolumeReclaimPolicy = "Retain";
  log.info(`set the reclaim policy of the volume to Retain, here and in the cluster; it was "${policy}"`);
  return { item };
}

function reclaimPolicy(volume: JsonObject): string | undefined {
  return stringAt(volume, "spec", "persistentVolumeReclaimPolicy");
}

function retained(policy: string): JsonObject {
  return {
    metadata: { annotations: { [ANNOTATIONS.originalReclaimPolicy]: policy } },
    spec: { persistentVolumeReclaimPolicy: "Retain" },
  };
}
