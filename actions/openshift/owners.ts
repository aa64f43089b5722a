import type { JsonObject } from "../../objects/json.ts";
import { objectsAt } from "../../objects/object.ts";

/** True when an object has an owner of that kind, at any position, controller or not (openshift 8). */
export function isOwnedBy(object: JsonObject, kind: string): boolean {
  return objectsAt(object, "metadata", "ownerReferences").some((owner) => owner.kind === kind);
}
