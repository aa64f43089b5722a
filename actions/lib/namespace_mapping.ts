import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";

/** `spec.namespaceMapping` of a Restore: source namespace to target namespace, without entries that change nothing. */
export function namespaceMapping(restore: JsonObject | undefined): ReadonlyMap<string, string> {
  const entries = Object.entries(objectAt(restore, "spec", "namespaceMapping") ?? {});
  return new Map(
    entries.filter((entry): entry is [string, string] =>
      typeof entry[1] === "string" && entry[1] !== "" && entry[0] !== "" && entry[1] !== entry[0]
    ),
  );
}

/** The namespace in which an item of a namespace ends up. */
export function targetNamespace(restore: JsonObject | undefined, namespace: string): string {
  return namespaceMapping(restore).get(namespace) ?? namespace;
}
