import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";

/**
 * Checks that a value is an object with none but these fields, as Velero reads resource policies.
 *
 * @throws {SyntaxError}
 */
export function checkFields(
  value: JsonValue | undefined,
  known: readonly string[],
  place: string,
): asserts value is JsonObject {
  if (!isObject(value)) throw new SyntaxError(`${place} is not an object`);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new SyntaxError(`${place} has the unknown field "${unknown}"; known are ${known.join(", ")}`);
  }
}

/**
 * A text. Numbers and words such as `true` are texts here as well.
 *
 * @throws {SyntaxError}
 */
export function textOf(value: JsonValue | undefined, place: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw new SyntaxError(`${place} is not a text`);
  return String(value);
}

/**
 * A list of texts; an absent one is empty.
 *
 * @throws {SyntaxError}
 */
export function textsOf(value: JsonValue | undefined, place: string): string[] {
  return listOf(value, place).map((entry, index) => textOf(entry, `${place}[${index}]`) ?? "");
}

/**
 * A list; an absent one is empty.
 *
 * @throws {SyntaxError}
 */
export function listOf(value: JsonValue | undefined, place: string): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new SyntaxError(`${place} is not a list`);
  return value;
}
