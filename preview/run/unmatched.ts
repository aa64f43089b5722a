/**
 * Names that a person gave and that nothing has: most likely they are misspelt.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { at, objectAt } from "../../objects/object.ts";
import type { StoredItem } from "../archive/archive.ts";
import type { Note } from "../report/report.ts";

type Place = Pick<StoredItem, "group" | "resource" | "namespace" | "name">;

/**
 * What a Restore names of a backup that has no such thing; the last resort is that it would restore nothing.
 *
 * @param met How many items the report tells of, also in warnings and errors.
 */
export function unmatchedInArchive(
  restore: JsonObject,
  archive: Iterable<Place>,
  met: number,
): Note[] {
  const items = [...archive];
  const there = namespacesOf(items);
  const mapped = Object.keys(objectAt(restore, "spec", "namespaceMapping") ?? {});
  const notes = [
    ...missing("includedNamespaces", named(restore), there, "the backup does not hold"),
    ...missing("namespaceMapping", mapped, there, "the backup does not hold"),
  ];
  if (notes.length > 0 || met > 0) return notes;
  const why = items.length === 0
    ? "the backup is empty"
    : items.length === 1
    ? "the only item of the backup does not match the spec of the Restore"
    : `none of the ${items.length.toLocaleString("en")} items of the backup matches the spec of the Restore`;
  return [{ text: `${why}: nothing would be restored` }];
}

/** What a Backup names and its result does not hold. */
export function unmatchedInBackup(backup: JsonObject, stored: Iterable<Place>): Note[] {
  const items = [...stored];
  const notes = missing("includedNamespaces", named(backup), namespacesOf(items), "has nothing to back up");
  return notes.length > 0 || items.length > 0
    ? notes
    : [{ text: "nothing matches the spec of the Backup, so it would be empty" }];
}

function missing(field: string, names: readonly string[], there: ReadonlySet<string>, what: string): Note[] {
  return names.filter((name) => !there.has(name)).map((name) => ({
    text: `spec.${field} names namespace "${name}", which ${what}`,
  }));
}

function namespacesOf(items: readonly Place[]): Set<string> {
  return new Set(
    items.flatMap(({ group, resource, namespace, name }) =>
      namespace !== "" ? [namespace] : group === "" && resource === "namespaces" ? [name] : []
    ),
  );
}

// Patterns may match nothing.
function named(run: JsonObject): string[] {
  const names = at(run, "spec", "includedNamespaces");
  return Array.isArray(names)
    ? names.filter((name) => typeof name === "string" && /^[a-z0-9-]+$/.test(name)) as string[]
    : [];
}
