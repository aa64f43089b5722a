/**
 * The instances of a VirtualMachineInstanceReplicaSet (kubevirt 4.6).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { labelSelectorText, parseLabelSelector } from "../../objects/label_selector.ts";
import { nameOf, objectsAt, stringAt } from "../../objects/object.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { Refusal } from "../lib/refusal.ts";

const RULE = "kubevirt 4.6";

/**
 * `spec.selector` as text; empty when there is none.
 *
 * @throws {Refusal} when it is no label selector.
 */
export function selectorOf(replicaSet: JsonObject): string {
  const spec = objectOrNothing(replicaSet.spec, "spec", RULE);
  try {
    const text = labelSelectorText(objectOrNothing(spec?.selector, "spec.selector", RULE) ?? {});
    parseLabelSelector(text);
    return text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal(`spec.selector: ${error.message}`, {
      rule: RULE,
      remedy: "correct the object; the API server would not accept it either",
      reason: "invalid_item",
    });
  }
}

/** True when the replica set owns the instance: its selector may match others too. */
export function owns(replicaSet: JsonObject, instance: JsonObject): boolean {
  const uid = stringAt(replicaSet, "metadata", "uid");
  return objectsAt(instance, "metadata", "ownerReferences").some((owner) =>
    owner.kind === "VirtualMachineInstanceReplicaSet" &&
    (uid === undefined ? owner.name === nameOf(replicaSet) : owner.uid === uid)
  );
}
