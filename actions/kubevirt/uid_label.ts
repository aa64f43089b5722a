import type { JsonObject } from "../../objects/json.ts";
import { metadataValue, removeMetadata, setMetadata } from "./metadata.ts";

/** The label in the archive with the UID of the PVC, on the PVC and its snapshots (kubevirt 5.4 and 5.5). */
export const UID_LABEL = "velero.kubevirt.io/pvc-uid";

/** The annotation that keeps a user's own value of {@link UID_LABEL}, by kind. */
export const KEPT_UID = {
  PersistentVolumeClaim: "velero.kubevirt.io/original-pvc-uid",
  VolumeSnapshot: "velero.kubevirt.io/original-volumesnapshot-uid",
} as const;

/**
 * Removes {@link UID_LABEL}, or gives it back the value that the user had there (kubevirt 5.9 step 3 and 5.10). Without the label
 * nothing is done, also not to a kept value.
 *
 * @returns true when the item was changed.
 * @throws {Refusal} when the metadata or one of its maps is not an object.
 */
export function restoreUidLabel(item: JsonObject, keptIn: string): boolean {
  if (metadataValue(item, "labels", UID_LABEL) === undefined) return false;
  const kept = metadataValue(item, "annotations", keptIn);
  if (typeof kept !== "string") return removeMetadata(item, "labels", UID_LABEL);
  setMetadata(item, "labels", UID_LABEL, kept);
  return removeMetadata(item, "annotations", keptIn);
}
