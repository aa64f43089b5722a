import { cloneJson, isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";

/** An object with one wrong value inside. */
export interface Mutation {
  /** Where and what: `spec.plugins.0 = 5`. */
  readonly about: string;
  readonly value: JsonObject;
}

/**
 * Every copy of an object with one of its values, at any depth, replaced by one of `wrong`; `undefined` there means that the key or
 * the element is removed.
 */
export function* mutationsOf(
  object: JsonObject,
  wrong: readonly (JsonValue | undefined)[],
): Generator<Mutation> {
  for (const path of pathsOf(object)) {
    for (const value of wrong) {
      yield { about: `${path.join(".")} = ${JSON.stringify(value)}`, value: replaced(object, path, value) };
    }
  }
}

function* pathsOf(value: JsonValue | undefined, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  const entries = isObject(value) || Array.isArray(value) ? Object.entries(value) : [];
  for (const [key, entry] of entries) yield* pathsOf(entry, [...path, key]);
}

function replaced(object: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const copy = cloneJson(object);
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as JsonObject;
  const last = path.at(-1) ?? "";
  if (value !== undefined) parent[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}
