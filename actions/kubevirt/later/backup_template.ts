import type { JsonObject } from "../../../objects/json.ts";
import type { BackupItemAction, Context, ItemBlockAction } from "../../action.ts";
import { graphOptions, requireBackup } from "../backup_run.ts";
import { type BackupGraph, machineBackupGraph } from "../graph/backup.ts";
import { record } from "../graph/extras.ts";
import { templateMachine } from "../graph/later_kinds.ts";
import { itemsOf } from "../graph/node.ts";
import { relate } from "../item_blocks.ts";
import { createLookups } from "../lookups.ts";
import type { KubevirtSettings } from "../settings.ts";

const appliesTo = { includedResources: ["virtualmachinetemplates.template.kubevirt.io"] };
const enabled = (settings: KubevirtSettings) => settings["later-kinds"];

/** Adds what every VM that is made from a VirtualMachineTemplate hangs on (kubevirt 8.4). */
export const backupTemplate: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-virtualmachinetemplate-action",
  appliesTo,
  enabled,

  async execute({ item, backup }, context) {
    const graph = await graphOf(item, requireBackup(backup, "kubevirt 8.4"), context);
    const additionalItems = itemsOf(graph.nodes);
    return record(item, graph.recorded) ? { item, additionalItems } : { additionalItems };
  },
};

/** Relates the same (kubevirt 8.4). */
export const blockTemplate: ItemBlockAction<KubevirtSettings> = {
  kind: "ItemBlockAction",
  name: "kubevirt-velero-plugin/block-virtualmachinetemplate-action",
  appliesTo,
  enabled,
  relatedItems: ({ item, backup }, context) =>
    relate(async () => (await graphOf(item, backup, context)).nodes, context),
};

async function graphOf(
  template: JsonObject,
  backup: JsonObject | undefined,
  context: Context<KubevirtSettings>,
): Promise<BackupGraph> {
  const { status: _, ...machine } = templateMachine(template) ?? {};
  // A template has never run, so there is no state to look for.
  const lookups = { ...createLookups(context, backup), backendClaims: () => Promise.resolve([]) };
  return await machineBackupGraph(machine, lookups, graphOptions(backup, context.settings));
}
