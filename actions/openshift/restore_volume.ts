/**
 * PersistentVolumes and their claims on the way out of a migration's backup (openshift A10, A11).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, at, label, objectAt } from "../../objects/object.ts";
import type { Context, Log, RestoreItemAction, RestoreRequest, RestoreResult } from "../action.ts";
import { ANNOTATIONS, LABELS, RESTORE_ANNOTATIONS } from "./constants.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";

/** Gives a copied PersistentVolume the storage class chosen for it (openshift A10). */
export const restoreVolume: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/03-pv-restore-plugin",
  appliesTo: { includedResources: ["persistentvolumes"] },
  execute({ item, restore }, { log }) {
    if (!isMigration(restore) || !isCopied(item)) return;
    if (isLeftToFinalMigration(item, restore, log)) return { skipRestore: true };
    return setStorageClass(item, log) ? { item } : undefined;
  },
};

/** Gives a copied claim its storage class and access mode, and any claim its schedule for reclaiming space (openshift A11). */
export const restoreClaim: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/04-pvc-restore-plugin",
  appliesTo: { includedResources: ["persistentvolumeclaims"] },
  execute: executeOnClaim,
};

function executeOnClaim({ item, restore }: RestoreRequest, { log }: Context<Settings>): RestoreResult | void {
  const migration = isMigration(restore);
  const copied = migration && isCopied(item);
  if (copied && isLeftToFinalMigration(item, restore, log)) return { skipRestore: true };
  // Every one of them is made, not only those before the first that changed something.
  const changes = [
    setReclaimSchedule(item, restore, log),
    copied && removeSelector(item, log),
    copied && setStorageClass(item, log),
    copied && setAccessMode(item, log),
    migration && removeSelectedNode(item, log),
  ];
  return changes.includes(true) ? { item } : undefined;
}

function isCopied(item: JsonObject): boolean {
  return annotation(item, ANNOTATIONS.migrateType) === "copy";
}

// A stage migration copies data beforehand; snapshots are taken by the final one alone.
function isLeftToFinalMigration(item: JsonObject, restore: JsonObject | undefined, log: Log): boolean {
  const left = annotation(restore, RESTORE_ANNOTATIONS.migrationType) === "stage" &&
    (label(restore, LABELS.stageRestore) ?? "") !== "" &&
    annotation(item, ANNOTATIONS.copyMethod) === "snapshot";
  if (left) log.info("not restored: volumes copied by snapshot are left to the final migration");
  return left;
}

function setStorageClass(item: JsonObject, log: Log): boolean {
  const target = annotation(item, ANNOTATIONS.targetStorageClass);
  if (target === undefined) {
    // openshift IMP-27: nothing was chosen, which is not the choice of the empty class.
    log.warn(`the storage class stays as it is: annotation ${ANNOTATIONS.targetStorageClass} is missing`);
    return false;
  }
  writable(item, "spec").storageClassName = target;
  const annotations = objectAt(item, "metadata", "annotations");
  if (annotations !== undefined && (annotation(item, ANNOTATIONS.betaStorageClass) ?? "") !== "") {
    annotations[ANNOTATIONS.betaStorageClass] = target;
  }
  log.info(`set the storage class to "${target}"`);
  return true;
}

function setReclaimSchedule(claim: JsonObject, restore: JsonObject | undefined, log: Log): boolean {
  const schedule = annotation(restore, RESTORE_ANNOTATIONS.reclaimSpaceSchedule) ?? "";
  if (schedule === "") return false;
  writable(claim, "metadata", "annotations")[ANNOTATIONS.reclaimSpaceSchedule] = schedule;
  log.info(`set the schedule for reclaiming space to "${schedule}"`);
  return true;
}

function removeSelector(claim: JsonObject, log: Log): boolean {
  const spec = objectAt(claim, "spec");
  if (at(spec, "selector") === undefined) return false;
  delete spec?.selector;
  log.info("removed the selector: the copied volume has other labels");
  return true;
}

function setAccessMode(claim: JsonObject, log: Log): boolean {
  const mode = annotation(claim, ANNOTATIONS.targetAccessMode) ?? "";
  if (mode === "") return false;
  writable(claim, "spec").accessModes = [mode];
  log.info(`set the access mode to ${mode}`);
  return true;
}

function removeSelectedNode(claim: JsonObject, log: Log): boolean {
  const annotations = objectAt(claim, "metadata", "annotations") ?? {};
  if (!Object.hasOwn(annotations, ANNOTATIONS.selectedNode)) return false;
  delete annotations[ANNOTATIONS.selectedNode];
  log.info("removed the node that the volume was bound on");
  return true;
}
