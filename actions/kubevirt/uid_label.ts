import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Context } from "../action.ts";
import { stringOrNothing } from "../lib/expect.ts";
import { NODES } from "./graph/node.ts";
import { metadataValue, removeMetadata, setMetadata } from "./metadata.ts";

/** The label in the archive with the UID of the PVC, on the PVC and its snapshots (kubevirt 5.4 and 5.5). */
export const UID_LABEL = "velero.kubevirt.io/pvc-uid";

/** The annotation that keeps a user's own value of {@link UID_LABEL}, by kind. */
export const KEPT_UID = {
  PersistentVolumeClaim: "velero.kubevirt.io/original-pvc-uid",
  VolumeSnapshot: "velero.kubevirt.io/original-volumesnapshot-uid",
} as const;

/**
 * Labels an item with the UID of its PVC, and keeps what the user had in that label (kubevirt 5.4 and 5.5).
 *
 * @param keptIn The annotation for the user's value, from {@link KEPT_UID}.
 * @returns true when the item was changed.
 * @throws {Refusal} when the metadata, one of its maps or the label is of a wrong type.
 */
export function setUidLabel(item: JsonObject, uid: string, keptIn: string): boolean {
  const users = metadataValue(item, "labels", UID_LABEL);
  const kept = users !== undefined &&
    setMetadata(
      item,
      "annotations",
      keptIn,
      stringOrNothing(users, `metadata.labels.${UID_LABEL}`, "kubevirt 5.4"),
    );
  return setMetadata(item, "labels", UID_LABEL, uid) || kept;
}

/**
 * True when the cluster has VMs or CDI, so that selecting by UID is of use (kubevirt 5.4); also when it does not say.
 */
export async function selectsByUid({ cluster }: Pick<Context, "cluster">): Promise<boolean> {
  try {
    const served = await Promise.all(
      [NODES.machines, NODES.dataVolumes].map(({ group, resource }) => cluster.serves(group, resource)),
    );
    return served.some((versions) => versions.length > 0);
  } catch (error) {
    if (error instanceof ClusterError) return true;
    throw error;
  }
}

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
