/**
 * Where a Cluster archives to, read from its specification at backup (cnpg B2 to B5; `default-server-name`).
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../lib/json.ts";
import { nameOf, objectAt, stringAt } from "../lib/object.ts";
import { barmanEntry, chooseArchiveEntry, pluginsOf, specOf } from "./archive_entry.ts";
import { inTreeStore } from "./in_tree.ts";
import type { Settings } from "./settings.ts";

/** Where a Cluster archives to. */
export interface Archive {
  readonly method: "plugin" | "barmanObjectStore";
  /** The folder below the destination path. */
  readonly serverName: string;
  /** Name of the archive entry's plugin; only with method `plugin`. */
  readonly pluginName?: string;
  /** The ObjectStore; only with method `plugin`, and only when the entry names one. */
  readonly objectStore?: string;
}

/**
 * The archive of a Cluster, `undefined` when nothing names a server.
 *
 * @throws {Refusal} when `spec` or `spec.plugins` have the wrong type.
 */
export function readArchive(item: JsonObject, settings: Settings): Archive | undefined {
  const spec = specOf(item, "B2");
  const plugins = pluginsOf(spec, "B3") ?? [];
  const own = settings["in-tree"] && barmanEntry(plugins) === undefined ? inTreeStore(spec) : undefined;
  if (own === undefined) return pluginArchive(item, plugins, settings);
  const serverName = stringAt(own, "serverName") ?? nameOf(item);
  return serverName === "" ? undefined : { method: "barmanObjectStore", serverName };
}

function pluginArchive(
  item: JsonObject,
  plugins: readonly JsonValue[],
  settings: Settings,
): Archive | undefined {
  const entry = chooseArchiveEntry(plugins, "serverName");
  if (entry === undefined) return undefined;
  const parameters = objectAt(entry, "parameters");
  const objectStore = stringAt(parameters, "barmanObjectName");
  const usesDefault = settings["default-server-name"] && entry === barmanEntry(plugins) &&
    objectStore !== undefined;
  const serverName = stringAt(parameters, "serverName") ?? (usesDefault ? nameOf(item) : "");
  if (serverName === "") return undefined;
  return {
    method: "plugin",
    serverName,
    pluginName: stringAt(entry, "name") ?? "",
    ...(objectStore === undefined ? {} : { objectStore }),
  };
}
