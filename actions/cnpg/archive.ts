/**
 * Where a Cluster archives to, read from its specification at backup (cnpg B2 to B5; `default-server-name`).
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { nameOf, objectAt, stringAt } from "../../objects/object.ts";
import { barmanEntry, chooseArchiveEntry, pluginsOf, specOf } from "./archive_entry.ts";
import { IN_TREE, inTreeStore } from "./in_tree.ts";
import type { Settings } from "./settings.ts";

/** Where a Cluster archives to. `serverName` is the folder below the destination path. */
export type Archive =
  | { readonly method: typeof IN_TREE; readonly serverName: string }
  | {
    readonly method: "plugin";
    readonly serverName: string;
    /** Name of the archive entry's plugin. */
    readonly pluginName: string;
    /** Absent when the entry names none. */
    readonly objectStore?: string;
  };

/**
 * The archive of a Cluster, `undefined` when nothing names a server.
 *
 * @throws {Refusal} when `spec` or `spec.plugins` have the wrong type.
 */
export function readArchive(item: JsonObject, settings: Settings): Archive | undefined {
  const spec = specOf(item, "cnpg B2");
  const plugins = pluginsOf(spec, "cnpg B3") ?? [];
  const own = settings["in-tree"] && barmanEntry(plugins) === undefined ? inTreeStore(spec) : undefined;
  if (own === undefined) return pluginArchive(item, plugins, settings);
  const serverName = stringAt(own, "serverName") ?? nameOf(item);
  return serverName === "" ? undefined : { method: IN_TREE, serverName };
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
