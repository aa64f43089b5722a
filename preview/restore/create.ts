import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { groupResource, kindOf } from "../run/resources.ts";
import { isForbidden } from "../run/forbidden.ts";
import { decideExisting, type Written } from "./existing.ts";

/** Says that it is not known whether an object is in the target, and what to do about it. */
export function unreadable(type: Pick<ResourceType, "group" | "resource">, error: ClusterError): string {
  return `it is not known whether the target has it already, which Velero would leave as it is: ${error.message}. ` +
    `Grant this account the right to get ${groupResource(type)}, or run the preview in Velero's pod`;
}

/**
 * Creates the object, with its status where that is restored; when there is one, the Restore's `existingResourcePolicy` decides
 * (protocol 4.7 step 10).
 *
 * An object that this account may not read is taken for absent. Velero would go on without knowing it as well: it creates the object,
 * and warns when that fails because there is one.
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
    // Nothing is written, so what is forbidden is to read it.
    if (isForbidden(error)) return { outcome: "created", reason: unreadable(type, error), unread: true };
    if (!(error instanceof ClusterError) || error.reason !== "AlreadyExists") throw error;
  }
  const existing = await cluster.get(kind, namespace, name);
  if (existing === undefined) return { outcome: "exists" };
  const { patch, ...written } = decideExisting(type, existing, object, restore);
  if (patch !== undefined) await cluster.patch(kind, namespace, name, patch, { type: "merge" });
  return written;
}
