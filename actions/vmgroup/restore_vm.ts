import type { Context, RestoreItemActionV2, RestoreRequest, RestoreResultV2 } from "../action.ts";
import { isObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { preserveAddresses } from "./preserve_ip.ts";
import { groupsReady, parentGroup } from "./readiness.ts";
import { type Removal, remove } from "./removals.ts";
import { powerOff, sanitize } from "./sanitize.ts";
import type { VmGroupSettings } from "./settings.ts";

// vmgroup M2, M3: the restored VM is a new machine that boots for the first time.
const OF_THE_OLD_VM: readonly Removal[] = [
  { at: ["spec"], keys: ["instanceUUID"] },
  { at: ["metadata", "annotations"], keys: ["virtualmachine.vmoperator.vmware.com/first-boot-done"] },
];

const IDENTITY: readonly Removal[] = [
  { at: ["spec"], keys: ["biosUUID"] },
  { at: ["spec", "bootstrap", "cloudInit"], keys: ["instanceID"] },
];

const ZONE: readonly Removal[] = [{ at: ["metadata", "labels"], keys: ["topology.kubernetes.io/zone"] }];

/** Makes a stored VirtualMachine creatable and brings its group back first (vmgroup 4). */
export const restoreVm: RestoreItemActionV2<VmGroupSettings> = {
  kind: "RestoreItemActionV2",
  name: "lubronzhan.io/vm-restore",
  appliesTo: { includedResources: ["virtualmachines.vmoperator.vmware.com"] },
  execute,
  areAdditionalItemsReady: groupsReady,
};

function execute(request: RestoreRequest, { settings, log }: Context<VmGroupSettings>): RestoreResultV2 {
  const { item } = request;
  const spec = item.spec ?? undefined;
  if (spec !== undefined && !isObject(spec)) {
    throw new Refusal("failed to convert item to VirtualMachine: spec is not an object", {
      rule: "vmgroup M1",
      remedy: "leave the VM out of the restore, or correct it and back it up again",
      reason: "invalid_item",
    });
  }
  const changes = [
    ...remove(item, OF_THE_OLD_VM),
    ...(settings.sanitize ? sanitize(item) : []),
    ...(settings["new-identity"] ? remove(item, IDENTITY) : []),
    ...(settings["drop-zone"] ? remove(item, ZONE) : []),
    ...(settings["power-state"] === "off" ? powerOff(item) : []),
    ...(settings["preserve-ip"] ? preserveAddresses(item, request.itemFromBackup, log) : []),
  ];
  for (const change of changes) log.info(change);
  return { ...(changes.length > 0 ? { item } : {}), ...parentGroup(item, log) };
}
