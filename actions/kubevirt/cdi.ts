/**
 * CDI's marks on DataVolumes and PVCs (kubevirt 3.1).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";

/** API group of DataVolumes. */
const CDI_GROUP = "cdi.kubevirt.io";

/** Annotation on a DataVolume: its PVC has the content. The value is the DataVolume's name. */
export const PREPOPULATED = "cdi.kubevirt.io/storage.prePopulated";

/** Annotation on a PVC: it has the content of the DataVolume that the value names. */
export const POPULATED_FOR = "cdi.kubevirt.io/storage.populatedFor";

/** Annotation on a PVC in the archive: the DataVolume that the value names was not filled yet. */
export const IN_PROGRESS = "kvp.kubevirt.io/storage.inprogress";

/** The name of the DataVolume that owns a PVC, `undefined` when none does (kubevirt 3.3). */
export function owningDataVolume(claim: JsonObject): string | undefined {
  const owner = objectsAt(claim, "metadata", "ownerReferences").find((reference) =>
    reference.kind === "DataVolume" && stringAt(reference, "apiVersion")?.split("/")[0] === CDI_GROUP
  );
  return stringAt(owner, "name");
}
