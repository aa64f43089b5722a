import { ClusterError } from "../../cluster/cluster.ts";
import { Refusal } from "../lib/refusal.ts";

/**
 * The answer of a look-up that a rule needs.
 *
 * @param what What could not be found out, for the refusal: `failed to get launcher pod from VMI n/v`.
 * @throws {Refusal} when the cluster does not answer, with its reason.
 */
export async function lookingUp<T>(what: string, rule: string, asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const forbidden = error.status === 401 || error.status === 403;
    throw new Refusal(`${what}: ${error.message}`, {
      rule,
      remedy: error.reason === "NoCluster"
        ? "run Velero in the cluster, or give it a kubeconfig"
        : forbidden
        ? "grant Velero's service account the permissions of docs/kubevirt.md"
        : "make the API server answer and repeat the backup",
      reason: forbidden ? "forbidden" : "lookup_failed",
      cause: error,
    });
  }
}
