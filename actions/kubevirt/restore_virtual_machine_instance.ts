import type { RestoreItemAction, RestoreRequest } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { together } from "../lib/together.ts";
import { removeRecorded } from "./graph/extras.ts";
import { itemsOf } from "./graph/node.ts";
import { instanceRestoreGraph } from "./graph/restore.ts";
import { OWNED } from "./instances.ts";
import { metadataValue } from "./metadata.ts";
import { restoreGraphOptions } from "./restored_graph.ts";
import { settleIdentity } from "./settle_identity.ts";
import type { KubevirtSettings } from "./settings.ts";
import { removeVmName } from "./vm_name.ts";

const RULE = "kubevirt 5.7";

/** With one of these, KubeVirt's admission refuses an instance that somebody else than KubeVirt creates. */
const RESTRICTED = [
  "kubevirt.io/created-by",
  "kubevirt.io/migrationJobUID",
  "kubevirt.io/nodeName",
  "kubevirt.io/migrationTargetNodeName",
  "kubevirt.io/schedulable",
  "kubevirt.io/install-strategy",
];

/** Leaves out instances that their owner makes anew, and restores the others as VMs are restored (kubevirt 5.7). */
export const restoreVirtualMachineInstance: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-vmi-action",
  appliesTo: { includedResources: ["virtualmachineinstances.kubevirt.io"] },

  async execute(request, context) {
    const { item, restore } = request;
    const owner = ownerOf(request);
    if (owner !== undefined) {
      context.log.info(`left out: ${owner} makes it anew`);
      return { skipRestore: true };
    }
    const spec = objectOrNothing(item.spec, "spec", RULE);
    // They read at the same time, and touch different parts of the instance.
    const [nodes, identity] = await together(context, [
      (own) => instanceRestoreGraph(item, restoreGraphOptions(own, restore)),
      (own) => spec !== undefined && settleIdentity(item, { spec, path: "spec", rule: RULE }, restore, own),
    ]);
    const steps = [identity, removeRestrictedLabels(item), removeRecorded(item), removeVmName(item)];
    const additionalItems = itemsOf(nodes);
    return steps.includes(true) ? { item, additionalItems } : { additionalItems };
  },
};

/** What makes the instance anew, in words; `undefined` when nothing does. */
function ownerOf(request: RestoreRequest): string | undefined {
  if (metadataValue(request.item, "annotations", OWNED) === "true") return "its owner";
  const owner = objectsAt(request.itemFromBackup, "metadata", "ownerReferences").find((reference) =>
    stringAt(reference, "apiVersion")?.split("/")[0] === "kubevirt.io" &&
    (reference.kind === "VirtualMachine" || reference.kind === "VirtualMachineInstanceReplicaSet")
  );
  return owner === undefined ? undefined : `its ${owner.kind}`;
}

// These labels are KubeVirt's, so the map stays when nothing else is in it.
function removeRestrictedLabels(item: JsonObject): boolean {
  const metadata = objectOrNothing(item.metadata, "metadata", RULE);
  const labels = objectOrNothing(metadata?.labels, "metadata.labels", RULE) ?? {};
  const present = RESTRICTED.filter((key) => Object.hasOwn(labels, key));
  for (const key of present) delete labels[key];
  return present.length > 0;
}
