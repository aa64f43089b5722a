import type { Log } from "../action.ts";
import { explicitlyNames, type ResourceNames } from "../lib/backup_filter.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { ensureObject, objectAt } from "../../objects/object.ts";
import { VM_OPERATOR } from "./kinds.ts";
import type { VmGroupSettings } from "./settings.ts";

/**
 * Velero takes additional items of an item with this annotation past the filters of the backup (vmgroup V6). Afterwards it removes
 * the annotation only from a copy (seen with 1.18), so the annotation is stored with the group and must be removed at restore.
 */
export const MUST_INCLUDE = "backup.velero.io/must-include-additional-items";

const GROUPS: ResourceNames = {
  group: VM_OPERATOR,
  plural: "virtualmachinegroups",
  singular: "virtualmachinegroup",
  shortNames: ["vmg"],
};

const MACHINES: ResourceNames = {
  group: VM_OPERATOR,
  plural: "virtualmachines",
  singular: "virtualmachine",
  shortNames: ["vm"],
};

/**
 * Lets the additional items of a group past the filters where the setting wants that (vmgroup G8). A backup of groups alone would otherwise
 * hold groups without members.
 *
 * @returns True when the annotation stands on the group now.
 */
export function forceMembers(
  group: JsonObject,
  backup: JsonObject | undefined,
  mode: VmGroupSettings["must-include"],
  log: Log,
): boolean {
  if (backup === undefined || mode === "never") return false;
  if (mode === "auto" && !(explicitlyNames(backup, GROUPS) && !explicitlyNames(backup, MACHINES))) {
    return false;
  }
  if (!isObject(group.metadata) || !isObject(objectAt(group, "metadata")?.annotations ?? {})) {
    log.warn("members must pass the filters of the backup, because metadata.annotations is not an object");
    return false;
  }
  ensureObject(group, "metadata", "annotations")[MUST_INCLUDE] = "true";
  return true;
}
