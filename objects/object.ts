/**
 * Reading and changing Kubernetes objects of unknown shape.
 *
 * Every reader gives `undefined` for a value of the wrong type instead of failing: an object from a backup may hold anything.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "./json.ts";

/** The value at a path of keys, `undefined` when a step is missing or not an object. */
export function at(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  let current = value;
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The object at a path, else `undefined`. */
export function objectAt(value: JsonValue | undefined, ...path: string[]): JsonObject | undefined {
  const found = at(value, ...path);
  return isObject(found) ? found : undefined;
}

/** The array at a path, else an empty one. */
export function arrayAt(value: JsonValue | undefined, ...path: string[]): JsonValue[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects among the elements of the array at a path. */
export function objectsAt(value: JsonValue | undefined, ...path: string[]): JsonObject[] {
  return arrayAt(value, ...path).filter(isObject);
}

/** The non-empty string at a path, else `undefined`. */
export function stringAt(value: JsonValue | undefined, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** `metadata.name`, or an empty string. */
export function nameOf(object: JsonObject): string {
  return stringAt(object, "metadata", "name") ?? "";
}

/** `metadata.namespace`, or an empty string. */
export function namespaceOf(object: JsonObject): string {
  return stringAt(object, "metadata", "namespace") ?? "";
}

/** One label of an object, `undefined` when absent or not a string. */
export function label(object: JsonObject | undefined, key: string): string | undefined {
  const found = at(object, "metadata", "labels", key);
  return typeof found === "string" ? found : undefined;
}

/** One annotation of an object, `undefined` when absent or not a string. */
export function annotation(object: JsonObject | undefined, key: string): string | undefined {
  const found = at(object, "metadata", "annotations", key);
  return typeof found === "string" ? found : undefined;
}

/**
 * The object at a path, made where it is missing or null.
 *
 * @throws {TypeError} when something else than an object stands there; the message names the path.
 */
export function ensureObject(root: JsonObject, ...path: string[]): JsonObject {
  let current = root;
  for (const [depth, key] of path.entries()) {
    const next = Object.hasOwn(current, key) ? current[key] : undefined;
    if (next === undefined || next === null) {
      const made: JsonObject = {};
      current[key] = made;
      current = made;
    } else if (isObject(next)) {
      current = next;
    } else {
      throw new TypeError(`${path.slice(0, depth + 1).join(".")} is not an object`);
    }
  }
  return current;
}

/** True when a flag-like label is set: the key is present and its value is not `false` in any case. */
export function switchedOn(object: JsonObject | undefined, key: string): boolean {
  const value = label(object, key);
  return value !== undefined && value.toLowerCase() !== "false";
}
