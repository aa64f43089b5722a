/**
 * Clusters that archive through `spec.backup.barmanObjectStore` (setting `in-tree`).
 *
 * @module
 */

import { cloneJson, type JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { malformed } from "./archive_entry.ts";
import { EXTERNAL_CLUSTER } from "./constants.ts";

/** Value of the annotation `velero-cnpg/backup-method`, and the name of the method. */
export const IN_TREE = "barmanObjectStore";

/** The in-tree object store of a Cluster, `undefined` when it has none. */
export function inTreeStore(spec: JsonObject): JsonObject | undefined {
  return objectAt(spec, "backup", IN_TREE);
}

/**
 * The in-tree object store of a Cluster whose backup says that it has one.
 *
 * @throws {Refusal} when it is not there.
 */
export function requireInTreeStore(spec: JsonObject): JsonObject {
  const store = inTreeStore(spec);
  if (store === undefined) throw malformed("spec.backup.barmanObjectStore is not a map", "cnpg.in-tree");
  return store;
}

/** The external cluster that reads the source's archive. Its server name is explicit: the default would be the entry's name. */
export function inTreeExternalCluster(store: JsonObject, serverName: string): JsonObject {
  return { name: EXTERNAL_CLUSTER, barmanObjectStore: { ...cloneJson(store), serverName } };
}
