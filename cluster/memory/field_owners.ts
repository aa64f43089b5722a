/**
 * Who owns which field of one object: server-side apply, as far as a cluster without schemas can know it.
 *
 * A list is one field, as in a custom resource without list keys; Kubernetes' own kinds merge some lists by key, which this
 * does not.
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { at, objectsAt, stringAt } from "../../objects/object.ts";
import { ApiStatus } from "../api_status.ts";
import { equalJson } from "./patches.ts";

/** The owners of the fields of one object: the manager's name to paths, each written as `["data","key"]`. */
export type FieldOwners = Map<string, Set<string>>;

// The server's own fields are nobody's.
const UNOWNED = new Set([
  ["apiVersion"],
  ["kind"],
  ["metadata", "name"],
  ["metadata", "generateName"],
  ["metadata", "namespace"],
  ["metadata", "uid"],
  ["metadata", "resourceVersion"],
  ["metadata", "generation"],
  ["metadata", "creationTimestamp"],
  ["metadata", "managedFields"],
].map((path) => JSON.stringify(path)));

/** The owners as the object's `metadata.managedFields` name them; without any, `manager` owns everything. */
export function ownersOf(object: JsonObject, manager: string): FieldOwners {
  const owners: FieldOwners = new Map();
  for (const entry of objectsAt(object, "metadata", "managedFields")) {
    const own = owners.get(stringAt(entry, "manager") ?? "") ?? new Set();
    collect(entry.fieldsV1, [], own, object);
    owners.set(stringAt(entry, "manager") ?? "", own);
  }
  if (owners.size === 0) owners.set(manager, new Set(leaves(object).keys()));
  return owners;
}

// Only what begins with "f:" names a field; entries of keyed lists ("k:", "v:") count as their list.
function collect(fields: JsonValue | undefined, path: string[], into: Set<string>, object: JsonObject): void {
  if (!isObject(fields)) return;
  const keys = Object.keys(fields).filter((key) => key.startsWith("f:"));
  const value = at(object, ...path);
  if (path.length > 0 && value !== undefined && (!isObject(value) || Object.keys(value).length === 0)) {
    into.add(JSON.stringify(path));
    return;
  }
  for (const key of keys) collect(fields[key], [...path, key.slice(2)], into, object);
}

/** Gives every field that differs between two states of the object to `manager`. */
export function recordUpdate(
  owners: FieldOwners,
  before: JsonObject,
  after: JsonObject,
  manager: string,
): void {
  const old = leaves(before);
  const now = leaves(after);
  for (const own of owners.values()) {
    for (const path of own) {
      if (!now.has(path) || !equalJson(old.get(path), now.get(path))) own.delete(path);
    }
  }
  const own = owners.get(manager) ?? new Set();
  for (const [path, value] of now) if (!equalJson(old.get(path), value)) own.add(path);
  owners.set(manager, own);
}

/**
 * The object after `manager` applied `fields`: those are set, and what it owned alone before and no longer names is removed.
 *
 * @throws {ApiStatus} 409 when another manager owns a field that would change, unless `force`.
 */
export function applyFields(
  current: JsonObject,
  owners: FieldOwners,
  fields: JsonObject,
  { manager, force }: { manager: string; force: boolean },
): JsonObject {
  const wanted = leaves(fields);
  const conflicts: string[] = [];
  for (const [path, value] of wanted) {
    const present = at(current, ...parsePath(path));
    if (present === undefined || equalJson(present, value) || (isObject(present) && isObject(value))) {
      continue;
    }
    for (const [other, paths] of owners) {
      if (other === manager || !paths.has(path)) continue;
      conflicts.push(`conflict with "${other}": .${parsePath(path).join(".")}`);
      if (force) paths.delete(path);
    }
  }
  if (conflicts.length > 0 && !force) {
    const count = `${conflicts.length} conflict${conflicts.length > 1 ? "s" : ""}`;
    throw new ApiStatus(409, "Conflict", `Apply failed with ${count}: ${conflicts.join(", ")}`);
  }
  const result = cloneJson(current);
  for (const path of owners.get(manager) ?? []) {
    const others = [...owners].some(([other, paths]) => other !== manager && paths.has(path));
    if (!wanted.has(path) && !others) removeField(result, parsePath(path));
  }
  for (const [path, value] of wanted) setField(result, parsePath(path), value);
  owners.set(manager, new Set(wanted.keys()));
  return result;
}

// Scalars, lists and empty objects by path; null counts as absent, as in server-side apply.
function leaves(object: JsonObject): Map<string, JsonValue> {
  const found = new Map<string, JsonValue>();
  const walk = (value: JsonValue, path: string[]) => {
    const key = JSON.stringify(path);
    if (value === null || UNOWNED.has(key)) return;
    const entries = isObject(value) ? Object.entries(value) : [];
    if (entries.length === 0) found.set(key, value);
    for (const [name, entry] of entries) if (entry !== undefined) walk(entry, [...path, name]);
  };
  walk(object, []);
  return found;
}

function parsePath(path: string): string[] {
  return JSON.parse(path) as string[];
}

function setField(object: JsonObject, path: readonly string[], value: JsonValue): void {
  let current = object;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(current, step) ? current[step] : undefined;
    const parent: JsonObject = isObject(next) ? next : {};
    if (parent !== next) define(current, step, parent);
    current = parent;
  }
  const last = path.at(-1) ?? "";
  const keepsContent = isObject(value) && isObject(current[last]);
  if (!keepsContent) define(current, last, cloneJson(value));
}

function define(target: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

// A map left empty goes too, as the server does it.
function removeField(object: JsonObject, path: readonly string[]): void {
  const parent = at(object, ...path.slice(0, -1));
  if (!isObject(parent)) return;
  delete parent[path.at(-1) ?? ""];
  if (path.length > 1 && Object.keys(parent).length === 0) removeField(object, path.slice(0, -1));
}
