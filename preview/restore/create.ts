import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { differences } from "../report/differences.ts";
import type { Change } from "../report/diff.ts";
import { kindOf } from "../run/resources.ts";
import { stripped } from "./strip.ts";

/** How the write ended; a reason stands only where the cluster has another object. */
export interface Written {
  readonly outcome: "created" | "updated" | "exists";
  readonly reason?: string;
  /** From the cluster's object to ours. */
  readonly differences?: readonly Change[];
}

/**
 * Creates the object; when there is one, the Restore's `existingResourcePolicy` decides (protocol 4.7 step 10).
 *
 * @throws {ClusterError} when the cluster refuses for another reason.
 */
export async function createOrUpdate(
  cluster: Cluster,
  type: ResourceType,
  object: JsonObject,
  restore: JsonObject,
): Promise<Written> {
  const kind = kindOf(type, stringAt(object, "apiVersion"));
  try {
    await cluster.create(kind, object);
    return { outcome: "created" };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "AlreadyExists") throw error;
  }
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  const existing = await cluster.get(kind, namespace, name);
  const found = existing === undefined ? [] : differences(withoutMarks(existing), withoutMarks(object));
  if (existing !== undefined && found.length === 0) return { outcome: "exists" };
  if (stringAt(restore, "spec", "existingResourcePolicy") === "update") {
    await cluster.patch(kind, namespace, name, object, { type: "merge" });
    return { outcome: "updated", differences: found };
  }
  const reason = "it exists in the cluster and differs from the backed-up version";
  return { outcome: "exists", reason, differences: found };
}

// Velero compares without what a server or an earlier restore has set.
function withoutMarks(object: JsonObject): JsonObject {
  const copy = stripped(object);
  const metadata = objectAt(copy, "metadata") ?? {};
  delete metadata.managedFields;
  const labels = objectAt(metadata, "labels");
  delete labels?.["velero.io/backup-name"];
  delete labels?.["velero.io/restore-name"];
  if (labels !== undefined && Object.keys(labels).length === 0) delete metadata.labels;
  return copy;
}
