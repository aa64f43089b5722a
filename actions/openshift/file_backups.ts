import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { POD_VOLUME_BACKUPS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import { validName } from "./valid_name.ts";

/** True when the backup has a file system backup of a volume of the pod (openshift IMP-35). They are listed once per restore. */
export async function hasFileBackup(
  pod: JsonObject,
  restore: JsonObject | undefined,
  context: Context,
): Promise<boolean> {
  const backup = stringAt(restore, "spec", "backupName") ?? "";
  const pods = await remember(context, { key: "openshift file backups", run: restore }, async () => {
    const namespace = namespaceOf(restore ?? {});
    const labelSelector = `velero.io/backup-name=${await validName(backup)}`;
    const found = new Set<string>();
    for await (const one of context.cluster.list(POD_VOLUME_BACKUPS, { namespace, labelSelector })) {
      found.add(
        `${stringAt(one, "spec", "pod", "namespace") ?? ""}/${stringAt(one, "spec", "pod", "name") ?? ""}`,
      );
    }
    return found;
  });
  return pods.has(`${namespaceOf(pod)}/${nameOf(pod)}`);
}
