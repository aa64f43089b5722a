/**
 * Reads fields and refuses a value of the wrong type, where treating it as absent would lose something.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { Refusal } from "./refusal.ts";

/**
 * An object, or `undefined` for an absent or null value.
 *
 * @param where The path of the value, for the error text.
 * @throws {Refusal} when something else stands there.
 */
export function objectOrNothing(
  value: JsonValue | undefined,
  where: string,
  rule: string,
): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw wrongType(where, "an object", rule);
}

/** The elements of a list of objects; null elements and an absent or null list are empty. Otherwise as {@link objectOrNothing}. */
export function objectsOrNothing(
  value: JsonValue | undefined,
  where: string,
  rule: string,
): (JsonObject | undefined)[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(where, "a list", rule);
  return value.map((entry, index) => objectOrNothing(entry, `${where}[${index}]`, rule));
}

/** A string, empty for an absent or null value. Otherwise as {@link objectOrNothing}. */
export function stringOrNothing(value: JsonValue | undefined, where: string, rule: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw wrongType(where, "a string", rule);
}

/** True only for `true`; false for `false` and an absent or null value. Otherwise as {@link objectOrNothing}. */
export function booleanOrNothing(value: JsonValue | undefined, where: string, rule: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw wrongType(where, "true or false", rule);
}

function wrongType(where: string, wanted: string, rule: string): Refusal {
  return new Refusal(`${where} is not ${wanted}`, {
    rule,
    remedy: "correct the object; the API server would not accept it either",
    reason: "invalid_item",
  });
}
