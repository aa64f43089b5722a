import { isObject, type JsonObject, type JsonValue } from "../../actions/lib/json.ts";

/** What is put in the place of each value of an object. */
const REPLACEMENTS: readonly JsonValue[] = [null, 5, "x", [], [null], { x: [5] }];

/** A value with one other value inside. */
export interface Mutation {
  /** Where and what, for messages: `spec.plugins.0 = 5`. */
  readonly about: string;
  readonly value: JsonObject;
}

/** Every way to put a wrong value into one place of an object. */
export function* mutationsOf(object: JsonObject): Generator<Mutation> {
  for (const path of pathsOf(object)) {
    for (const replacement of REPLACEMENTS) {
      const about = `${path.join(".")} = ${JSON.stringify(replacement)}`;
      yield { about, value: replaced(object, path, replacement) as JsonObject };
    }
    yield { about: `${path.join(".")} is absent`, value: replaced(object, path, undefined) as JsonObject };
  }
}

function* pathsOf(value: JsonValue | undefined): Generator<string[]> {
  if (!isObject(value) && !Array.isArray(value)) return;
  for (const [key, child] of Object.entries(value)) {
    yield [key];
    for (const path of pathsOf(child)) yield [key, ...path];
  }
}

function replaced(
  value: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  replacement: JsonValue | undefined,
): JsonValue | undefined {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((entry, index) =>
      String(index) === key ? replaced(entry, rest, replacement) ?? null : entry
    );
  }
  const object = value as JsonObject;
  return { ...object, [key]: replaced(object[key], rest, replacement) };
}
