/**
 * JSON as Velero sends it: lossless for integers above 2^53.
 *
 * A number that a double cannot hold is kept as raw JSON (`JSON.rawJSON`), so it goes back as it came. The lossless parser costs four
 * times a plain one, so it is used only when the text has a run of digits that could be such a number.
 *
 * @module
 */

/** Any JSON value. A number too large for a double is an opaque {@link RawNumber}. */
export type JsonValue = string | number | boolean | null | RawNumber | JsonValue[] | JsonObject;

/** A JSON object; a key that is absent reads as `undefined`. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** A number kept as text, because a double would change it. */
export interface RawNumber {
  readonly rawJSON: string;
}

interface LosslessJSON {
  parse(
    text: string,
    reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

// TypeScript's library does not know these three yet; the runtime has them.
const lossless = JSON as unknown as LosslessJSON;

// A number in value position that a double may not hold: 16 digits or more, wherever the point is, or an exponent. A match inside a
// string only costs time; plain UIDs and hashes do not match, because a quote stands before them.
const SUSPECT = /[:,[]\s*-?(?:[0-9][0-9.]{15}|[0-9]+(?:\.[0-9]+)?[eE])/;

/**
 * Parses JSON text without losing a digit of any number.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): JsonValue {
  if (!SUSPECT.test(text)) return JSON.parse(text) as JsonValue;
  return lossless.parse(text, (_key, value, { source }) => {
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    return lossless.rawJSON(source);
  }) as JsonValue;
}

/** Writes a value as JSON; numbers kept as text come out as that text. */
export function stringifyJson(value: JsonValue): string {
  return JSON.stringify(value);
}

/** True for an object proper: not null, not an array, not a {@link RawNumber}. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !lossless.isRawJSON(value);
}

/** A deep copy; numbers kept as text stay so. */
export function cloneJson<T extends JsonValue>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    if (entry !== undefined) define(copy, key, cloneJson(entry));
  }
  return copy as T;
}

// A plain assignment to the key "__proto__" would set the prototype instead.
function define(target: JsonObject, key: string, value: JsonValue): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
