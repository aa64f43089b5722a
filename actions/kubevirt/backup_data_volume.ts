import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, Context } from "../action.ts";
import { together } from "../lib/together.ts";
import { requireBackup } from "./backup_run.ts";
import { IN_PROGRESS, owningDataVolume, POPULATED_FOR, PREPOPULATED } from "./cdi.ts";
import { dataVolumeBackupGraph } from "./graph/backup.ts";
import { itemsOf } from "./graph/node.ts";
import { READ } from "./lookups.ts";
import { dataVolumePhases } from "./data_volume_list.ts";
import { machineOfDisk } from "./machine_of_disk.ts";
import { requireSpec, setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { labelVmName } from "./vm_name.ts";

type Own = Context<KubevirtSettings>;

/**
 * Marks DataVolumes and their PVCs as filled, so that CDI does not fill them again after a restore, or a PVC as half filled, so that
 * CDI makes it anew (kubevirt 5.3).
 */
export const backupDataVolume: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-datavolume-action",
  appliesTo: { includedResources: ["persistentvolumeclaims", "datavolumes.cdi.kubevirt.io"] },

  async execute({ item, backup }, context) {
    const run = requireBackup(backup, "kubevirt 5.3");
    requireSpec(item);
    const isClaim = item.kind === "PersistentVolumeClaim";
    if (!isClaim && item.kind !== "DataVolume") return;
    const [marked, machine] = await together(context, [
      (own: Own) => isClaim ? markClaim(item, run, own) : markDataVolume(item),
      (own: Own) => machineOfDisk(item, run, own),
    ]);
    const changed = [marked, labelVmName(item, machine, context)].includes(true);
    const additionalItems = isClaim ? [] : itemsOf(dataVolumeBackupGraph(item));
    return changed ? { item, additionalItems } : { additionalItems };
  },
};

// The last phase of a DataVolume, so a list may be somewhat old.
const FILLED = "Succeeded";

function isFilled(dataVolume: JsonObject): boolean {
  return stringAt(dataVolume, "status", "phase") === FILLED;
}

function markDataVolume(item: JsonObject): boolean {
  return isFilled(item) && setMetadata(item, "annotations", PREPOPULATED, nameOf(item));
}

async function markClaim(item: JsonObject, backup: JsonObject, context: Own): Promise<boolean> {
  const name = owningDataVolume(item);
  if (name === undefined) return false;
  const namespace = namespaceOf(item);
  if ((await dataVolumePhases(namespace, backup, context))?.get(name) === FILLED) {
    return setMetadata(item, "annotations", POPULATED_FOR, name);
  }
  const { cluster, log } = context;
  const dataVolume = await absentWhenNotServed(cluster.get(READ.dataVolumes, namespace, name));
  if (dataVolume === undefined) {
    log.warn(
      `DataVolume ${namespace}/${name}, which owns the PVC, does not exist; the PVC is backed up without a mark for CDI`,
    );
    return false;
  }
  if (isFilled(dataVolume)) return setMetadata(item, "annotations", POPULATED_FOR, name);
  log.warn(
    `DataVolume ${namespace}/${name} is not filled yet (phase ${
      stringAt(dataVolume, "status", "phase") ?? "unknown"
    }); a restore leaves this PVC out, and CDI fills it from the beginning`,
  );
  return setMetadata(item, "annotations", IN_PROGRESS, name);
}
