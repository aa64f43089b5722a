/**
 * What a backup records in an object about its graph, so that a restore knows what was backed up with it (kubevirt G5).
 *
 * @module
 */

import { type JsonObject, stringifyJson } from "../../../objects/json.ts";
import { namespaceOf } from "../../../objects/object.ts";
import type { ResourceIdentifier } from "../../action.ts";
import { GRAPH_EXTRAS, readGraphExtras } from "../../lib/kubevirt/graph_extras.ts";
import { removeMetadata, setMetadata } from "../metadata.ts";
import { formatItem, isOfKind, NODES, parseItem } from "./node.ts";

// What may be recorded, and whether it may lie outside of the object's namespace.
const RECORDED = [
  { kind: NODES.claims, elsewhere: false },
  { kind: NODES.dataVolumes, elsewhere: false },
  { kind: NODES.networks, elsewhere: true },
  { kind: NODES.instancetypes, elsewhere: false },
  { kind: NODES.preferences, elsewhere: false },
  { kind: NODES.clusterInstancetypes, elsewhere: true },
  { kind: NODES.clusterPreferences, elsewhere: true },
  { kind: NODES.secrets, elsewhere: false },
  { kind: NODES.configMaps, elsewhere: false },
  { kind: NODES.dataSources, elsewhere: false },
  { kind: NODES.resourceClaims, elsewhere: false },
  { kind: NODES.resourceClaimTemplates, elsewhere: false },
];

/**
 * The objects recorded in an object of the archive; `undefined` when nothing was recorded or the record is
 * damaged.
 *
 * An object from an archive may carry anything, and a restore follows what it names past its label selector. So only what a backup
 * can have recorded counts.
 */
export function recordedItems(object: JsonObject): ResourceIdentifier[] | undefined {
  const recorded = readGraphExtras(object)?.map(parseItem).filter((item) => item !== undefined);
  return recorded?.filter((item) =>
    RECORDED.some(({ kind, elsewhere }) =>
      isOfKind(item, kind) && (elsewhere || item.namespace === namespaceOf(object))
    )
  );
}

/**
 * Records objects in an object; `undefined` records nothing and removes what is recorded.
 *
 * @returns true when the object was changed.
 */
export function record(object: JsonObject, items: readonly ResourceIdentifier[] | undefined): boolean {
  return items === undefined
    ? removeRecorded(object)
    : setMetadata(object, "annotations", GRAPH_EXTRAS, stringifyJson(items.map(formatItem)));
}

/**
 * Removes the record.
 *
 * @returns true when there was one.
 */
export function removeRecorded(object: JsonObject): boolean {
  return removeMetadata(object, "annotations", GRAPH_EXTRAS);
}
