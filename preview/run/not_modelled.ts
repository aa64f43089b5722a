/**
 * What Velero would do in a run besides what its actions do to items (protocol 4.13).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { at, namespaceOf, stringAt } from "../../objects/object.ts";
import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import { counted } from "../report/lines.ts";
import type { Note } from "../report/report.ts";
import { unlessForbidden } from "./forbidden.ts";

const velero = (resource: string) => ({ group: "velero.io", version: "v1", resource });

/** Whether Velero would try to take a snapshot of every volume of a backup: it has a place for them. */
export async function takesSnapshots(
  backup: JsonObject,
  cluster: Cluster,
  unknown: (note: Note) => void = () => {},
): Promise<boolean> {
  if (at(backup, "spec", "snapshotVolumes") === false) return false;
  const places = Array.fromAsync(
    cluster.list(velero("volumesnapshotlocations"), { namespace: namespaceOf(backup) }),
  );
  const found = await unlessForbidden(absentWhenNotServed(places), (error) => {
    unknown({ text: `it is not known whether snapshots of volumes would be taken: ${error.message}` });
    return undefined;
  });
  return (found ?? []).length > 0;
}

/** What holds for a whole Restore. */
export async function restoreNotes(restore: JsonObject, cluster: Cluster): Promise<Note[]> {
  const backup = stringAt(restore, "spec", "backupName");
  if (backup === undefined || at(restore, "spec", "restorePVs") === false) return [];
  const reading = absentWhenNotServed(cluster.get(velero("backups"), namespaceOf(restore), backup));
  const notes: Note[] = [];
  const found = await unlessForbidden(reading, (error) => {
    notes.push({ text: `it is not known whether volumes would be made of snapshots: ${error.message}` });
    return undefined;
  });
  const count = at(found, "status", "volumeSnapshotsCompleted");
  if (typeof count === "number" && count > 0) {
    notes.push({ text: `${counted(count, "volume")} would be made of the snapshots of backup "${backup}"` });
  }
  return notes;
}
