/**
 * `spec.externalClusters` of a restored Cluster (cnpg R11).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { BARMAN_PLUGIN, EXTERNAL_CLUSTER } from "./constants.ts";

/** The entry that reads the source's archive through the barman-cloud plugin. */
export function pluginExternalCluster(barmanObjectName: string, serverName: string): JsonObject {
  return {
    name: EXTERNAL_CLUSTER,
    plugin: { name: BARMAN_PLUGIN, parameters: { barmanObjectName, serverName } },
  };
}

/** Puts the entry in the place of one with its name, else at the end. All others stay: a replica Cluster names one as its source. */
export function setExternalCluster(spec: JsonObject, entry: JsonObject): void {
  const others = Array.isArray(spec.externalClusters) ? spec.externalClusters : [];
  const index = others.findIndex((other) => isObject(other) && other.name === entry.name);
  spec.externalClusters = index < 0 ? [...others, entry] : others.with(index, entry);
}
