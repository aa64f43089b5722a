import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { powerStates } from "./kinds.ts";
import { type Removal, remove } from "./removals.ts";

// What the validating webhook of VM Operator refuses when an unprivileged user creates a VM (vmgroup 2.2, M4).
const REFUSED_ON_CREATE: readonly Removal[] = [
  { at: ["spec"], keys: ["nextRestartTime", "currentSnapshotName"] },
  {
    at: ["metadata", "annotations"],
    keys: [
      "vmoperator.vmware.com/cloud-init-instance-id",
      "vmoperator.vmware.com/restored-vm",
      "vmoperator.vmware.com/failed-over-vm",
      "vmoperator.vmware.com/imported-vm",
      "mgmt.proxy.vmware.com/allowlist",
      "mgmt.proxy.vmware.com/watermark",
      "vmoperator.vmware.com.protected/apply-power-state-time",
      "delete.check.vmoperator.vmware.com/*",
    ],
  },
  { at: ["metadata", "labels"], keys: ["vmoperator.vmware.com/paused"] },
];

/** Takes out of a VM what its create would be refused for (vmgroup M4). Gives one sentence per change. */
export function sanitize(vm: JsonObject): string[] {
  const changes = remove(vm, REFUSED_ON_CREATE);
  if (objectAt(vm, "spec")?.powerState === powerStates(vm).suspended) changes.push(...powerOff(vm));
  return changes;
}

/** Sets the power state of a VM or a group that has a spec to off; gives one sentence when that is a change. */
export function powerOff(item: JsonObject): string[] {
  const { off } = powerStates(item);
  const spec = objectAt(item, "spec");
  if (spec === undefined || spec.powerState === off) return [];
  spec.powerState = off;
  return [`set spec.powerState to ${off}`];
}
