import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { kindOf } from "../run/resources.ts";
import { decideExisting, type Written } from "./existing.ts";

/**
 * Creates the object, with its status where that is restored; when there is one, the Restore's `existingResourcePolicy` decides
 * (protocol 4.7 step 10).
 *
 * @throws {ClusterError} when the cluster refuses for another reason.
 */
export async function createOrUpdate(
  cluster: Cluster,
  type: ResourceType,
  object: JsonObject,
  restore: JsonObject,
  status?: JsonObject,
): Promise<Written> {
  const kind = kindOf(type, stringAt(object, "apiVersion"));
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  try {
    await cluster.create(kind, object);
    if (status !== undefined) await cluster.patch(kind, namespace, name, { status }, { type: "merge" });
    return { outcome: "created" };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "AlreadyExists") throw error;
  }
  const existing = await cluster.get(kind, namespace, name);
  if (existing === undefined) return { outcome: "exists" };
  const { patch, ...written } = decideExisting(type, existing, object, restore);
  if (patch !== undefined) await cluster.patch(kind, namespace, name, patch, { type: "merge" });
  return written;
}
