import { ClusterError } from "../../cluster/cluster.ts";
import { nameOf } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { BACKEND_STORAGE, legacyClaim } from "./graph/backend_storage.ts";
import type { RestoreGraphOptions } from "./graph/restore.ts";
import type { KubevirtSettings } from "./settings.ts";

const CLAIMS = { group: "", version: "v1", resource: "persistentvolumeclaims" };

/** How the restore actions follow the graph of an object. */
export function restoreGraphOptions(context: Context<KubevirtSettings>): RestoreGraphOptions {
  return {
    profile: context.settings["graph-profile"],
    findBackendClaims: (namespace, owner) => findBackendClaims(namespace, owner, context),
  };
}

/**
 * The claims with the state of a VM for a backup that did not record them: those in the cluster, as upstream has it, although they
 * need not be those of the archive (kubevirt 3.5). Where none is found it is the name of older releases, existing or not.
 */
async function findBackendClaims(namespace: string, owner: string, context: Context): Promise<string[]> {
  const found: string[] = [];
  try {
    const labelSelector = `${BACKEND_STORAGE}=${owner}`;
    const claims = context.cluster.list(CLAIMS, { namespace, labelSelector, metadataOnly: true });
    for await (const claim of claims) found.push(nameOf(claim));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    context.log.debug(`the claims with its state are not found: ${requestFailure(error, context)}`);
  }
  return found.length > 0 ? found : [legacyClaim(owner)];
}
