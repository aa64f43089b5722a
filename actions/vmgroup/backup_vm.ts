import type { BackupItemAction, BackupRequest, Context, ItemResult, Log } from "../action.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { ensureObject, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { dependenciesOf } from "./dependencies.ts";
import { vmOperatorItem } from "./kinds.ts";
import type { VmGroupSettings } from "./settings.ts";

/** The label that names the group of a stored VM. */
const MEMBER_LABEL = "vmgroup.vmoperator.vmware.com/name";

// What the API server takes as a label's value.
const LABEL_VALUE = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/** Labels a VM with its group and, when asked to, adds what it needs (vmgroup 9, `member-label` and `vm-dependencies`). */
export const backupVm: BackupItemAction<VmGroupSettings> = {
  kind: "BackupItemAction",
  name: "lubronzhan.io/vm-backup",
  appliesTo: { includedResources: ["virtualmachines.vmoperator.vmware.com"] },
  enabled: (settings) => settings["member-label"] || settings["vm-dependencies"],
  execute,
};

function execute({ item }: BackupRequest, { settings, log }: Context<VmGroupSettings>): ItemResult {
  const group = stringAt(item, "spec", "groupName");
  const labelled = settings["member-label"] && group !== undefined && labelMember(item, group, log);
  const additionalItems = settings["vm-dependencies"] ? dependenciesOf(item, namespaceOf(item)) : [];
  if (settings["vm-dependencies"] && group !== undefined) {
    additionalItems.push(vmOperatorItem("virtualmachinegroups", namespaceOf(item), group));
  }
  return { ...(labelled ? { item } : {}), additionalItems };
}

function labelMember(item: JsonObject, group: string, log: Log): boolean {
  const labels = objectAt(item, "metadata")?.labels ?? {};
  if (!LABEL_VALUE.test(group)) {
    log.warn(
      `label ${MEMBER_LABEL} is not set, because spec.groupName "${group}" is not a label value of at most 63 characters`,
    );
    return false;
  }
  if (!isObject(item.metadata) || !isObject(labels)) {
    log.warn(`label ${MEMBER_LABEL} is not set, because metadata.labels is not an object`);
    return false;
  }
  if (labels[MEMBER_LABEL] === group) return false;
  ensureObject(item, "metadata", "labels")[MEMBER_LABEL] = group;
  return true;
}
