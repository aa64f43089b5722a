import type { JsonObject } from "../../objects/json.ts";
import { at } from "../../objects/object.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { Refusal } from "../lib/refusal.ts";

const LABEL = "velero.kubevirt.io/restore-run-strategy";

const STRATEGIES = ["Always", "Halted", "Manual", "RerunOnFailure", "Once", "WaitAsReceiver"];

const RULE = "kubevirt 5.6";

/**
 * Gives a restored VM the run strategy that the Restore asks for (kubevirt 5.6 step 2). True for a change.
 *
 * @throws {Refusal} when the label has a value that KubeVirt does not know.
 */
export function setPowerState(vm: JsonObject, restore: JsonObject | undefined): boolean {
  const wanted = at(restore, "metadata", "labels", LABEL);
  if (wanted === undefined) return false;
  if (typeof wanted !== "string" || !STRATEGIES.includes(wanted)) {
    throw new Refusal(`label ${LABEL} of the Restore is ${JSON.stringify(wanted)}`, {
      rule: RULE,
      remedy: `set it to one of ${STRATEGIES.join(", ")}, or remove it`,
      reason: "invalid_label",
    });
  }
  const spec = objectOrNothing(vm.spec, "spec", RULE) ?? (vm.spec = {});
  if (spec.runStrategy === wanted && spec.running === undefined) return false;
  spec.runStrategy = wanted;
  delete spec.running;
  return true;
}
