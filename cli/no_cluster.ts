import { type Cluster, ClusterError } from "../cluster/cluster.ts";

/** A cluster that is not configured. */
export function noCluster(): Cluster {
  const fail = (): never => {
    throw new ClusterError("no cluster is configured", "NoCluster", 0);
  };
  return {
    get: fail,
    list: fail,
    create: fail,
    apply: fail,
    patch: fail,
    delete: fail,
    serves: fail,
    version: fail,
  };
}
