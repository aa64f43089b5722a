/**
 * Volumes whose objects are in a backup while their data is not, which Velero itself does not say (protocol 4.13).
 *
 * @module
 */

import { itemKey, type StoredItem } from "../archive/archive.ts";
import { boundVolume } from "../builtin/related_items.ts";
import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, objectsAt, stringAt } from "../../objects/object.ts";
import type { Note } from "../report/report.ts";
import { groupResource } from "../run/resources.ts";
import { decodeItem } from "../run/step.ts";

/** What is known of a backup when its items are stored. */
export interface StoredBackup {
  readonly backup: JsonObject;
  readonly stored: readonly StoredItem[];
  /** What would be done besides, such as snapshots; each such note of a claim or volume is about its data. */
  readonly deeds: readonly Note[];
  /** Items with an asynchronous operation, which is how plugins move data. */
  readonly moved: readonly ResourceIdentifier[];
  /** The volumes of a pod whose files would be copied. */
  readonly copiedOf: (pod: JsonObject) => readonly string[];
}

/**
 * A note for each bound claim of the backup for whose data nothing was found: no snapshot, no copy of its files, no operation of a plugin.
 * Where the backup wants no volumes, nothing is said.
 */
export function uncopiedVolumes({ backup, stored, deeds, moved, copiedOf }: StoredBackup): Note[] {
  if (at(backup, "spec", "snapshotVolumes") === false) return [];
  const cared = new Set([...deeds.flatMap(({ item }) => item ?? []), ...moved].map(itemKey));
  for (const item of stored) {
    if (groupResource(item) !== "pods") continue;
    for (const claim of copiedClaims(decodeItem(item.bytes), copiedOf)) {
      cared.add(itemKey({ group: "", resource: CLAIMS, namespace: item.namespace, name: claim }));
    }
  }
  return stored.filter((item) => groupResource(item) === CLAIMS && !cared.has(itemKey(item)))
    .flatMap(({ group, resource, namespace, name, bytes }) => {
      const volume = boundVolume(decodeItem(bytes));
      if (volume === undefined) return [];
      if (cared.has(itemKey({ group: "", resource: "persistentvolumes", namespace: "", name: volume }))) {
        return [];
      }
      return [{ item: { group, resource, namespace, name }, text: UNCOPIED }];
    });
}

const CLAIMS = "persistentvolumeclaims";
const UNCOPIED =
  "nothing was found that would copy the data of its volume: no snapshot, no file copies, no data movement";

/** The claims of a pod whose files would be copied. */
function copiedClaims(pod: JsonObject, copiedOf: StoredBackup["copiedOf"]): string[] {
  const copied = new Set(copiedOf(pod));
  return objectsAt(pod, "spec", "volumes").filter((volume) => copied.has(stringAt(volume, "name") ?? ""))
    .flatMap((volume) => stringAt(volume, "persistentVolumeClaim", "claimName") ?? []);
}
