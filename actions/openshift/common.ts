/**
 * What every object that may name images learns about its cluster (openshift 5.3 and 5.4).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { label } from "../../objects/object.ts";
import type {
  BackupItemAction,
  Context,
  RestoreItemAction,
  RestoreItemActionV2,
  RestoreRequest,
  RestoreResultV2,
} from "../action.ts";
import { clusterVersion } from "./cluster_version.ts";
import { ANNOTATIONS, LABELS } from "./constants.ts";
import { removeAnnotation } from "./remove_annotation.ts";
import { registryHost } from "./registry_host.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";

// Letter for letter as upstream has them; singular `replicationcontroller` resolves too (openshift A1, V6).
const RESOURCES = `pods, imagestreams, imagestreams.image.openshift.io, imagestreamtags,
  imagestreamtags.image.openshift.io, deployments, deployments.apps, deployments.extensions, deploymentconfigs,
  deploymentconfigs.apps.openshift.io, jobs, jobs.batch, cronjobs, cronjobs.batch, statefulsets, statefulsets.apps,
  daemonsets, daemonsets.apps, daemonsets.extensions, replicasets, replicasets.apps, replicasets.extensions,
  replicationcontroller, buildconfigs, buildconfigs.build.openshift.io`.split(/,\s+/);

/** Notes server version and registry host of the cluster backed up (openshift A1). */
export const backupCommon: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/01-common-backup-plugin",
  appliesTo: { includedResources: RESOURCES },
  async execute({ item }, context) {
    await note(item, ANNOTATIONS.backupServerVersion, ANNOTATIONS.backupRegistry, context);
    return { item };
  },
};

/** Notes server version and registry host of the cluster restored to (openshift A2). */
export const restoreCommon: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/01-common-restore-plugin",
  appliesTo: { includedResources: RESOURCES },
  async execute({ item }, context) {
    await note(item, ANNOTATIONS.restoreServerVersion, ANNOTATIONS.restoreRegistry, context);
    return { item };
  },
};

async function note(item: JsonObject, versionKey: string, hostKey: string, context: Context): Promise<void> {
  const annotations = writable(item, "metadata", "annotations");
  const [{ major, minor }, host] = await Promise.all([clusterVersion(context), registryHost(context)]);
  annotations[versionKey] = `${major}.${minor}`;
  annotations[hostKey] = host;
}

/** Copies the labels of a migration to what it restores, so that it can be rolled back (openshift A3, IMP-08). */
export const restoreMigrationLabels: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/01-mtc-common-restore-plugin",
  appliesTo: { includedResources: [] },
  onlyOnRequest: true,
  enabled: (settings) => settings["mtc.labels"],
  execute({ item, restore }) {
    if (!isMigration(restore) || item.kind === "ServiceAccount") return;
    const copied = [LABELS.migratedByMigration, LABELS.migratedByPlan]
      .map((key) => [key, label(restore, key) ?? ""] as const)
      .filter(([, value]) => value !== "");
    if (copied.length === 0) return;
    Object.assign(writable(item, "metadata", "labels"), Object.fromEntries(copied));
    return { item };
  },
};

/**
 * The last action of the chain of an object that {@link restoreCommon} gets: with `keep-bookkeeping` off it takes the notes of backup
 * and restore off again (openshift IMP-09).
 */
export function lastOfChain<A extends RestoreItemAction<Settings> | RestoreItemActionV2<Settings>>(
  action: A,
): A {
  return {
    ...action,
    async execute(request: RestoreRequest, context: Context<Settings>): Promise<RestoreResultV2> {
      const result = await action.execute(request, context) ?? {};
      if (context.settings["keep-bookkeeping"] || result.skipRestore === true) return result;
      const item = result.item ?? request.item;
      return forget(item) ? { ...result, item } : result;
    },
  };
}

function forget(item: JsonObject): boolean {
  const { backupServerVersion, restoreServerVersion, backupRegistry, restoreRegistry } = ANNOTATIONS;
  const notes = [backupServerVersion, restoreServerVersion, backupRegistry, restoreRegistry];
  return notes.map((key) => removeAnnotation(item, key)).includes(true);
}
