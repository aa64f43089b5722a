import { cloneJson, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { SourceArchive } from "./source_archive.ts";

/**
 * Copies the archive and recovery settings of a Cluster that already exists to the item, so that a restore over it leaves them as they
 * are (cnpg R7).
 *
 * What the live object does not have is removed from the item.
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
