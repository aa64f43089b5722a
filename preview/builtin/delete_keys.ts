import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";

/** Deletes entries of the map under `field`, and the map itself when none is left, as Go writes it; in place. */
export function deleteKeys(
  parent: JsonObject | undefined,
  field: string,
  goes: (key: string, value: JsonValue | undefined) => boolean,
): void {
  const map = objectAt(parent, field);
  if (parent === undefined || map === undefined) return;
  for (const [key, value] of Object.entries(map)) if (goes(key, value)) delete map[key];
  if (Object.keys(map).length === 0) delete parent[field];
}

/** Leaves elements out of the list under `field`, and the list itself when none is left; in place. */
export function deleteElements(
  parent: JsonObject | undefined,
  field: string,
  goes: (element: JsonValue) => boolean,
): void {
  const list = parent?.[field];
  if (parent === undefined || !Array.isArray(list)) return;
  const kept = list.filter((element) => !goes(element));
  if (kept.length > 0) parent[field] = kept;
  else delete parent[field];
}
