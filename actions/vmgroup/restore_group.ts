import type { Context, RestoreItemActionV2, RestoreRequest, RestoreResultV2 } from "../action.ts";
import { MUST_INCLUDE } from "./must_include.ts";
import { groupsReady, parentGroup } from "./readiness.ts";
import { type Removal, remove } from "./removals.ts";
import { powerOff } from "./sanitize.ts";
import type { VmGroupSettings } from "./settings.ts";

// vmgroup H1, H2: what the webhooks of VM Operator refuse when a group is created.
const REFUSED_ON_CREATE: readonly Removal[] = [
  { at: ["spec"], keys: ["nextForcePowerStateSyncTime"] },
  {
    at: ["metadata", "annotations"],
    keys: [
      "vmoperator.vmware.com.protected/last-updated-power-state-time",
      "vmoperator.vmware.com.protected/apply-power-state-time",
    ],
  },
];

// vmgroup G8 left it behind; in the cluster it would force the members into every later backup.
const OF_THE_BACKUP: readonly Removal[] = [{ at: ["metadata", "annotations"], keys: [MUST_INCLUDE] }];

/** Makes a stored VirtualMachineGroup creatable and brings its parent group back first (vmgroup 6). */
export const restoreGroup: RestoreItemActionV2<VmGroupSettings> = {
  kind: "RestoreItemActionV2",
  name: "lubronzhan.io/vmgroup-restore",
  appliesTo: { includedResources: ["virtualmachinegroups.vmoperator.vmware.com"] },
  enabled: (settings) => settings["group-restore"],
  execute,
  areAdditionalItemsReady: groupsReady,
};

function execute({ item }: RestoreRequest, { settings, log }: Context<VmGroupSettings>): RestoreResultV2 {
  const changes = remove(item, [...REFUSED_ON_CREATE, ...OF_THE_BACKUP]);
  if (settings["power-state"] === "off") changes.push(...powerOff(item));
  for (const change of changes) log.info(change);
  return { ...(changes.length > 0 ? { item } : {}), ...parentGroup(item, log) };
}
