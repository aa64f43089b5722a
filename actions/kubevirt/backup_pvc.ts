import type { BackupItemAction } from "../action.ts";
import { stringAt } from "../../objects/object.ts";
import { requireSpec } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { KEPT_UID, selectsByUid, setUidLabel } from "./uid_label.ts";

/** Labels a PVC with its UID, so that a restore can select it and its snapshots (kubevirt 5.4). */
export const backupPvc: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-pvc-action",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },

  async execute({ item }, context) {
    requireSpec(item);
    const uid = stringAt(item, "metadata", "uid");
    if (uid === undefined || !await selectsByUid(context)) return;
    return setUidLabel(item, uid, KEPT_UID.PersistentVolumeClaim) ? { item } : {};
  },
};
