import type { RestoreItemAction } from "../../action.ts";
import { namespaceOf, objectAt } from "../../../objects/object.ts";
import { readGraphExtras } from "../../lib/kubevirt/graph_extras.ts";
import { embeddedMapping, mapVirtualMachine } from "../embedded_namespaces.ts";
import { removeRecorded } from "../graph/extras.ts";
import { templateMachine } from "../graph/later_kinds.ts";
import { itemsOf } from "../graph/node.ts";
import { machineRestoreGraph } from "../graph/restore.ts";
import type { KubevirtSettings } from "../settings.ts";

/** Restores a VirtualMachineTemplate with what every VM made from it needs (kubevirt 8.4). */
export const restoreTemplate: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-virtualmachinetemplate-action",
  appliesTo: { includedResources: ["virtualmachinetemplates.template.kubevirt.io"] },
  enabled: (settings) => settings["later-kinds"],

  async execute({ item, restore }, context) {
    const machine = templateMachine(item);
    // A template has never run, so there is no state to look for.
    const findBackendClaims = () => Promise.resolve([]);
    const nodes = machine === undefined
      ? []
      : await machineRestoreGraph(machine, { profile: context.settings["graph-profile"], findBackendClaims });
    const embedded = {
      mapping: embeddedMapping(restore),
      namespace: namespaceOf(item),
      recorded: readGraphExtras(item) ?? [],
    };
    const written = objectAt(item, "spec", "virtualMachine");
    const steps = [
      written !== undefined && await mapVirtualMachine(written, embedded, context),
      removeRecorded(item),
    ];
    const additionalItems = itemsOf(nodes);
    return steps.includes(true) ? { item, additionalItems } : { additionalItems };
  },
};
