/**
 * What is backed up in one block with a VM, so that the guest is frozen around the snapshots of all its disks (kubevirt 1.3 and 8.3).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { namespaceOf, objectsAt, stringAt } from "../../objects/object.ts";
import type { Context, ItemBlockAction, ResourceIdentifier, Selector } from "../action.ts";
import { graphOptions, requireName } from "./backup_run.ts";
import {
  type BackupGraph,
  dataVolumeBackupGraph,
  instanceBackupGraph,
  machineBackupGraph,
} from "./graph/backup.ts";
import { distinct, type GraphNode, isOfKind, itemsOf, nodeOf, NODES } from "./graph/node.ts";
import { isKubevirts, owningMachine } from "./instances.ts";
import { LAUNCHERS } from "./launcher_pod.ts";
import { createLookups } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";

type Find = (
  item: JsonObject,
  backup: JsonObject | undefined,
  context: Context<KubevirtSettings>,
) => readonly GraphNode[] | Promise<readonly GraphNode[]>;

const graphIn =
  (graph: typeof machineBackupGraph, more: (item: JsonObject) => GraphNode[] = () => []): Find =>
  async (item, backup, context) => {
    requireName(item, "kubevirt 1.3");
    const options = graphOptions(backup, context.settings);
    const found = await graph(item, createLookups(context, backup), options);
    return distinct([...withoutUnfit(found), ...more(item)]);
  };

// A hook in a pod that cannot run a command fails, and the backup with it.
function withoutUnfit({ nodes, launcher }: BackupGraph): readonly GraphNode[] {
  if (launcher === undefined || launcher.takesExec) return nodes;
  return nodes.filter((node) => !isOfKind(node, NODES.pods));
}

function machineNodes(instance: JsonObject): GraphNode[] {
  const reason = "metadata.ownerReferences";
  const name = owningMachine(instance);
  return name === undefined ? [] : [nodeOf(NODES.machines, namespaceOf(instance), name, reason)];
}

function instanceNodes(pod: JsonObject): GraphNode[] {
  const owner = objectsAt(pod, "metadata", "ownerReferences")
    .find((reference) => reference.kind === "VirtualMachineInstance" && isKubevirts(reference));
  const name = stringAt(owner, "name") ?? "";
  return distinct([nodeOf(NODES.instances, namespaceOf(pod), name, "metadata.ownerReferences")]);
}

const ROWS: readonly (readonly [kind: string, appliesTo: Selector, find: Find])[] = [
  [
    "virtualmachine",
    { includedResources: ["virtualmachines.kubevirt.io"] },
    graphIn(machineBackupGraph),
  ],
  [
    "virtualmachineinstance",
    { includedResources: ["virtualmachineinstances.kubevirt.io"] },
    graphIn(instanceBackupGraph, machineNodes),
  ],
  ["pod", { includedResources: ["pods"], selector: LAUNCHERS }, instanceNodes],
  ["datavolume", { includedResources: ["datavolumes.cdi.kubevirt.io"] }, dataVolumeBackupGraph],
];

/** The item block actions (kubevirt A11 to A14). */
export const itemBlocks: readonly ItemBlockAction<KubevirtSettings>[] = ROWS.map((
  [kind, appliesTo, find],
) => ({
  kind: "ItemBlockAction",
  name: `kubevirt-velero-plugin/block-${kind}-action`,
  appliesTo,
  relatedItems: ({ item, backup }, context) => relate(() => find(item, backup, context), context),
}));

/** The items, or none with a warning: what a block lacks is backed up all the same, but outside of the freeze. */
export async function relate(
  find: () => readonly GraphNode[] | Promise<readonly GraphNode[]>,
  { log, signal }: Pick<Context, "log" | "signal">,
): Promise<ResourceIdentifier[]> {
  try {
    return itemsOf(await find());
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : "unknown error";
    log.warn(
      `the item block may be incomplete, so the guest may not be frozen while all its disks are copied: ${reason}`,
    );
    return [];
  }
}
