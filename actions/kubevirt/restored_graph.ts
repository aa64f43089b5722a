import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { legacyClaim } from "./graph/backend_storage.ts";
import type { RestoreGraphOptions } from "./graph/restore.ts";
import { createLookups } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";

/** How the restore actions follow the graph of an object. */
export function restoreGraphOptions(
  context: Context<KubevirtSettings>,
  restore: JsonObject | undefined,
): RestoreGraphOptions {
  return {
    profile: context.settings["graph-profile"],
    findBackendClaims: (namespace, owner) => findBackendClaims(namespace, owner, restore, context),
  };
}

/**
 * The claims with the state of a VM for a backup that did not record them: those in the cluster, as upstream has it, although they
 * need not be those of the archive (kubevirt 3.5). Where none is found it is the name of older releases, existing or not.
 *
 * @throws {Refusal} when there is no cluster to ask.
 */
async function findBackendClaims(
  namespace: string,
  owner: string,
  restore: JsonObject | undefined,
  context: Context,
): Promise<readonly string[]> {
  try {
    const found = await createLookups(context, restore).backendClaims(namespace, owner);
    if (found.length > 0) return found;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.cause instanceof ClusterError && error.cause.reason === "NoCluster") throw error;
    context.log.debug(error.message);
  }
  return [legacyClaim(owner)];
}
