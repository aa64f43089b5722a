import type { JsonObject } from "../../objects/json.ts";
import { ensureObject } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";

/**
 * The object at a path of an item, for writing; made where it is missing or null (openshift IMP-02).
 *
 * @throws {Refusal} when something else stands there: what it holds must not get lost.
 */
export function writable(item: JsonObject, ...path: string[]): JsonObject {
  try {
    return ensureObject(item, ...path);
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error), {
      rule: "openshift IMP-02",
      remedy: "correct the object; the API server would not accept it either",
      reason: "invalid_item",
    });
  }
}
