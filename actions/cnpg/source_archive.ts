/**
 * The archive of the Cluster that is restored: where its recovery reads and where its server name stands (cnpg R4, R10).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { annotation, ensureObject, objectAt, stringAt } from "../../objects/object.ts";
import { chooseArchiveEntry, isBarman, malformed, pluginsOf, specOf } from "./archive_entry.ts";
import { ANNOTATIONS } from "./constants.ts";
import { pluginExternalCluster } from "./external_cluster.ts";
import { IN_TREE, inTreeExternalCluster, inTreeStore, requireInTreeStore } from "./in_tree.ts";

/** An archive as a restore handles it. */
export interface SourceArchive {
  /** The item's specification. */
  readonly spec: JsonObject;
  /** The object that holds `serverName`. */
  readonly parameters: JsonObject;
  /** The same object in another state of the Cluster; `undefined` when that has none. */
  parametersIn(other: JsonObject): JsonObject | undefined;
  /** The ObjectStore in the Cluster's namespace, if one is used. */
  readonly objectStore: string | undefined;
  /** The entry of `spec.externalClusters` that reads from `serverName`. */
  externalCluster(serverName: string): JsonObject;
  /** Makes the Cluster write to `writes`, wherever it wrote to `reads`. */
  setServerName(writes: string, reads: string): void;
}

/**
 * Reads the archive of an item that carries a server name.
 *
 * @throws {Refusal} when the specification has none, with upstream's words.
 */
export function readSource(item: JsonObject): SourceArchive {
  return annotation(item, ANNOTATIONS.method) === IN_TREE ? readInTree(item) : readPlugin(item);
}

function readInTree(item: JsonObject): SourceArchive {
  const spec = specOf(item, "cnpg.in-tree");
  const store = requireInTreeStore(spec);
  return {
    spec,
    parameters: store,
    parametersIn: (other) => inTreeStore(objectAt(other, "spec") ?? {}),
    objectStore: undefined,
    externalCluster: (serverName) => inTreeExternalCluster(store, serverName),
    setServerName: (writes) => void (store.serverName = writes),
  };
}

function readPlugin(item: JsonObject): SourceArchive {
  const front = "failed to extract barmanObjectName from plugin parameters: ";
  const spec = specOf(item, "cnpg R4", front);
  const plugins = pluginsOf(spec, "cnpg R4", front);
  if (plugins === undefined) throw malformed(`${front}no plugins found in spec`, "cnpg R4");
  const parameters = objectAt(chooseArchiveEntry(plugins, "barmanObjectName"), "parameters");
  const objectStore = parameters?.barmanObjectName;
  if (parameters === undefined || typeof objectStore !== "string") {
    throw malformed(`${front}barmanObjectName not found in plugin parameters`, "cnpg R4");
  }
  return {
    spec,
    parameters,
    parametersIn: (other) => {
      const theirs = objectAt(other, "spec")?.plugins;
      if (!Array.isArray(theirs)) return undefined;
      return objectAt(chooseArchiveEntry(theirs, "barmanObjectName"), "parameters");
    },
    objectStore: objectStore === "" ? undefined : objectStore,
    externalCluster: (serverName) => pluginExternalCluster(objectStore, serverName),
    setServerName: (writes, reads) => {
      parameters.serverName = writes;
      for (const entry of plugins) setOther(entry, writes, reads);
    },
  };
}

// The barman-cloud plugin would also archive through a second entry of its own. Parameters of other plugins are not changed, unless they
// name this archive.
function setOther(entry: JsonValue, writes: string, reads: string): void {
  if (!isObject(entry)) return;
  const named = stringAt(entry, "parameters", "serverName") === reads;
  const parameters = entry.parameters ?? undefined;
  if ((isBarman(entry) && (parameters === undefined || isObject(parameters))) || named) {
    ensureObject(entry, "parameters").serverName = writes;
  }
}
