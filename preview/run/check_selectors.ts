import { isObject, type JsonObject } from "../../objects/json.ts";
import { at } from "../../objects/object.ts";

/**
 * Refuses two kinds of label selectors at once, as the server does for Backups and Restores.
 *
 * @throws {Error}
 */
export function checkSelectors(spec: JsonObject | undefined): void {
  if (isObject(at(spec, "labelSelector")) && Array.isArray(at(spec, "orLabelSelectors"))) {
    throw new Error("spec.labelSelector and spec.orLabelSelectors cannot be used together");
  }
}
