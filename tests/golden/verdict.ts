/**
 * Compares a result with the recorded one (README.md).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { equalJson } from "../../cluster/memory/patches.ts";
import { type Change, diff } from "../../preview/report/diff.ts";
import type { Golden, Result } from "./golden.ts";
import { comparableRegistries } from "./registries.ts";

/** How a result relates to the recorded one. */
export type Verdict = "exact" | "semantic" | "preserved" | "differs";

/** A verdict with the differences that are left after dropping empty values. */
export interface Comparison {
  readonly verdict: Verdict;
  readonly changes: readonly Change[];
}

/** Compares. */
export function compare(golden: Golden, actual: Result): Comparison {
  const [before, after] = [comparable(golden.result), comparable(actual)];
  if (equalJson(before, after)) return { verdict: "exact", changes: [] };
  const [a, b] = [pruneParts(before), pruneParts(after)];
  const changes = diff(a, b);
  if (changes.length === 0) return { verdict: "semantic", changes };
  return { verdict: onlyPreserved(golden, actual, a, b) ? "preserved" : "differs", changes };
}

/** The parts of a result that must agree, with what differs from run to run replaced. */
export function comparable(result: Result): JsonObject {
  const { skipRestore = false } = result;
  // Velero drops a skipped item, so what else the answer says does not matter.
  const kept = skipRestore
    ? {}
    : { item: result.item ?? null, additionalItems: list(result.additionalItems) };
  const whole = {
    ...kept,
    skipRestore,
    waitForAdditionalItems: result.waitForAdditionalItems ?? false,
    operationID: result.operationID ?? "",
    itemsToUpdate: list(result.itemsToUpdate),
    ready: result.ready ?? null,
    ...(result.progress === undefined ? {} : { progress: result.progress }),
    selector: result.selector ?? null,
    changes: (list(result.changes) ?? []).map(withoutServerFields),
    error: result.error !== undefined,
    ...(result.registries === undefined ? {} : { registries: comparableRegistries(result.registries) }),
  };
  return normalise(JSON.parse(JSON.stringify(whole)), "") as JsonObject;
}

function list(items: readonly unknown[] | undefined): JsonObject[] | null {
  return items === undefined || items.length === 0 ? null : [...items] as JsonObject[];
}

// The API servers of the recording and of these tests number objects each in its own way.
function withoutServerFields(change: JsonObject): JsonObject {
  if (!isObject(change.object) || !isObject(change.object.metadata)) return change;
  const { uid: _, creationTimestamp: _t, generation: _g, managedFields: _m, ...metadata } =
    change.object.metadata;
  return { ...change, object: { ...change.object, metadata } };
}

const STAMP = /\b\d{8}-\d{6}\b/g;
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Replaces time stamps and random UUIDs. */
export function normalise(value: JsonValue, path: string): JsonValue {
  if (typeof value === "string") {
    if (path.endsWith(".firmware.uuid") && UUID4.test(value)) return "<UUID4>";
    return value.replace(STAMP, "<STAMP>");
  }
  if (Array.isArray(value)) return value.map((entry) => normalise(entry, `${path}[]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, normalise(entry ?? null, `${path}.${key}`)]),
  );
}

function pruneParts(result: JsonObject): JsonObject {
  const { item, changes, ...rest } = result;
  return { ...rest, ...(item === undefined ? {} : { item: prune(item) }), changes: prune(changes ?? null) };
}

/** Drops null, empty text, empty maps and empty lists from maps, as they are left behind by typed round trips. */
export function prune(value: JsonValue): JsonValue {
  if (value === "") return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(prune);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([key, entry]) => [key, prune(entry ?? null)] as const)
    .filter(([, entry]) => entry !== null);
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

function onlyPreserved(golden: Golden, actual: Result, a: JsonObject, b: JsonObject): boolean {
  const { roundtrip, result, case: { item } } = golden;
  if (roundtrip === undefined || result.item === undefined || actual.item === undefined) return false;
  const same = (value: JsonValue | undefined) => normalise(value ?? null, "");
  return equalJson({ ...a, item: null }, { ...b, item: null }) &&
    preserved(same(result.item), same(actual.item), same(item), same(roundtrip));
}

/** True when two values differ only where the round trip altered the input and the candidate left the input alone. */
function preserved(
  golden: JsonValue,
  actual: JsonValue,
  input: JsonValue,
  roundtrip: JsonValue,
): boolean {
  const [g, a] = [prune(golden), prune(actual)];
  if (equalJson(g, a)) return true;
  if ((isObject(golden) || golden === null) && (isObject(actual) || actual === null)) {
    const keys = new Set([...Object.keys(golden ?? {}), ...Object.keys(actual ?? {})]);
    return [...keys].every((key) =>
      preserved(member(golden, key), member(actual, key), member(input, key), member(roundtrip, key))
    );
  }
  if (Array.isArray(golden) && Array.isArray(actual) && Array.isArray(input) && Array.isArray(roundtrip)) {
    const { length } = golden;
    if (actual.length === length && input.length === length && roundtrip.length === length) {
      return golden.every((entry, i) =>
        preserved(entry, actual[i] ?? null, input[i] ?? null, roundtrip[i] ?? null)
      );
    }
  }
  return equalJson(a, prune(input)) && equalJson(g, prune(roundtrip));
}

function member(value: JsonValue, key: string): JsonValue {
  return isObject(value) ? value[key] ?? null : null;
}
