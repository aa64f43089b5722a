import type { ResourceIdentifier } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";

/** The API group of VM Operator. */
export const VM_OPERATOR = "vmoperator.vmware.com";

/** Names an object of VM Operator. */
export function vmOperatorItem(
  resource: "virtualmachines" | "virtualmachinegroups" | "virtualmachineservices",
  namespace: string,
  name: string,
): ResourceIdentifier {
  return { group: VM_OPERATOR, resource, namespace, name };
}

/** Names an object of the core group. */
export function coreItem(
  resource: "secrets" | "configmaps" | "persistentvolumeclaims",
  namespace: string,
  name: string,
): ResourceIdentifier {
  return { group: "", resource, namespace, name };
}

/** The version in an item's `apiVersion`, for example `v1alpha6`; empty when it has none. */
export function versionOf(item: JsonObject): string {
  return stringAt(item, "apiVersion")?.split("/")[1] ?? "";
}

// v1alpha1 writes power states with a small first letter; its enum refuses the later spelling, and theirs the earlier one.
const POWER_STATES = {
  early: { off: "poweredOff", suspended: "suspended" },
  late: { off: "PoweredOff", suspended: "Suspended" },
};

/** How the version of an item spells the power states. */
export function powerStates(item: JsonObject): { readonly off: string; readonly suspended: string } {
  return versionOf(item) === "v1alpha1" ? POWER_STATES.early : POWER_STATES.late;
}
