import type { BackupItemAction, ItemBlockAction, RestoreItemAction } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, objectAt } from "../../objects/object.ts";
import { deleteKeys } from "./delete_keys.ts";
import { blockOfClaim, boundVolume, volumeOf } from "./related_items.ts";

const CLAIMS = { includedResources: ["persistentvolumeclaims"] };

/** Takes the source and the marks of earlier runs off a bound claim and asks for its volume. */
export const backupClaim: BackupItemAction = {
  kind: "BackupItemAction",
  name: "velero.io/pv",
  appliesTo: CLAIMS,
  execute({ item, backup }) {
    if (boundVolume(item) === undefined) return;
    const spec = objectAt(item, "spec") ?? {};
    delete spec.dataSource;
    delete spec.dataSourceRef;
    // An empty class means that the claim may be bound by its selector alone.
    if (spec.storageClassName !== "") delete spec.selector;
    deleteKeys(objectAt(spec, "selector"), "matchLabels", (key) => key.startsWith("velero.io/"));
    deleteKeys(objectAt(item, "metadata"), "labels", (key, value) => isStale(key, value, backup));
    return { item, additionalItems: volumeOf(item) };
  },
};

const STALE_LABELS = [
  "velero.io/restore-name",
  "backup.velero.io/must-include-additional-items",
  "velero.io/volume-snapshot-name",
];

function isStale(key: string, value: unknown, backup: JsonObject | undefined): boolean {
  const other = key === "velero.io/backup-name" && value !== nameOf(backup ?? {});
  return other || STALE_LABELS.includes(key);
}

/** Relates a claim to its volume, to the running pods that mount it and to the claims of its group. */
export const relateClaim: ItemBlockAction = {
  kind: "ItemBlockAction",
  name: "velero.io/pvc",
  appliesTo: CLAIMS,
  relatedItems: ({ item, backup }, context) => blockOfClaim(item, backup, context),
};

const BINDING_ANNOTATIONS = [
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/selected-node",
  "velero.io/volume-snapshot-name",
  "velero.io/data-upload-name",
];

/** Takes off what bound a claim in the old cluster and asks for its volume. */
export const restoreClaim: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/pvc",
  appliesTo: CLAIMS,
  execute({ item, itemFromBackup }) {
    deleteKeys(objectAt(item, "metadata"), "annotations", (key) => BINDING_ANNOTATIONS.includes(key));
    return { item, additionalItems: volumeOf(itemFromBackup) };
  },
};
