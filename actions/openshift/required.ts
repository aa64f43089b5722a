import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";

/**
 * The text at a path of an item, without which the cluster cannot be asked: with an empty name a request would mean the whole list.
 *
 * @throws {Refusal} when no text stands there, or an empty one.
 */
export function required(item: JsonObject, ...path: string[]): string {
  const text = stringAt(item, ...path);
  if (text !== undefined) return text;
  throw new Refusal(`${path.join(".")} is missing`, {
    rule: "openshift IMP-02",
    remedy: "correct the object; the API server would not accept it either",
    reason: "invalid_item",
  });
}
