/**
 * Names of other objects in the fields of an object. A field of a wrong type is refused: an object without what it names would be
 * restored without a part, and nobody would know (kubevirt 10.2).
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { booleanOrNothing, objectOrNothing, objectsOrNothing, stringOrNothing } from "../../lib/expect.ts";
import { type GraphNode, type NodeKind, nodeOf } from "./node.ts";

const RULE = "kubevirt 4";

/** An object inside of an item, and where it stands. */
export interface Place {
  readonly value: JsonObject;
  /** The path in the item, for reasons and errors. */
  readonly where: string;
}

/**
 * The object at a path of keys separated by points; `undefined` when a step is missing or null.
 *
 * @throws {Refusal} when a step is something else than an object.
 */
export function placeAt(start: Place, path: string): Place | undefined {
  let place = start;
  for (const key of path.split(".")) {
    const where = join(place.where, key);
    const value = objectOrNothing(own(place.value, key), where, RULE);
    if (value === undefined) return undefined;
    place = { value, where };
  }
  return place;
}

/**
 * The objects in the list at a path; none when a step is missing or null.
 *
 * @throws {Refusal} when a step, the list or an element has a wrong type.
 */
export function placesIn(start: Place, path: string): Place[] {
  const [parent, key] = parentOf(start, path);
  if (parent === undefined) return [];
  const where = join(parent.where, key);
  return objectsOrNothing(own(parent.value, key), where, RULE).flatMap((value, index) =>
    value === undefined ? [] : [{ value, where: `${where}[${index}]` }]
  );
}

/**
 * The text at a path, empty when a step is missing or null.
 *
 * @throws {Refusal} when it, or a step on the way, has a wrong type.
 */
export function textAt(start: Place, path: string): string {
  const [parent, key] = parentOf(start, path);
  return parent === undefined ? "" : stringOrNothing(own(parent.value, key), join(parent.where, key), RULE);
}

/**
 * True when `true` stands at a path.
 *
 * @throws {Refusal} when something else than a boolean or null stands there, or a step on the way has a wrong type.
 */
export function flagAt(start: Place, path: string): boolean {
  const [parent, key] = parentOf(start, path);
  return parent !== undefined && booleanOrNothing(own(parent.value, key), join(parent.where, key), RULE);
}

/** The node that the text at a path names; none for an empty text (kubevirt G4). Throws as {@link textAt}. */
export function namedAt(place: Place, path: string, kind: NodeKind, namespace: string): GraphNode[] {
  const name = textAt(place, path);
  return name === "" ? [] : [nodeOf(kind, namespace, name, join(place.where, path))];
}

function parentOf(start: Place, path: string): [parent: Place | undefined, key: string] {
  const point = path.lastIndexOf(".");
  return point < 0 ? [start, path] : [placeAt(start, path.slice(0, point)), path.slice(point + 1)];
}

function own(value: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function join(where: string, path: string): string {
  return where === "" ? path : `${where}.${path}`;
}
