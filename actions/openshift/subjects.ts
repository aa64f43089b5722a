/**
 * Namespaces inside the names of users and groups: SCCs and role bindings name service accounts that way (openshift 7.2).
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { objectsAt } from "../../objects/object.ts";

/** Source namespace to target namespace, as `namespaceMapping()` gives it. */
export type Mapping = ReadonlyMap<string, string>;

/** The name of a user, `system:serviceaccount:NAMESPACE:NAME`, with its namespace mapped (openshift 7.2). Any other name comes back as it is. */
export function mappedUser(name: string, mapping: Mapping): string {
  return mapped(name, "serviceaccount", mapping);
}

/** The name of a group, `system:serviceaccounts:NAMESPACE`, with its namespace mapped (openshift 7.2). Any other name comes back as it is. */
export function mappedGroup(name: string, mapping: Mapping): string {
  return mapped(name, "serviceaccounts", mapping);
}

// The first part may be anything: the rule looks at the second alone.
function mapped(name: string, word: string, mapping: Mapping): string {
  const parts = name.split(":");
  const target = mapping.get(parts[2] ?? "");
  if (target === undefined || parts[1] !== word) return name;
  return parts.with(2, target).join(":");
}

/** Maps the names in a list in place; gives the new ones. What is not a list, and elements that are not text, stay. */
export function mapNames(
  list: JsonValue | undefined,
  map: (name: string, mapping: Mapping) => string,
  mapping: Mapping,
): string[] {
  if (!Array.isArray(list)) return [];
  const mapped: string[] = [];
  for (const [index, name] of list.entries()) {
    if (typeof name !== "string") continue;
    const target = map(name, mapping);
    if (target === name) continue;
    list[index] = target;
    mapped.push(target);
  }
  return mapped;
}

/** Maps the namespace that a reference or subject names, in place; gives how many changed. */
export function mapNamespace(reference: JsonObject | undefined, mapping: Mapping): number {
  const target = typeof reference?.namespace === "string" ? mapping.get(reference.namespace) : undefined;
  if (reference === undefined || target === undefined) return 0;
  reference.namespace = target;
  return 1;
}

// Kinds of subjects whose names may be those of service accounts (openshift IMP-33).
const USERS: readonly unknown[] = ["User", "SystemUser"];

/** Maps the names of the subjects of a binding in place: groups, and users by openshift IMP-33. Gives how many changed. */
export function mapSubjectNames(binding: JsonObject, mapping: Mapping): number {
  let changes = 0;
  for (const subject of objectsAt(binding, "subjects")) {
    if (typeof subject.name !== "string") continue;
    const group = mappedGroup(subject.name, mapping);
    const target = USERS.includes(subject.kind) ? mappedUser(group, mapping) : group;
    if (target === subject.name) continue;
    subject.name = target;
    changes++;
  }
  return changes;
}
