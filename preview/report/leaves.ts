/**
 * Changes taken apart for people: one line for each field.
 *
 * @module
 */

import { isObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import type { Change } from "./diff.ts";

type Path = Change["path"];

/**
 * A new or removed object is told key by key and list by list, as far as it has any; of two lists of another length, the elements that
 * came and went.
 */
export function leaves(changes: readonly Change[]): Change[] {
  return changes.flatMap(takeApart);
}

function takeApart(change: Change): Change[] {
  const { path, before, after } = change;
  if (Array.isArray(before) && Array.isArray(after)) {
    return listChanges(path, before, after).flatMap(takeApart);
  }
  const only = before === undefined ? after : after === undefined ? before : undefined;
  if (only === undefined) return [change];
  const alone = (key: string | number, value: JsonValue): Change =>
    before === undefined ? { path: [...path, key], after: value } : { path: [...path, key], before: value };
  if (isObject(only) && Object.keys(only).length > 0) {
    return Object.entries(only).flatMap(([key, value = null]) => takeApart(alone(key, value)));
  }
  if (Array.isArray(only) && only.some((entry) => isObject(entry) || Array.isArray(entry))) {
    return only.flatMap((entry, index) => takeApart(alone(index, entry)));
  }
  return [change];
}

// Beyond that a list is told by the elements alone that only one side has.
const MOST = 200;

function listChanges(path: Path, before: readonly JsonValue[], after: readonly JsonValue[]): Change[] {
  const [a, b] = [before.map(stringifyJson), after.map(stringifyJson)];
  const kept = a.length * b.length > MOST ** 2 ? inBoth(a, b) : commonElements(a, b);
  const changes: Change[] = [];
  for (const [index, value] of before.entries()) {
    if (!kept.before.has(index)) changes.push({ path: [...path, index], before: value });
  }
  for (const [index, value] of after.entries()) {
    if (!kept.after.has(index)) changes.push({ path: [...path, index], after: value });
  }
  // The same elements in another order.
  return changes.length > 0 ? changes : [{ path, before: [...before], after: [...after] }];
}

interface Kept {
  readonly before: ReadonlySet<number>;
  readonly after: ReadonlySet<number>;
}

function inBoth(a: readonly string[], b: readonly string[]): Kept {
  const indexes = (list: readonly string[], other: ReadonlySet<string>) =>
    new Set(list.flatMap((text, index) => other.has(text) ? [index] : []));
  return { before: indexes(a, new Set(b)), after: indexes(b, new Set(a)) };
}

/** The indexes of a longest common part of two lists. */
export function commonElements(a: readonly string[], b: readonly string[]): Kept {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j]
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const [before, after] = [new Set<number>(), new Set<number>()];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      before.add(i++);
      after.add(j++);
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return { before, after };
}
