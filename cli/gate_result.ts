/**
 * The ConfigMap in which the result of the gate travels: the gate patches it, the sidecar reads it.
 *
 * @module
 */

import { stringAt } from "../objects/object.ts";
import { type Cluster, ClusterError } from "../cluster/cluster.ts";
import { connect } from "../cluster/live/connect.ts";
import { GATE_CONFIG_MAP, GATE_KEY } from "../sidecar/gate/result.ts";
import { type Env, namespaceFrom } from "./environment.ts";

const CONFIG_MAPS = { group: "", version: "v1", resource: "configmaps" };

/** Reads it for the sidecar. Outside of a cluster there is no gate. */
export function gateReaderFrom(env: Env): () => Promise<string | undefined> {
  const somewhere = ["KUBERNETES_SERVICE_HOST", "KUBECONFIG"].some((name) => (env(name) ?? "") !== "");
  if (!somewhere) return () => Promise.resolve(undefined);
  const silent = () => {};
  // Without HOME: the sidecar is not to find the kubeconfig of whoever tries it at home.
  const cluster = connect({
    env: (name) => name === "HOME" ? undefined : env(name),
    log: { debug: silent, warn: silent },
  });
  return () => readGateResult(cluster, namespaceFrom(env, undefined));
}

/**
 * The text in the ConfigMap, empty before the first run. `undefined` when it is not there, and when it may not be read: the manifests of
 * the gate come with that right.
 *
 * @throws {ClusterError}
 */
async function readGateResult(cluster: Cluster, namespace: string): Promise<string | undefined> {
  try {
    const found = await cluster.get(CONFIG_MAPS, namespace, GATE_CONFIG_MAP);
    return found === undefined ? undefined : stringAt(found, "data", GATE_KEY) ?? "";
  } catch (error) {
    if (error instanceof ClusterError && error.reason === "Forbidden") return undefined;
    throw error;
  }
}

/**
 * Puts the text into the ConfigMap, which must be there: the gate may change this one object, and create none.
 *
 * @throws {ClusterError}
 */
export async function writeGateResult(cluster: Cluster, namespace: string, text: string): Promise<void> {
  await cluster.patch(CONFIG_MAPS, namespace, GATE_CONFIG_MAP, { data: { [GATE_KEY]: text } }, {
    type: "merge",
  });
}
