import type { BackupItemAction } from "../action.ts";
import { graphOptions, requireBackup, requireName } from "./backup_run.ts";
import { replicaSetBackupGraph } from "./graph/backup.ts";
import { itemsOf } from "./graph/node.ts";
import { createLookups } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";

const RULE = "kubevirt 5.14";

/** Adds the instances of a replica set, and what they hang on (kubevirt 5.14). */
export const backupReplicaSet: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-virtualmachineinstancereplicaset-action",
  appliesTo: { includedResources: ["virtualmachineinstancereplicasets.kubevirt.io"] },

  async execute({ item, backup }, context) {
    const run = requireBackup(backup, RULE);
    requireName(item, RULE);
    const options = graphOptions(run, context.settings);
    const nodes = await replicaSetBackupGraph(item, createLookups(context, run), options);
    return { additionalItems: itemsOf(nodes) };
  },
};
