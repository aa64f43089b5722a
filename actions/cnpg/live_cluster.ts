import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { SourceArchive } from "./source_archive.ts";

/**
 * Gives an item what a Cluster that already runs archives and recovers by, so that a restore over it moves nothing (cnpg R7).
 *
 * What the live object has not is taken out of the item too.
 */
export function keepLiveIdentity(source: SourceArchive, live: JsonObject): void {
  const spec = objectAt(live, "spec") ?? {};
  copy(spec.bootstrap, source.spec, "bootstrap");
  copy(spec.externalClusters, source.spec, "externalClusters");
  copy(source.parametersIn(live)?.serverName, source.parameters, "serverName");
}

function copy(value: JsonValue | undefined, target: JsonObject, key: string): void {
  if (value === undefined) delete target[key];
  else target[key] = cloneJson(value);
}
