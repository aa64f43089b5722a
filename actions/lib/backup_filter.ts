/**
 * Whether a kind is in a backup, by the resource filters of the Backup (kubevirt 3.2), and an object, by its label (3.3).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, label } from "../../objects/object.ts";

/** The names of a namespace-scoped kind, in lower case. The kind itself is its singular. */
export interface ResourceNames {
  /** Empty for core. */
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
}

/** PersistentVolumeClaims, for which several sources ask. */
export const VOLUME_CLAIMS: ResourceNames = {
  group: "",
  plural: "persistentvolumeclaims",
  singular: "persistentvolumeclaim",
  shortNames: ["pvc"],
};

/** The label that keeps an object out of backups. */
export const EXCLUDE_LABEL = "velero.io/exclude-from-backup";

/** The annotation with which an action leaves an item out of a backup, whatever its value; from Velero 1.18.1 on (kubevirt V2). */
export const SKIP_FROM_BACKUP = "velero.io/skip-from-backup";

/** True when Velero leaves the object out by its label. */
export function isExcludedByLabel(object: JsonObject | undefined): boolean {
  return label(object, EXCLUDE_LABEL) === "true";
}

/** True when the kind passes the Backup's filters, both the old pair of fields and the newer one for namespace-scoped kinds. */
export function inBackup(backup: JsonObject, names: ResourceNames): boolean {
  return [
    ["includedResources", "excludedResources"],
    ["includedNamespaceScopedResources", "excludedNamespaceScopedResources"],
  ].every(([included = "", excluded = ""]) => {
    const wanted = entries(backup, included);
    const matches = (entry: string) => entry === "*" || matchesEntry(entry, names);
    return (wanted.length === 0 || wanted.some(matches)) && !entries(backup, excluded).some(matches);
  });
}

/** True when an include list of the Backup names the kind itself; a Backup with `*` names none. */
export function explicitlyNames(backup: JsonObject, names: ResourceNames): boolean {
  const wanted = ["includedResources", "includedNamespaceScopedResources"].flatMap((field) =>
    entries(backup, field)
  );
  return !wanted.includes("*") && wanted.some((entry) => matchesEntry(entry, names));
}

function entries(backup: JsonObject, field: string): string[] {
  return arrayAt(backup, "spec", field).filter((entry) => typeof entry === "string");
}

// An entry is `name` or `name.group`; names in any case, as kind, plural, singular or short name.
function matchesEntry(entry: string, { group, plural, singular, shortNames }: ResourceNames): boolean {
  const dot = entry.indexOf(".");
  const name = (dot < 0 ? entry : entry.slice(0, dot)).toLowerCase();
  const wanted = dot < 0 ? "" : entry.slice(dot + 1).toLowerCase();
  // Kubernetes resolves resource names in the same way: a prefix of a group is enough to name it.
  if (!group.startsWith(wanted)) return false;
  const equal = (own: string) => own === name || own === `${name}s` || `${own}s` === name;
  return [plural, singular].some(equal) || shortNames.includes(name);
}
