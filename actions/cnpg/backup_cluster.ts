/**
 * Writes on a Cluster where its archive lies and which base backup is the newest (cnpg 4).
 *
 * @module
 */

import type { BackupItemActionV2, Context, ResourceIdentifier } from "../action.ts";
import { type JsonObject, stringifyJson } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { together } from "../lib/together.ts";
import { removeStale, writableAnnotations } from "./annotations.ts";
import { type Archive, readArchive } from "./archive.ts";
import { findBaseBackups } from "./base_backup.ts";
import { checkWindow } from "./check_window.ts";
import { ANNOTATIONS, CLUSTERS, CNPG_GROUP, NAMES, REQUEST_LIMIT_MS } from "./constants.ts";
import { clusterDependencies } from "./dependencies.ts";
import { IN_TREE } from "./in_tree.ts";
import { readObjectStore } from "./object_store.ts";
import { cancelBackup, requestBackup, watchBackup } from "./on_demand_backup.ts";
import { formatInstant } from "./rfc3339.ts";
import type { Settings } from "./settings.ts";
import { includesVolumeClaims } from "./skip_owned.ts";

/** `replicated.com/cnpg-backup-plugin` */
export const backupCluster: BackupItemActionV2<Settings> = {
  kind: "BackupItemActionV2",
  name: NAMES.backup,
  appliesTo: { includedResources: [`${CLUSTERS.resource}.${CLUSTERS.group}`] },

  async execute({ item, backup }, context) {
    const { settings, log, clock } = context;
    const archive = readArchive(item, settings);
    const cleaned = removeStale(item, archive !== undefined);
    if (archive === undefined) {
      log.info("no server name in spec.plugins, so there is no archive to restore from");
      return cleaned ? { item } : {};
    }
    const annotations = writableAnnotations(item);
    annotations[ANNOTATIONS.serverName] = archive.serverName;
    if (archive.method === IN_TREE) annotations[ANNOTATIONS.method] = IN_TREE;
    if (settings["recovery-target"] === "backup-time") {
      annotations[ANNOTATIONS.backupTime] = formatInstant(clock.now());
    }
    warnOfVolumeClaims(backup, context);
    if (nameOf(item) === "" || namespaceOf(item) === "") return { item };

    const [, additionalItems] = await together(context, [
      (own) => annotateBaseBackup(item, annotations, archive, own),
      (own) => lookAtObjectStore(item, archive, own),
    ]);
    const operation = settings["on-demand-backup"]
      ? await requestBackup(item, archive, backup, context)
      : undefined;
    return { item, additionalItems, ...operation };
  },

  // An operation that has begun is followed to its end, even when the setting is turned off meanwhile.
  progress: watchBackup,
  cancel: cancelBackup,
};

// cnpg B9, B10: without an ID recovery starts from the newest backup in the archive, so a failed search is a warning.
async function annotateBaseBackup(
  item: JsonObject,
  annotations: JsonObject,
  archive: Archive,
  context: Context<Settings>,
): Promise<void> {
  const { log, settings } = context;
  const where = `namespace ${namespaceOf(item)}`;
  try {
    const { seen, completed, newest, snapshots } = await findBaseBackups(item, archive, context);
    if (snapshots !== undefined && settings["volume-snapshot"]) {
      annotations[ANNOTATIONS.volumeSnapshots] = stringifyJson([...snapshots]);
    }
    if (newest !== undefined) {
      annotations[ANNOTATIONS.backupID] = newest.id;
      log.info(`base backup ${newest.id} of Backup ${newest.name}`, {
        backupName: newest.name,
        backupID: newest.id,
      });
    } else if (seen === 0) {
      log.warn(`no Backup objects in ${where}; the restore takes the newest base backup of the archive`);
    } else if (completed === 0) {
      log.warn(`none of ${seen} Backups in ${where} is a completed Backup of this Cluster`);
    } else {
      log.warn(
        `none of ${completed} completed Backups in ${where} can be recovered from the archive "${archive.serverName}"`,
      );
    }
  } catch (error) {
    const why = requestFailure(error, context, REQUEST_LIMIT_MS);
    log.warn(
      `cannot look for the newest base backup in ${where}: ${why}; the restore takes the newest one of the archive`,
    );
  }
}

// Settings `check-window` and `dependencies` share one reading of the ObjectStore.
async function lookAtObjectStore(
  item: JsonObject,
  archive: Archive,
  context: Context<Settings>,
): Promise<ResourceIdentifier[]> {
  const { settings } = context;
  if (!settings["check-window"] && !settings.dependencies) return [];
  const name = archive.method === "plugin" ? archive.objectStore : undefined;
  const store = name === undefined ? undefined : await readObjectStore(namespaceOf(item), name, context);
  if (settings["check-window"]) checkWindow(store, archive, context.log);
  return settings.dependencies ? clusterDependencies(item, store, context.log) : [];
}

// The operator adopts restored PVCs and then does not recover from the archive (cnpg 2).
function warnOfVolumeClaims(backup: JsonObject | undefined, { settings, log }: Context<Settings>): void {
  if (settings["skip-owned"] || !includesVolumeClaims(backup)) return;
  log.warn(
    `the backup also includes PersistentVolumeClaims: a restore of those of this ${CNPG_GROUP} Cluster starts ` +
      "from their content instead of the object store; exclude them or set cnpg.skip-owned",
  );
}
