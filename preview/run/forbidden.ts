/**
 * Requests that the cluster refuses to whoever runs the preview. Velero's own account may well be allowed to make them.
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";

/** True for a request that the account has no right to make. */
export function isForbidden(error: unknown): error is ClusterError {
  return error instanceof ClusterError && error.reason === "Forbidden";
}

/** True when nothing more can be learned from the cluster: it does not answer, or does not know who asks. */
export function endsPreview(error: unknown): boolean {
  return error instanceof ClusterError && ENDS.includes(error.reason);
}

const ENDS: readonly ClusterError["reason"][] = ["Unreachable", "NoCluster", "Unauthorized"];

/** What a read gives, or what `forbidden` makes of the error when the account may not read that. */
export async function unlessForbidden<T>(
  reading: Promise<T>,
  forbidden: (error: ClusterError) => T,
): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (isForbidden(error)) return forbidden(error);
    throw error;
  }
}
