/**
 * The ConfigMap that tells a Helm chart the server names of a restored Cluster (cnpg 5.2).
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { CONFIG_MAPS, REQUEST_LIMIT_MS } from "./constants.ts";
import type { Settings } from "./settings.ts";

const NAME = "cnpg-velero-override";

/** A restored Cluster, for its override. */
export interface RestoredCluster {
  readonly name: string;
  /** Where it was backed up. */
  readonly namespace: string;
  /** Where it is restored. */
  readonly target: string;
  /** The server name of the archive that it writes to. */
  readonly writes: string;
  /** The server name of the archive that it recovers from. */
  readonly reads: string;
}

/**
 * Writes the override into the target namespace; with `per-cluster-override` also one of the Cluster's own, first.
 *
 * @throws {Refusal} when that fails: without it the next Helm upgrade would point the Cluster at the old archive.
 */
export async function writeOverride(cluster: RestoredCluster, context: Context<Settings>): Promise<void> {
  if (context.settings["per-cluster-override"]) {
    await applyOverride(`${NAME}-${cluster.name}`, cluster, context);
  }
  await applyOverride(NAME, cluster, context);
  warnOfSecondCluster(cluster, context);
}

async function applyOverride(name: string, cluster: RestoredCluster, context: Context): Promise<void> {
  const { target: namespace, writes, reads } = cluster;
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, annotations: { "helm.sh/resource-policy": "keep" } },
    data: { write_to_server_name: writes, read_from_server_name: reads },
  };
  try {
    await context.cluster.apply(CONFIG_MAPS, object, {
      manager: "velero-cnpg-plugin",
      force: true,
      signal: context.clock.timeout(REQUEST_LIMIT_MS),
    });
  } catch (cause) {
    const why = requestFailure(cause, context, REQUEST_LIMIT_MS);
    const forbidden = cause instanceof ClusterError && [401, 403].includes(cause.status);
    throw new Refusal(
      `failed to create/update ConfigMap: failed to apply ConfigMap: ${why} (${namespace}/${name})`,
      {
        rule: "cnpg R13",
        remedy: forbidden
          ? `allow Velero to patch and create configmaps in namespace ${namespace}, then restore again`
          : `make sure that ConfigMap ${namespace}/${name} can be written, then restore again`,
        reason: forbidden ? "forbidden" : "cluster",
        cause,
      },
    );
  }
  context.log.info(`applied ConfigMap ${namespace}/${name}: writes ${writes}, reads ${reads}`);
}

// Charts look the ConfigMap up by its name, so the name is fixed. Of two Clusters in a namespace, the later one wins.
function warnOfSecondCluster({ name, namespace, target }: RestoredCluster, { log, state }: Context): void {
  const writers = state("cnpg/override-writers", () => new Map<string, string>());
  const own = `${namespace}/${name}`;
  const before = writers.get(target);
  if (before !== undefined && before !== own) {
    log.warn(
      `ConfigMap ${target}/${NAME} of Cluster ${before} now holds the server names of Cluster ${own}; ` +
        "set cnpg.per-cluster-override to give each its own",
    );
  }
  writers.set(target, own);
}
