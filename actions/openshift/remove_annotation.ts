import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";

/** Takes an annotation off an object, whatever its value; true when it was there. */
export function removeAnnotation(item: JsonObject, key: string): boolean {
  const annotations = objectAt(item, "metadata", "annotations");
  if (annotations === undefined || !Object.hasOwn(annotations, key)) return false;
  delete annotations[key];
  return true;
}
