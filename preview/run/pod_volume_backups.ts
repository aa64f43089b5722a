import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, label, namespaceOf, stringAt } from "../../objects/object.ts";

const KIND = { group: "velero.io", version: "v1", resource: "podvolumebackups" };

/** The copies of files that the backup of a Restore has made, as far as the cluster knows them. */
export async function podVolumeBackups(restore: JsonObject, cluster: Cluster): Promise<JsonObject[]> {
  const listing = Array.fromAsync(cluster.list(KIND, { namespace: namespaceOf(restore) }));
  const backup = stringAt(restore, "spec", "backupName") ?? "";
  return (await absentWhenNotServed(listing) ?? []).filter((found) =>
    label(found, "velero.io/backup-name") === backup && stringAt(found, "status", "snapshotID") !== undefined
  );
}

/** The namespace of the pod whose volume was copied. */
export function podNamespaceOf(copy: JsonObject): string {
  const namespace = at(copy, "spec", "pod", "namespace");
  return typeof namespace === "string" ? namespace : "";
}
