/**
 * What a restore does with an object that the target has already (protocol 4.7 step 10).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import { arrayAt, objectAt, stringAt } from "../../objects/object.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { differences } from "../report/differences.ts";
import { type Change, diff, formatPath } from "../report/diff.ts";
import { groupResource } from "../run/resources.ts";
import { isImmutable } from "./immutable.ts";
import { stripped } from "./strip.ts";

/** How a write ended; a reason stands only where the cluster has another object, or may have one. */
export interface Written {
  readonly outcome: "created" | "updated" | "exists";
  readonly reason?: string;
  /** From the cluster's object to ours. */
  readonly differences?: readonly Change[];
  /** This account may not read the cluster's object, so that the outcome is only assumed. */
  readonly unread?: true;
}

/** The decision, and what Velero would send. */
export interface Decision extends Written {
  readonly patch?: JsonObject;
}

const DIFFERS = "it exists in the cluster and differs from the backed-up version";

/** Decides by the Restore's policy. Service accounts are merged whatever the policy. */
export function decideExisting(
  type: ResourceType,
  existing: JsonObject,
  object: JsonObject,
  restore: JsonObject,
): Decision {
  const resource = groupResource(type);
  const update = stringAt(restore, "spec", "existingResourcePolicy") === "update";
  const [cluster, ours] = [withoutLabels(stripped(existing)), withoutLabels(stripped(object))];
  const found = differences(withoutManagers(cluster), withoutManagers(ours));
  if (resource === "serviceaccounts") return mergeAccount(existing, object, found);
  if (found.length === 0) {
    const seen = isSeenAsDifferent(resource, cluster, ours);
    if (update) return { outcome: seen ? "updated" : "exists", patch: labelPatch(object) };
    return seen
      ? { outcome: "exists", reason: `${DIFFERS}, but only in what Velero's own actions or a server wrote` }
      : { outcome: "exists" };
  }
  if (!update) return { outcome: "exists", reason: DIFFERS, differences: found };
  const patch = createMergePatch(cluster, { ...ours, metadata: object.metadata ?? {} });
  const refused = found.filter((change) => isImmutable(resource, change.path));
  if (refused.length === 0) return { outcome: "updated", differences: found, patch };
  return {
    outcome: "exists",
    reason: `${DIFFERS}, and the API server allows no change of ${
      paths(refused)
    }; Velero would set only its labels`,
    differences: found,
    patch: labelPatch(object),
  };
}

function paths(changes: readonly Change[]): string {
  return [...new Set(changes.map(({ path }) => formatPath(path)))].join(", ");
}

// Velero compares all of the object: also who has managed it, and what Go's types add to what its own actions have rewritten.
const REWRITTEN = ["pods", "persistentvolumeclaims", "services", "jobs.batch"];

function isSeenAsDifferent(resource: string, existing: JsonObject, object: JsonObject): boolean {
  if (REWRITTEN.includes(resource) || resource.startsWith("customresourcedefinitions.")) return true;
  const [theirs, ours] = [existing, object].map((one) => objectAt(one, "metadata")?.managedFields);
  // Manifests have none. Servers and archives write keys in another order.
  return theirs !== undefined && ours !== undefined && diff(theirs, ours).length > 0;
}

const LABELS = ["velero.io/backup-name", "velero.io/restore-name"];

function withoutLabels(object: JsonObject): JsonObject {
  const metadata = objectAt(object, "metadata") ?? {};
  const labels = objectAt(metadata, "labels");
  for (const key of LABELS) delete labels?.[key];
  if (labels !== undefined && Object.keys(labels).length === 0) delete metadata.labels;
  return object;
}

function withoutManagers(object: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = objectAt(object, "metadata") ?? {};
  return { ...object, metadata: metadata as JsonObject };
}

function labelPatch(object: JsonObject): JsonObject {
  const labels = objectAt(object, "metadata", "labels") ?? {};
  return { metadata: { labels: Object.fromEntries(LABELS.map((key) => [key, labels[key] ?? ""])) } };
}

// What the cluster's account lacks is added; what it has stays as it is.
function mergeAccount(existing: JsonObject, object: JsonObject, found: readonly Change[]): Decision {
  const patch: JsonObject = {};
  for (const field of ["secrets", "imagePullSecrets"]) {
    const [theirs, ours] = [arrayAt(existing, field), arrayAt(object, field)];
    const names = new Set(theirs.map((entry) => stringAt(entry, "name")));
    const missing = ours.filter((entry) => !names.has(stringAt(entry, "name")));
    if (missing.length > 0) patch[field] = [...theirs, ...missing];
  }
  const metadata: JsonObject = {};
  for (const field of ["labels", "annotations"]) {
    const theirs = objectAt(existing, "metadata", field) ?? {};
    const missing = Object.entries(objectAt(object, "metadata", field) ?? {})
      // Velero takes its own labels for equal.
      .filter(([key]) => !LABELS.includes(key) && !Object.hasOwn(theirs, key));
    if (missing.length > 0) metadata[field] = Object.fromEntries(missing);
  }
  if (Object.keys(metadata).length > 0) patch.metadata = metadata;
  if (Object.keys(patch).length === 0) return { outcome: "exists" };
  return { outcome: "updated", differences: found, patch };
}

/** The merge patch (RFC 7386) from one object to another: what the second has not is removed. */
export function createMergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const entries: [string, JsonValue][] = [];
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [from[key], to[key]];
    if (after === undefined) entries.push([key, null]);
    else if (isObject(before) && isObject(after)) {
      const inner = createMergePatch(before, after);
      if (Object.keys(inner).length > 0) entries.push([key, inner]);
    } else if (before === undefined || stringifyJson(before) !== stringifyJson(after)) {
      entries.push([key, after]);
    }
  }
  return Object.fromEntries(entries);
}
