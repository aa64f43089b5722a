import type { RestoreItemAction } from "../action.ts";
import { itemsOf } from "./graph/node.ts";
import { replicaSetRestoreGraph } from "./graph/restore.ts";
import type { KubevirtSettings } from "./settings.ts";

/**
 * Restores what the instances of a replica set need (kubevirt 5.14). The template keeps its MAC addresses and UUID: replicas would
 * share a new one just as they share the old one.
 */
export const restoreReplicaSet: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-virtualmachineinstancereplicaset-action",
  appliesTo: { includedResources: ["virtualmachineinstancereplicasets.kubevirt.io"] },

  execute({ item }, { settings }) {
    return { additionalItems: itemsOf(replicaSetRestoreGraph(item, { profile: settings["graph-profile"] })) };
  },
};
