import type { RestoreItemAction, RestoreRequest } from "../action.ts";
import { isObject, type JsonObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import { objectAt, stringAt } from "../../objects/object.ts";
import { IN_PROGRESS, owningDataVolume, POPULATED_FOR } from "./cdi.ts";
import { metadataValue, requireSpec, setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { KEPT_UID, restoreUidLabel } from "./uid_label.ts";
import { removeVmName } from "./vm_name.ts";

/** Leaves a half-populated PVC to CDI, and keeps CDI from waiting for or filling one that has its content (kubevirt 5.9). */
export const restorePvc: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-pvc-action",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },

  execute(request, { log }) {
    const { item } = request;
    requireSpec(item);
    if (metadataValue(item, "annotations", IN_PROGRESS) !== undefined) {
      log.info(
        "left out: CDI had not finished filling it at backup, and creates it again for the DataVolume",
      );
      return { skipRestore: true };
    }
    const steps = [
      restoreUidLabel(item, KEPT_UID.PersistentVolumeClaim),
      removeVmName(item),
      markPopulated(request),
      dropTemporarySource(request),
    ];
    return steps.includes(true) ? { item } : {};
  },
};

/** Repairs a backup that was taken without this source: tells CDI that the content is there (step 4). */
function markPopulated(request: RestoreRequest): boolean {
  const { item } = request;
  if (metadataValue(item, "annotations", POPULATED_FOR) !== undefined) return false;
  const phase = metadataValue(item, "annotations", "cdi.kubevirt.io/storage.pod.phase");
  if (phase !== undefined && phase !== "Succeeded") return false;
  if (stringAt(request.itemFromBackup, "status", "phase") !== "Bound") return false;
  const owner = owningDataVolume(request.itemFromBackup);
  if (owner === undefined) return false;
  return setMetadata(item, "annotations", POPULATED_FOR, owner);
}

const TEMPORARY = new Set(["VolumeImportSource", "VolumeUploadSource", "VolumeCloneSource"]);

/**
 * Removes a data source that CDI made for the first filling and that never comes back (step 5). A source that differs from the
 * backup is one that an earlier action has set, such as a CSI snapshot.
 */
function dropTemporarySource(request: RestoreRequest): boolean {
  const spec = objectAt(request.item, "spec");
  if (spec === undefined || metadataValue(request.item, "annotations", POPULATED_FOR) === undefined) {
    return false;
  }
  if (!isTemporary(spec.dataSourceRef) && !isTemporary(spec.dataSource)) return false;
  const stored = objectAt(request.itemFromBackup, "spec");
  if (!same(spec.dataSourceRef, stored?.dataSourceRef) || !same(spec.dataSource, stored?.dataSource)) {
    return false;
  }
  delete spec.dataSourceRef;
  delete spec.dataSource;
  return true;
}

function isTemporary(source: JsonValue | undefined): boolean {
  return isObject(source) && source.apiGroup === "cdi.kubevirt.io" && typeof source.kind === "string" &&
    TEMPORARY.has(source.kind);
}

// The references are flat; an action before this one may have written their keys in another order.
function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const sorted = (value: JsonValue | undefined) =>
    stringifyJson(
      isObject(value) ? Object.fromEntries(Object.entries(value).sort()) as JsonObject : value ?? null,
    );
  return sorted(a) === sorted(b);
}
