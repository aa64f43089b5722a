import type { JsonObject } from "../../objects/json.ts";
import { at, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { BACKUPS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";

/**
 * The Backup that a Restore is made from, read once per restore (openshift 5.7).
 *
 * @throws {Refusal} when the Restore names none or it is gone.
 */
export async function backupOf(restore: JsonObject | undefined, context: Context): Promise<JsonObject> {
  const name = stringAt(restore, "spec", "backupName");
  const namespace = namespaceOf(restore ?? {});
  if (name === undefined) throw noBackup("cannot get backup for an empty name");
  if (namespace === "") throw noBackup("cannot get backup for an empty namespace");
  return await remember(context, { key: `openshift backup ${namespace}/${name}`, run: restore }, async () => {
    const backup = await context.cluster.get(BACKUPS, namespace, name);
    if (backup === undefined) {
      throw noBackup(`backups.velero.io "${name}" not found in namespace ${namespace}`);
    }
    return backup;
  });
}

/** True when a Backup takes file system backups of all volumes, under either name of the field. */
export function backsUpFilesByDefault(backup: JsonObject): boolean {
  return ["defaultVolumesToRestic", "defaultVolumesToFsBackup"].some((field) =>
    at(backup, "spec", field) === true
  );
}

function noBackup(message: string): Refusal {
  return new Refusal(message, {
    rule: "openshift 5.7",
    remedy: "restore from a Backup that exists in Velero's namespace",
    reason: "invalid_item",
  });
}
