/**
 * The Schedules of a cluster, each with the backup that an operator would restore.
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { at, label, nameOf, stringAt } from "../../objects/object.ts";
import type { Cluster, RequestOptions } from "../../cluster/cluster.ts";
import { labelValue } from "./label_value.ts";

/** A backup of a Schedule. */
export interface ScheduledBackup {
  readonly name: string;
  readonly phase: string;
  /** When Velero began it. */
  readonly started: Date;
}

/** A Schedule and its backups. */
export interface ScheduleState {
  readonly name: string;
  readonly paused: boolean;
  /** The newest backup that Velero restores from; absent when there is none. */
  readonly backup?: ScheduledBackup;
  /** The newest backup of all, where that is another one: under way, failed, or being deleted. */
  readonly newer?: ScheduledBackup;
}

const velero = (resource: string) => ({ group: "velero.io", version: "v1", resource });

/** Velero puts the name of the Schedule on each of its backups. */
const SCHEDULE = "velero.io/schedule-name";

/** Phases of backups that Velero restores from; an operator takes the newest of them, whichever it is. */
export const RESTORABLE = ["Completed", "PartiallyFailed"];

/**
 * All Schedules of Velero's namespace, by name.
 *
 * @throws {ClusterError} when they or the backups may not be listed.
 */
export async function readSchedules(
  cluster: Cluster,
  namespace: string,
  options: RequestOptions = {},
): Promise<ScheduleState[]> {
  const schedules: JsonObject[] = [];
  for await (const schedule of cluster.list(velero("schedules"), { namespace, ...options })) {
    schedules.push(schedule);
  }
  // A cluster may have thousands of backups: of each Schedule only two are kept.
  const newest = new Map<string, ScheduledBackup>();
  const restorable = new Map<string, ScheduledBackup>();
  for await (const object of cluster.list(velero("backups"), { namespace, ...options })) {
    const of = label(object, SCHEDULE);
    if (of === undefined) continue;
    const backup = backupOf(object);
    keepLater(newest, of, backup);
    if (RESTORABLE.includes(backup.phase)) keepLater(restorable, of, backup);
  }
  const states = schedules.map((schedule): ScheduleState => {
    const name = nameOf(schedule);
    const backup = restorable.get(labelValue(name));
    const last = newest.get(labelValue(name));
    return {
      name,
      paused: at(schedule, "spec", "paused") === true,
      ...(backup === undefined ? {} : { backup }),
      ...(last === undefined || last.name === backup?.name ? {} : { newer: last }),
    };
  });
  return states.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * The newest backup of one Schedule, which need not be there any more.
 *
 * @param phases The phases that count.
 * @throws {ClusterError} when backups may not be listed.
 */
export async function newestBackup(
  cluster: Cluster,
  namespace: string,
  schedule: string,
  phases: readonly string[],
  options: RequestOptions = {},
): Promise<ScheduledBackup | undefined> {
  const newest = new Map<string, ScheduledBackup>();
  for await (const object of cluster.list(velero("backups"), { namespace, ...options })) {
    if (label(object, SCHEDULE) !== labelValue(schedule)) continue;
    const backup = backupOf(object);
    if (phases.includes(backup.phase)) keepLater(newest, schedule, backup);
  }
  return newest.get(schedule);
}

function backupOf(object: JsonObject): ScheduledBackup {
  const started = stringAt(object, "status", "startTimestamp") ??
    stringAt(object, "metadata", "creationTimestamp") ?? "";
  const leaving = isObject(object.metadata) && object.metadata.deletionTimestamp !== undefined;
  return {
    name: nameOf(object),
    phase: leaving ? "Deleting" : stringAt(object, "status", "phase") ?? "New",
    started: new Date(Number.isNaN(Date.parse(started)) ? 0 : started),
  };
}

// Of two that began in the same second the later name wins, so that every run takes the same one.
function keepLater(backups: Map<string, ScheduledBackup>, of: string, backup: ScheduledBackup): void {
  const before = backups.get(of);
  const later = before === undefined || backup.started > before.started ||
    (backup.started.getTime() === before.started.getTime() && backup.name > before.name);
  if (later) backups.set(of, backup);
}
