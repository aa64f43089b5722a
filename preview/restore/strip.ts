/**
 * What Velero itself takes from an item of a restore and puts into it (protocol 4.7 steps 1, 2 and 9).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { cloneJson, type JsonObject } from "../../objects/json.ts";
import { annotation, at, ensureObject, nameOf, objectAt, stringAt } from "../../objects/object.ts";

const RUN_TIME_METADATA = [
  "generateName",
  "selfLink",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "ownerReferences",
];

/** A copy of a stored object as the first action sees it: without run-time metadata and status. */
export function stripped(stored: JsonObject): JsonObject {
  const object = cloneJson(stored);
  const metadata = objectAt(object, "metadata") ?? {};
  for (const key of RUN_TIME_METADATA) delete metadata[key];
  delete object.status;
  return object;
}

/** Why Velero leaves a stored object out before any action sees it; `undefined` when it does not. */
export function leftOut(resource: string, stored: JsonObject): string | undefined {
  if (resource === "pods") {
    if (annotation(stored, "kubernetes.io/config.mirror") !== undefined) return "it is a mirror pod";
    const phase = stringAt(stored, "status", "phase");
    if (phase === "Succeeded" || phase === "Failed") return `it is completed (${phase})`;
  }
  if (resource === "jobs.batch" && at(stored, "status", "completionTime")) return "it is completed";
  return undefined;
}

/** Labels the object as Velero's and puts it into its namespace (empty: cluster scope); in place. */
export function finish(object: JsonObject, namespace: string, restore: JsonObject): void {
  const metadata = ensureObject(object, "metadata");
  if (namespace !== "") metadata.namespace = namespace;
  const labels = ensureObject(metadata, "labels");
  labels["velero.io/backup-name"] = labelValue(stringAt(restore, "spec", "backupName") ?? "");
  labels["velero.io/restore-name"] = labelValue(nameOf(restore));
}

// A label holds 63 characters; a longer name ends in a part of its hash.
function labelValue(name: string): string {
  if (name.length <= 63) return name;
  return name.slice(0, 57) + createHash("sha256").update(name).digest("hex").slice(0, 6);
}
