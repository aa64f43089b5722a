/**
 * Leaves what a Cluster owns out of a restore, so that the operator creates it again (setting `skip-owned`).
 *
 * The operator adopts restored instance PVCs and then never runs the recovery (cnpg 2). Secrets are not among the kinds:
 * their passwords must match the recovered roles.
 *
 * @module
 */

import type { RestoreItemAction } from "../action.ts";
import { inBackup, VOLUME_CLAIMS } from "../lib/backup_filter.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import { CNPG_GROUP, NAMES } from "./constants.ts";
import type { Settings } from "./settings.ts";

/** `replicated.com/cnpg-owned-restore-plugin` */
export const skipOwned: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: NAMES.owned,
  appliesTo: { includedResources: ["persistentvolumeclaims", "pods", "services", "jobs.batch"] },
  enabled: (settings) => settings["skip-owned"],

  execute({ itemFromBackup }, { log }) {
    const owner = owningCluster(itemFromBackup);
    if (owner === undefined) return {};
    log.info(`not restored: the operator creates it again for Cluster ${owner}`);
    return { skipRestore: true };
  },
};

/** The name of the Cluster that controls an object, `undefined` when none does. */
function owningCluster(object: JsonObject): string | undefined {
  const controller = objectsAt(object, "metadata", "ownerReferences").find((owner) =>
    owner.controller === true && owner.kind === "Cluster" &&
    (stringAt(owner, "apiVersion") ?? "").startsWith(`${CNPG_GROUP}/`)
  );
  return controller === undefined ? undefined : stringAt(controller, "name") ?? "";
}

/** True when the resource filters of a Backup let PersistentVolumeClaims in; false when the host sent no Backup. */
export function includesVolumeClaims(backup: JsonObject | undefined): boolean {
  return backup !== undefined && inBackup(backup, VOLUME_CLAIMS);
}
