import type { JsonObject } from "../../objects/json.ts";
import { objectAt, stringAt } from "../../objects/object.ts";

/**
 * Makes a replica Cluster a primary (setting `replica`): needed when the site it followed is gone.
 *
 * @returns True when something changed.
 */
export function promote(spec: JsonObject, name: string): boolean {
  const replica = objectAt(spec, "replica");
  if (replica === undefined) return false;
  let changed = false;
  if (replica.enabled === true) {
    replica.enabled = false;
    changed = true;
  }
  // The distributed form names the primary instead of a switch.
  const self = stringAt(replica, "self") ?? name;
  if (stringAt(replica, "primary") !== undefined && replica.primary !== self) {
    replica.primary = self;
    changed = true;
  }
  return changed;
}
