/**
 * Pods that are restored beside their DeploymentConfig, which starts again only when they are done (openshift 7.3 and 7.4).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { backsUpFilesByDefault, backupOf } from "./backup_lookup.ts";
import { ANNOTATIONS } from "./constants.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { requestFailure } from "../lib/request_failure.ts";

/**
 * Whether such pods are taken off their DeploymentConfig. Backups that know the rules say so on the object; for older ones the Backup's
 * default decides, and without it nothing is taken off.
 *
 * @param byRules What the rules say of an object of a newer backup.
 */
export async function disconnects(
  item: JsonObject,
  restore: JsonObject | undefined,
  context: Context,
  byRules: () => boolean,
): Promise<boolean> {
  const knowsRules = (annotation(item, ANNOTATIONS.dcFix) ?? "") !== "";
  if (knowsRules) return byRules();
  try {
    return backsUpFilesByDefault(await backupOf(restore, context));
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof Refusal)) throw error;
    context.log.info(
      `nothing is taken off its DeploymentConfig, because the Backup cannot be read: ${
        requestFailure(error, context)
      }`,
    );
    return false;
  }
}
