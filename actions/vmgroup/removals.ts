import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";

/** Keys to delete from one object inside an item. A key that ends in `*` means all keys with that beginning. */
export interface Removal {
  /** The path of the object, for example `["metadata", "labels"]`. */
  readonly at: readonly string[];
  readonly keys: readonly string[];
}

/** Deletes keys in place; an emptied object stays. Gives one sentence per deleted key, for the log. */
export function remove(item: JsonObject, removals: readonly Removal[]): string[] {
  const changes: string[] = [];
  for (const { at, keys } of removals) {
    const target = objectAt(item, ...at);
    if (target === undefined) continue;
    for (const key of Object.keys(target)) {
      if (!keys.some((wanted) => matches(key, wanted))) continue;
      delete target[key];
      changes.push(`removed ${at.join(".")}["${key}"]`);
    }
  }
  return changes;
}

function matches(key: string, wanted: string): boolean {
  return wanted.endsWith("*") ? key.startsWith(wanted.slice(0, -1)) : key === wanted;
}
