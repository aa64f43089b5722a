/**
 * What the rules look at in a VirtualMachineInstance (kubevirt 3.3).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, objectsAt, stringAt } from "../../objects/object.ts";

/** The annotation in the archive on an instance that its owner makes anew (kubevirt 5.2). */
export const OWNED = "cdi.kubevirt.io/velero.isOwned";

/** Who made an instance. */
export interface Owner {
  /** What the rules know of it; `other` is anything else. */
  readonly kind: "VirtualMachine" | "VirtualMachineInstanceReplicaSet" | "other";
  readonly name: string;
}

/** The owner of an instance: its controller, else the first of KubeVirt's, else the first; `undefined` when nobody owns it. */
export function ownerOf(instance: JsonObject): Owner | undefined {
  const owners = objectsAt(instance, "metadata", "ownerReferences");
  const owner = owners.find(({ controller }) => controller === true) ?? owners.find(isKubevirts) ?? owners[0];
  if (owner === undefined) return undefined;
  const [kind, name] = [stringAt(owner, "kind"), stringAt(owner, "name") ?? nameOf(instance)];
  // Without a kind it is a VM, and a VM's instance has its name.
  if (kind === undefined) return { kind: "VirtualMachine", name: nameOf(instance) };
  const known = kind === "VirtualMachine" || kind === "VirtualMachineInstanceReplicaSet";
  return { kind: known && (isKubevirts(owner) || owner.apiVersion === undefined) ? kind : "other", name };
}

/** The name of the VM that is among the owners of an instance. */
export function owningMachine(instance: JsonObject): string | undefined {
  const owner = objectsAt(instance, "metadata", "ownerReferences")
    .find((reference) => reference.kind === "VirtualMachine" && isKubevirts(reference));
  return stringAt(owner, "name");
}

/** True when a reference is to a kind of KubeVirt. */
export function isKubevirts(reference: JsonObject): boolean {
  return stringAt(reference, "apiVersion")?.split("/")[0] === "kubevirt.io";
}

/** True for an instance that is paused. */
export function isPaused(instance: JsonObject): boolean {
  return objectsAt(instance, "status", "conditions")
    .some(({ type, status }) => type === "Paused" && status === "True");
}

/** True unless the instance has not begun to run or has ended. */
export function isActive(instance: JsonObject): boolean {
  return !/^(Pending|Scheduling|Succeeded|Failed)$/.test(stringAt(instance, "status", "phase") ?? "");
}
