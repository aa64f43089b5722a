/**
 * Why an item needs another one, as far as its own fields say.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { formatPath } from "../report/diff.ts";
import type { AdditionalItem } from "../report/report.ts";

type Path = readonly (string | number)[];

/** Where texts stand in an object: text to paths. */
export type Fields = ReadonlyMap<string, readonly Path[]>;

/** The fields of an object that may name another one. */
export function fieldsOf(object: JsonObject): Fields {
  const fields = new Map<string, Path[]>();
  collect(object, [], fields);
  return fields;
}

/**
 * The field that names the item; of several the one that most looks like a reference to its resource. `undefined` where none does, and
 * with `sure` also where the field does not speak of the resource.
 */
export function fieldNaming(fields: Fields, item: ResourceIdentifier, sure = false): string | undefined {
  const paths = [`${item.namespace}/${item.name}`, item.name].flatMap((name) => fields.get(name) ?? []);
  const [best] = paths.toSorted((a, b) => likeness(b, item.resource) - likeness(a, item.resource));
  return best === undefined || (sure && likeness(best, item.resource) < SPEAKS)
    ? undefined
    : formatPath(best);
}

/** The items, each with the field of the object that names it. */
export function namingFields(
  object: JsonObject,
  items: readonly ResourceIdentifier[],
): readonly AdditionalItem[] {
  if (items.length === 0) return [];
  const fields = fieldsOf(object);
  return items.map((item) => {
    const reason = fieldNaming(fields, item);
    return reason === undefined ? item : { ...item, reason };
  });
}

// Labels and annotations describe; what the object's own metadata says names no other object, but for its owners.
function collect(value: JsonValue, path: Path, fields: Map<string, Path[]>): void {
  if (typeof value === "string") {
    const known = fields.get(value);
    if (known === undefined) fields.set(value, [path]);
    else known.push(path);
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) collect(entry, [...path, index], fields);
  } else if (isObject(value)) {
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined || DESCRIBING.has(key)) continue;
      if (path.length === 1 && path[0] === "metadata" && key !== "ownerReferences") continue;
      collect(entry, [...path, key], fields);
    }
  }
}

const DESCRIBING = new Set(["labels", "annotations", "matchLabels"]);

/** Higher where the path speaks of the resource, and where its last key is that of a name. */
function likeness(path: Path, resource: string): number {
  const words = path.filter((step) => typeof step === "string").map((step) => step.toLowerCase());
  const [, spoken = resource.replace(/s$/, "")] = SPOKEN.find(([part]) => resource.includes(part)) ?? [];
  return (words.some((word) => word.includes(spoken)) ? SPEAKS : 0) +
    (/(?:name|ref|key)$/.test(words.at(-1) ?? "") ? 2 : 0) - (words.includes("metadata") ? 1 : 0);
}

const SPEAKS = 4;

// How fields speak of a resource: `claimName` of a PersistentVolumeClaim, `networkName` of a NetworkAttachmentDefinition.
const SPOKEN: readonly (readonly [resource: string, word: string])[] = [
  ["claim", "claim"],
  ["network", "network"],
  ["instancetype", "instancetype"],
  ["preference", "preference"],
  ["revision", "revision"],
  ["datasource", "source"],
  ["objectstore", "barmanobject"],
  ["virtualmachines", "member"],
];
