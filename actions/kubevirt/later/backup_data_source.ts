import type { BackupItemAction } from "../../action.ts";
import { requireBackup } from "../backup_run.ts";
import { dataSourceNodes } from "../graph/later_kinds.ts";
import { itemsOf } from "../graph/node.ts";
import type { KubevirtSettings } from "../settings.ts";

/** Adds what a DataSource stands for: its PVC, its snapshot or another DataSource (kubevirt 8.4). */
export const backupDataSource: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-datasource-action",
  appliesTo: { includedResources: ["datasources.cdi.kubevirt.io"] },
  enabled: (settings) => settings["later-kinds"],

  execute({ item, backup }) {
    requireBackup(backup, "kubevirt 8.4");
    return { additionalItems: itemsOf(dataSourceNodes(item)) };
  },
};
