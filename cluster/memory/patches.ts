/**
 * Merge patch (RFC 7386) and JSON patch (RFC 6902). Both leave their arguments alone.
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";

/** The target after a merge patch: null removes, objects merge, everything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return cloneJson(patch);
  const entries = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) entries.delete(key);
    else if (value !== undefined) entries.set(key, mergePatch(entries.get(key), value));
  }
  // Not an assignment: a key "__proto__" would set the prototype.
  return Object.fromEntries(entries);
}

/**
 * The target after the operations of a JSON patch, in their order.
 *
 * @throws {SyntaxError} for an operation that is none.
 * @throws {RangeError} for a path that is not there and for a `test` that fails; no value is quoted.
 */
export function jsonPatch(target: JsonObject, operations: readonly JsonValue[]): JsonValue {
  // The root is an entry of a holder, so that a path to the whole document needs no case of its own.
  const holder: JsonObject = { root: cloneJson(target) };
  for (const operation of operations) {
    const op = stringAt(operation, "op");
    const value = isObject(operation) ? operation.value : undefined;
    const needed = (): JsonValue => {
      if (value === undefined) throw new SyntaxError(`JSON patch operation "${op}" has no value`);
      return cloneJson(value);
    };
    const path = pointer(operation, "path");
    if (op === "add") add(holder, path, needed());
    else if (op === "remove") remove(holder, path);
    else if (op === "replace") {
      replace(holder, path, needed());
    } else if (op === "move") {
      const from = pointer(operation, "from");
      if (path.length > from.length && from.every((step, i) => step === path[i])) {
        throw new SyntaxError("JSON patch moves a value into itself");
      }
      const moved = find(holder, from);
      remove(holder, from);
      add(holder, path, moved);
    } else if (op === "copy") add(holder, path, cloneJson(find(holder, pointer(operation, "from"))));
    else if (op === "test") {
      if (!equalJson(find(holder, path), needed())) {
        throw new RangeError(`JSON patch test of "${stringAt(operation, "path") ?? ""}" failed`);
      }
    } else throw new SyntaxError(`Unknown JSON patch operation "${op ?? ""}"`);
  }
  return holder.root ?? null;
}

/** True when two values are the same JSON; the order of keys does not count. */
export function equalJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => equalJson(value, b[i]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
  }
  if (a === undefined || b === undefined) return a === b;
  return stringifyJson(a) === stringifyJson(b);
}

// The keys of a JSON pointer (RFC 6901), with the holder's own key in front.
function pointer(operation: JsonValue, field: "path" | "from"): string[] {
  const text = isObject(operation) ? operation[field] : undefined;
  if (typeof text !== "string" || (text !== "" && !text.startsWith("/"))) {
    throw new SyntaxError(`JSON patch operation without a valid ${field}`);
  }
  const steps = text.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return ["root", ...steps];
}

function missing(path: readonly string[]): RangeError {
  return new RangeError(`JSON patch path "/${path.slice(1).join("/")}" is not there`);
}

function find(holder: JsonObject, path: readonly string[]): JsonValue {
  let current: JsonValue = holder;
  for (const step of path) {
    let next: JsonValue | undefined;
    if (Array.isArray(current)) next = current[index(current, step, path)];
    else if (isObject(current) && Object.hasOwn(current, step)) next = current[step];
    if (next === undefined) throw missing(path);
    current = next;
  }
  return current;
}

function index(
  list: readonly JsonValue[],
  step: string,
  path: readonly string[],
  end = list.length - 1,
): number {
  const found = /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (found < 0 || found > end) throw missing(path);
  return found;
}

function add(holder: JsonObject, path: readonly string[], value: JsonValue): void {
  const parent = find(holder, path.slice(0, -1));
  const step = path.at(-1) ?? "";
  if (Array.isArray(parent)) {
    const at = step === "-" ? parent.length : index(parent, step, path, parent.length);
    parent.splice(at, 0, value);
  } else if (isObject(parent)) {
    Object.defineProperty(parent, step, { value, enumerable: true, writable: true, configurable: true });
  } else throw missing(path);
}

// Not a removal and an addition, which would move a key to the end of its object.
function replace(holder: JsonObject, path: readonly string[], value: JsonValue): void {
  find(holder, path);
  const parent = find(holder, path.slice(0, -1));
  if (Array.isArray(parent)) parent[Number(path.at(-1))] = value;
  else add(holder, path, value);
}

function remove(holder: JsonObject, path: readonly string[]): void {
  find(holder, path);
  const parent = find(holder, path.slice(0, -1));
  const step = path.at(-1) ?? "";
  if (Array.isArray(parent)) parent.splice(index(parent, step, path), 1);
  else if (isObject(parent)) delete parent[step];
}
