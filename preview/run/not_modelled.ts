/**
 * What Velero would do in a run besides what its actions do to items (protocol 4.13).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { at, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import type { Note } from "../report/report.ts";

const velero = (resource: string) => ({ group: "velero.io", version: "v1", resource });

/** Whether Velero would try to take a snapshot of every volume of a backup: it has a place for them. */
export async function takesSnapshots(backup: JsonObject, cluster: Cluster): Promise<boolean> {
  if (at(backup, "spec", "snapshotVolumes") === false) return false;
  const places = Array.fromAsync(
    cluster.list(velero("volumesnapshotlocations"), { namespace: namespaceOf(backup) }),
  );
  return (await absentWhenNotServed(places) ?? []).length > 0;
}

/** What holds for a whole Backup or Restore. */
export async function runNotes(run: JsonObject, cluster: Cluster): Promise<Note[]> {
  const policy = objectAt(run, "spec", "resourcePolicy");
  const notes: Note[] = policy === undefined ? [] : [{
    text:
      `the resource policies in ConfigMap "${stringAt(policy, "name") ?? ""}" would decide which items are ` +
      "taken and what is done with volumes",
  }];
  const backup = stringAt(run, "spec", "backupName");
  if (backup === undefined || at(run, "spec", "restorePVs") === false) return notes;
  const found = await absentWhenNotServed(cluster.get(velero("backups"), namespaceOf(run), backup));
  const count = at(found, "status", "volumeSnapshotsCompleted");
  if (typeof count === "number" && count > 0) {
    notes.push({ text: `${count} volumes would be made of the snapshots of backup "${backup}"` });
  }
  return notes;
}
