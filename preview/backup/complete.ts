/**
 * What Velero's server puts into a Backup before it begins (protocol 4.3).
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject } from "../../objects/json.ts";
import { arrayAt, ensureObject, nameOf, objectAt } from "../../objects/object.ts";
import { EXCLUDE_LABEL } from "../../actions/lib/backup_filter.ts";
import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import { checkSelectors } from "../run/check_selectors.ts";
import { unlessForbidden } from "../run/forbidden.ts";
import { unlisted } from "./collect.ts";

const OLD_FILTERS = ["includedResources", "excludedResources", "includeClusterResources"];
const SCOPED_FILTERS = [
  "includedClusterScopedResources",
  "excludedClusterScopedResources",
  "includedNamespaceScopedResources",
  "excludedNamespaceScopedResources",
];

const SNAPSHOTS = "volumesnapshots.snapshot.storage.k8s.io";
const CONTENTS = "volumesnapshotcontents.snapshot.storage.k8s.io";

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };

/**
 * A copy of the Backup as the server has it: namespaces that carry the exclude label are left out, snapshot objects are never
 * collected, and claims are grouped by Velero's own label unless another one is named.
 *
 * @param fail Gets told when this account may not list the namespaces: which of them are left out is not known then.
 * @throws {Error} where the server refuses the whole backup.
 */
export async function completeBackup(
  given: JsonObject,
  cluster: Cluster,
  fail: (text: string) => void,
): Promise<JsonObject> {
  const backup = cloneJson(given);
  const spec = ensureObject(backup, "spec");
  const [older, scoped] = [olderFilters(backup), SCOPED_FILTERS.filter((key) => isSet(spec, key))];
  if (older.length > 0 && scoped.length > 0) {
    throw new Error(`spec.${older.join(", ")} and spec.${scoped.join(", ")} cannot be used together`);
  }
  checkSelectors(spec);
  if (!isSet(spec, "includedNamespaces")) spec.includedNamespaces = ["*"];
  const hidden = await hiddenNamespaces(cluster, fail);
  if (hidden.length > 0) spec.excludedNamespaces = [...arrayAt(spec, "excludedNamespaces"), ...hidden];
  // Without any of the older filters the lists by scope count.
  if (older.length > 0) neverCollect(spec, "", [SNAPSHOTS, CONTENTS]);
  else {
    neverCollect(spec, "ClusterScoped", [CONTENTS]);
    neverCollect(spec, "NamespaceScoped", [SNAPSHOTS]);
  }
  spec.volumeGroupSnapshotLabelKey ||= "velero.io/volume-group";
  return backup;
}

/** The fields of a Backup that filter kinds in the older way, beside which Velero takes no lists by scope and no filter policies. */
export function olderFilters(backup: JsonObject): string[] {
  const spec = objectAt(backup, "spec") ?? {};
  return OLD_FILTERS.filter((key) => isSet(spec, key));
}

function isSet(spec: JsonObject, key: string): boolean {
  return isObject(spec[key]) || typeof spec[key] === "boolean" || arrayAt(spec, key).length > 0;
}

async function hiddenNamespaces(cluster: Cluster, fail: (text: string) => void): Promise<string[]> {
  const listing = Array.fromAsync(cluster.list(NAMESPACES, { labelSelector: `${EXCLUDE_LABEL}=true` }));
  const found = await unlessForbidden(absentWhenNotServed(listing), (error) => {
    fail(unlisted(NAMESPACES, undefined, error));
    return undefined;
  });
  return (found ?? []).map(nameOf);
}

function neverCollect(spec: JsonObject, scope: string, names: readonly string[]): void {
  const [out, into] = [`excluded${scope}Resources`, `included${scope}Resources`];
  const [excluded, included] = [arrayAt(spec, out), arrayAt(spec, into)];
  const added = names.filter((name) => !excluded.includes(name));
  if (added.length > 0) spec[out] = [...excluded, ...added];
  if (included.length > 0) spec[into] = included.filter((name) => !names.includes(String(name)));
}
