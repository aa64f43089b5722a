/**
 * Finds the base backup a restore starts from (cnpg 4.2).
 *
 * @module
 */

import type { Context } from "../action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { arrayAt, at, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Archive } from "./archive.ts";
import { BACKUPS, REQUEST_LIMIT_MS } from "./constants.ts";
import { IN_TREE } from "./in_tree.ts";
import { parseInstant } from "./rfc3339.ts";

/** What the search found. */
export interface BaseBackups {
  /** Backup objects in the namespace. */
  readonly seen: number;
  /** Completed ones of this Cluster. */
  readonly completed: number;
  /** The newest that recovery from the archive can start from. */
  readonly newest: { readonly name: string; readonly id: string } | undefined;
  /** The snapshots of the newest completed Backup, when it was made of volume snapshots. */
  readonly snapshots: readonly JsonValue[] | undefined;
}

/**
 * Reads the Backups of the Cluster's namespace, all pages, within 30 s.
 *
 * @throws {ClusterError} and whatever else the list throws.
 */
export async function findBaseBackups(
  item: JsonObject,
  archive: Archive,
  { cluster, clock }: Pick<Context, "cluster" | "clock">,
): Promise<BaseBackups> {
  let seen = 0;
  let completed = 0;
  let usable: Found | undefined;
  let snapshot: Found | undefined;
  const options = {
    namespace: namespaceOf(item),
    pageSize: 500,
    signal: clock.timeout(REQUEST_LIMIT_MS),
  };
  for await (const backup of cluster.list(BACKUPS, options)) {
    seen++;
    if (!isCompletedFor(backup, item)) continue;
    completed++;
    const found = { backup, ended: endOf(backup) };
    if (isUsable(backup, archive)) usable = newer(found, usable);
    else if (methodOf(backup) === "volumeSnapshot") snapshot = newer(found, snapshot);
  }
  const newest = usable === undefined
    ? undefined
    : { name: nameOf(usable.backup), id: stringAt(usable.backup, "status", "backupId") ?? "" };
  const snapshots = snapshot !== undefined && newer(snapshot, usable) === snapshot
    ? arrayAt(snapshot.backup, "status", "snapshotBackupStatus", "elements")
    : undefined;
  return { seen, completed, newest, snapshots: snapshots?.length === 0 ? undefined : snapshots };
}

interface Found {
  readonly backup: JsonObject;
  /** Milliseconds since the epoch; -Infinity when the object tells no time. */
  readonly ended: number;
}

function newer(found: Found, other: Found | undefined): Found {
  if (other === undefined || found.ended > other.ended) return found;
  if (found.ended < other.ended) return other;
  return nameOf(found.backup) > nameOf(other.backup) ? found : other;
}

function endOf(backup: JsonObject): number {
  return parseInstant(at(backup, "status", "stoppedAt")) ?? parseInstant(at(backup, "status", "startedAt")) ??
    parseInstant(at(backup, "metadata", "creationTimestamp")) ?? -Infinity;
}

// Steps 1, 2 and 4 of cnpg 4.2. A Backup of an earlier Cluster with this name lies under another server name.
function isCompletedFor(backup: JsonObject, item: JsonObject): boolean {
  if (at(backup, "spec", "cluster", "name") !== nameOf(item)) return false;
  if (at(backup, "status", "phase") !== "completed") return false;
  const own = stringAt(item, "metadata", "uid");
  const theirs = stringAt(backup, "status", "pluginMetadata", "clusterUID");
  return own === undefined || theirs === undefined || own === theirs;
}

function methodOf(backup: JsonObject): JsonValue | undefined {
  return at(backup, "status", "method") ?? at(backup, "spec", "method");
}

// Steps 3 and 5 of cnpg 4.2: the ID must be in the catalogue of this archive.
function isUsable(backup: JsonObject, archive: Archive): boolean {
  if (stringAt(backup, "status", "backupId") === undefined) return false;
  const method = methodOf(backup) ?? undefined;
  const serverName = at(backup, "status", "serverName") ?? undefined;
  if (archive.method === IN_TREE) {
    return (method === undefined || method === IN_TREE) && serverName === archive.serverName;
  }
  switch (method) {
    case undefined:
      return true;
    case "plugin": {
      const plugin = at(backup, "spec", "pluginConfiguration", "name") ?? undefined;
      return plugin === undefined || plugin === archive.pluginName;
    }
    case IN_TREE:
      return serverName === undefined || serverName === archive.serverName;
    default:
      return false;
  }
}
