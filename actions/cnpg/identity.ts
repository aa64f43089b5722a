/**
 * Name and namespace of a restored Cluster (cnpg R5), and the metadata of the old one that is removed (cnpg R9).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { at, namespaceOf } from "../../objects/object.ts";
import { malformed } from "./archive_entry.ts";

/**
 * Name and original namespace.
 *
 * @throws {Refusal} when either is missing, empty or not a string.
 */
export function identityOf(item: JsonObject): { name: string; namespace: string } {
  const name = at(item, "metadata", "name");
  if (name === undefined || name === null || name === "") {
    throw malformed("cluster name not found in metadata", "cnpg R5");
  }
  if (typeof name !== "string") throw malformed("cluster name is not a string", "cnpg R5");
  const namespace = namespaceOf(item);
  if (namespace === "") throw malformed("cluster namespace not found in metadata", "cnpg R5");
  return { name, namespace };
}

const RUNTIME_FIELDS = ["resourceVersion", "uid", "generation", "creationTimestamp", "managedFields"];

/** Removes the metadata that belonged to the object in the source cluster and must not be given to the new one. */
export function removeRuntimeFields(item: JsonObject): void {
  delete item.status;
  if (!isObject(item.metadata)) return;
  for (const field of RUNTIME_FIELDS) delete item.metadata[field];
}
