import { absentWhenNotServed, type Cluster, ClusterError, type ResourceKind } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";

/** How often an object is read and patched before a conflict is an error. */
const ATTEMPTS = 4;

/**
 * Patches an object as it is now: reads it, asks `decide` for a merge patch, and begins again when another client changed the
 * object in between (openshift IMP-21, IMP-31).
 *
 * @param decide Gives the merge patch, or `undefined` when there is nothing to write. Called for each reading.
 * @returns The object as it was read last; `undefined` when it does not exist, or its kind is not served.
 * @throws {ClusterError} when the object cannot be read or written, also when every attempt ran into a conflict.
 */
export async function patchFresh(
  cluster: Cluster,
  kind: ResourceKind,
  name: string,
  decide: (live: JsonObject) => JsonObject | undefined,
): Promise<JsonObject | undefined> {
  for (let attempt = 1;; attempt++) {
    const live = await absentWhenNotServed(cluster.get(kind, "", name));
    const patch = live === undefined ? undefined : decide(live);
    if (live === undefined || patch === undefined) return live;
    const resourceVersion = stringAt(live, "metadata", "resourceVersion");
    const metadata = {
      ...(patch.metadata as JsonObject | undefined),
      ...(resourceVersion && { resourceVersion }),
    };
    try {
      await cluster.patch(kind, "", name, { ...patch, metadata }, { type: "merge" });
      return live;
    } catch (error) {
      if (!(error instanceof ClusterError && error.reason === "Conflict") || attempt === ATTEMPTS) {
        throw error;
      }
    }
  }
}
