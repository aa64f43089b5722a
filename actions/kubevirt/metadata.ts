import type { JsonObject } from "../../objects/json.ts";
import { objectOrNothing } from "../lib/expect.ts";

/** The two maps of an object's metadata. */
export type MetadataMap = "labels" | "annotations";

const RULE = "kubevirt 11";

/**
 * Does nothing for an item that an action may touch. For actions that do not read the spec themselves.
 *
 * @throws {Refusal} when the spec is something else than an object: then it is no object of its kind (kubevirt 10.2).
 */
export function requireSpec(item: JsonObject): void {
  objectOrNothing(item.spec, "spec", "kubevirt 10.2");
}

/**
 * One label or annotation as it stands there; `undefined` when it is absent.
 *
 * @throws {Refusal} when the metadata or the map is not an object.
 */
export function metadataValue(item: JsonObject, map: MetadataMap, key: string): JsonObject[string] {
  const entries = mapOf(item, map);
  return entries !== undefined && Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/**
 * Sets a label or annotation; makes the map where it is missing.
 *
 * @returns true when the item was changed.
 * @throws {Refusal} when the metadata or the map is not an object.
 */
export function setMetadata(item: JsonObject, map: MetadataMap, key: string, value: string): boolean {
  if (metadataValue(item, map, key) === value) return false;
  const metadata = metadataOf(item) ?? (item.metadata = {});
  const entries = mapOf(item, map) ?? (metadata[map] = {});
  entries[key] = value;
  return true;
}

/**
 * Removes a label or annotation, and the map when nothing else is in it.
 *
 * @returns true when it was there.
 * @throws {Refusal} when the metadata or the map is not an object.
 */
export function removeMetadata(item: JsonObject, map: MetadataMap, key: string): boolean {
  const [metadata, entries] = [metadataOf(item), mapOf(item, map)];
  if (metadata === undefined || entries === undefined || !Object.hasOwn(entries, key)) return false;
  delete entries[key];
  if (Object.keys(entries).length === 0) delete metadata[map];
  return true;
}

function metadataOf(item: JsonObject): JsonObject | undefined {
  return objectOrNothing(item.metadata, "metadata", RULE);
}

function mapOf(item: JsonObject, map: MetadataMap): JsonObject | undefined {
  return objectOrNothing(metadataOf(item)?.[map], `metadata.${map}`, RULE);
}
