/**
 * The annotations by which a backup tells its restore what to do (cnpg B6, B8, R1 to R3).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { malformed } from "./archive_entry.ts";
import { ANNOTATIONS } from "./constants.ts";

/**
 * Removes what an earlier restore left on a Cluster; the server name stays when there is a new one to replace it.
 *
 * @returns True when something was removed.
 */
export function removeStale(item: JsonObject, hasServerName: boolean): boolean {
  const annotations = isObject(item.metadata) ? item.metadata.annotations : undefined;
  if (!isObject(annotations)) return false;
  let removed = false;
  for (const key of Object.values(ANNOTATIONS)) {
    if (!(key in annotations) || (hasServerName && key === ANNOTATIONS.serverName)) continue;
    delete annotations[key];
    removed = true;
  }
  return removed;
}

/**
 * The annotations of an item for writing, made when they are absent or null.
 *
 * @throws {Refusal} when metadata is missing, or either is not an object.
 */
export function writableAnnotations(item: JsonObject): JsonObject {
  if (item.metadata === undefined) throw malformed("metadata field not found", "cnpg B8");
  if (!isObject(item.metadata)) throw malformed("metadata is not a map", "cnpg B8");
  item.metadata.annotations ??= {};
  if (!isObject(item.metadata.annotations)) throw malformed("annotations is not a map", "cnpg B8");
  return item.metadata.annotations;
}

/**
 * One annotation for the restore; absent and empty are `undefined`.
 *
 * @param what The value in words, for the message.
 * @throws {Refusal} when metadata or annotations are not objects or the value is not a string.
 */
export function readAnnotation(
  item: JsonObject,
  key: string,
  what: string,
  rule: string,
): string | undefined {
  const front = `failed to get ${what} annotation: `;
  const { metadata } = item;
  if (metadata === undefined) return undefined;
  if (!isObject(metadata)) throw malformed(`${front}metadata is not a map`, "cnpg R1");
  const { annotations } = metadata;
  if (annotations === undefined || annotations === null) return undefined;
  if (!isObject(annotations)) throw malformed(`${front}annotations is not a map`, "cnpg R1");
  const value = annotations[key];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw malformed(`${front}annotation value is not a string`, rule);
  return value;
}
