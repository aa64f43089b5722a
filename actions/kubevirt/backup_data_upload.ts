import { label, stringAt } from "../../objects/object.ts";
import type { BackupItemAction } from "../action.ts";
import { requireBackup } from "./backup_run.ts";
import { READ } from "./lookups.ts";
import { setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { UID_LABEL } from "./uid_label.ts";

/**
 * Labels a DataUpload of Velero's data mover with the UID of its PVC, so that a restore that selects the PVC finds the data (kubevirt
 * B29). DataUploads are never created again by a restore, so nothing has to take the label away.
 */
export const backupDataUpload: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-dataupload-action",
  appliesTo: { includedResources: ["datauploads.velero.io"] },
  enabled: (settings) => settings["label-data-uploads"],

  async execute({ item, backup }, { cluster, log }) {
    requireBackup(backup, "kubevirt B29");
    let uid = label(item, "velero.io/pvc-uid");
    if (uid === undefined || uid === "") {
      const [namespace, name] = [
        stringAt(item, "spec", "sourceNamespace"),
        stringAt(item, "spec", "sourcePVC"),
      ];
      if (namespace === undefined || name === undefined) return;
      const claim = await cluster.get(READ.claims, namespace, name, { metadataOnly: true });
      uid = stringAt(claim, "metadata", "uid");
      if (uid === undefined) {
        log.debug(`PVC ${namespace}/${name} does not exist any more, so its UID is not known`);
      }
    }
    return uid !== undefined && setMetadata(item, "labels", UID_LABEL, uid) ? { item } : {};
  },
};
