import type { Context, RestoreItemAction } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { namespaceOf } from "../../objects/object.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { readGraphExtras } from "../lib/kubevirt/graph_extras.ts";
import { together } from "../lib/together.ts";
import { embeddedMapping, mapVirtualMachine } from "./embedded_namespaces.ts";
import { removeRecorded } from "./graph/extras.ts";
import { itemsOf } from "./graph/node.ts";
import { machineRestoreGraph } from "./graph/restore.ts";
import { setPowerState } from "./power_state.ts";
import { restoreGraphOptions } from "./restored_graph.ts";
import { settleIdentity } from "./settle_identity.ts";
import type { KubevirtSettings } from "./settings.ts";
import { removeVmName } from "./vm_name.ts";

const RULE = "kubevirt 5.6";

/** Restores a VM with everything it needs, in the wanted power state, with the wanted identity (kubevirt 5.6). */
export const restoreVirtualMachine: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-vm-action",
  appliesTo: { includedResources: ["virtualmachines.kubevirt.io"] },

  async execute({ item, restore }, context) {
    const power = setPowerState(item, restore);
    const recorded = readGraphExtras(item) ?? [];
    const embedded = { mapping: embeddedMapping(restore), namespace: namespaceOf(item), recorded };
    // They read at the same time, and touch different parts of the VM.
    const [nodes, identity, namespaces] = await together(context, [
      (own) => machineRestoreGraph(item, restoreGraphOptions(own, restore)),
      (own) => settleTemplate(item, restore, own),
      (own) => mapVirtualMachine(item, embedded, own),
    ]);
    const steps = [power, identity, namespaces, removeRecorded(item), removeVmName(item)];
    const additionalItems = itemsOf(nodes);
    return steps.includes(true) ? { item, additionalItems } : { additionalItems };
  },
};

// Without a template there is nothing to settle; a template without a spec gets one when something must be written into it.
async function settleTemplate(
  item: JsonObject,
  restore: JsonObject | undefined,
  context: Context<KubevirtSettings>,
): Promise<boolean> {
  const template = objectOrNothing(
    objectOrNothing(item.spec, "spec", RULE)?.template,
    "spec.template",
    RULE,
  );
  if (template === undefined) return false;
  const path = "spec.template.spec";
  const spec = objectOrNothing(template.spec, path, RULE) ?? {};
  const changed = await settleIdentity(item, { spec, path, rule: RULE }, restore, context);
  if (changed) template.spec = spec;
  return changed;
}
