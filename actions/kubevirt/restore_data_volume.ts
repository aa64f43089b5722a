import type { RestoreItemAction, RestoreRequest } from "../action.ts";
import { nameOf, objectAt, stringAt } from "../../objects/object.ts";
import { PREPOPULATED } from "./cdi.ts";
import { embeddedMapping, mapDataVolumeSources } from "./embedded_namespaces.ts";
import { metadataValue, requireSpec, setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { removeVmName } from "./vm_name.ts";

/** Keeps CDI from filling a DataVolume again that had its content, and maps where it took it from (kubevirt 5.12). */
export const restoreDataVolume: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-datavolume-action",
  appliesTo: { includedResources: ["datavolumes.cdi.kubevirt.io"] },

  execute(request) {
    const { item, restore } = request;
    requireSpec(item);
    const steps = [
      removeVmName(item),
      markPopulated(request),
      mapDataVolumeSources(objectAt(item, "spec"), embeddedMapping(restore)),
    ];
    return steps.includes(true) ? { item } : {};
  },
};

function markPopulated(request: RestoreRequest): boolean {
  const { item } = request;
  if (metadataValue(item, "annotations", PREPOPULATED) !== undefined) return false;
  return stringAt(request.itemFromBackup, "status", "phase") === "Succeeded" &&
    setMetadata(item, "annotations", PREPOPULATED, nameOf(item));
}
