/**
 * Keeps restored Backup and ScheduledBackup objects from starting base backups (setting `skip-backup-objects`).
 *
 * @module
 */

import type { RestoreItemAction } from "../action.ts";
import { isObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { BACKUPS, CNPG_GROUP, NAMES } from "./constants.ts";
import type { Settings } from "./settings.ts";

/** `replicated.com/cnpg-backup-objects-restore-plugin` */
export const skipBackupObjects: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: NAMES.backupObjects,
  appliesTo: {
    includedResources: [`${BACKUPS.resource}.${CNPG_GROUP}`, `scheduledbackups.${CNPG_GROUP}`],
  },
  enabled: (settings) => settings["skip-backup-objects"] !== "false",

  execute(request, { settings, log }) {
    const { item } = request;
    if (item.kind === "Backup") {
      const phase = stringAt(request.itemFromBackup, "status", "phase");
      if (phase === undefined) return {};
      log.info(
        `not restored: it was ${phase}, and Velero restores it without status, so the operator would start a new base backup`,
      );
      return { skipRestore: true };
    }
    if (!isObject(item.spec)) {
      log.warn("spec is not a map, so the schedule is restored as it is");
      return {};
    }
    item.spec.immediate = false;
    if (settings["skip-backup-objects"] === "suspend") item.spec.suspend = true;
    return { item };
  },
};
