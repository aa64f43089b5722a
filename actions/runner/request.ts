/**
 * From the bytes of a call to what an action gets.
 *
 * @module
 */

import type { RestoreRequest } from "../action.ts";
import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";

/** The bytes of an execute call as they came over the wire. */
export interface RawRequest {
  readonly item: Uint8Array;
  /** The Backup or the Restore; empty when the host sent none. */
  readonly run: Uint8Array;
  /** Restore actions only. */
  readonly itemFromBackup?: Uint8Array;
}

const decoder = new TextDecoder();

/** The request of a restore action. Most actions never look at the stored object, so it is parsed at the first look. */
export function restoreRequest(
  item: JsonObject,
  restore: JsonObject | undefined,
  raw: RawRequest,
): RestoreRequest {
  let parsed: JsonObject | undefined;
  // Without a stored object from the host, the item as it came in takes its place.
  const bytes = raw.itemFromBackup?.length ? raw.itemFromBackup : raw.item;
  return {
    item,
    restore,
    get itemFromBackup() {
      parsed ??= parseObject(bytes, "item from backup");
      return parsed;
    },
  };
}

function parseObject(bytes: Uint8Array, what: string): JsonObject {
  const remedy = "report it to whoever made the object; nothing was changed";
  let value;
  try {
    value = parseJson(decoder.decode(bytes));
  } catch {
    // The parser's own error may quote the document, which may be a Secret, so it goes no further.
    const message = bytes.length === 0 ? "unexpected end of JSON input" : "it cannot be parsed";
    throw new Refusal(`${what} is not JSON: ${message}`, {
      rule: "protocol 3.2",
      remedy,
      reason: "invalid_item",
    });
  }
  if (isObject(value)) return value;
  throw new Refusal(`${what} is not a JSON object`, { rule: "protocol 3.2", remedy, reason: "invalid_item" });
}

/**
 * Parses the item of a call.
 *
 * @throws {Refusal} when it is not a JSON object.
 */
export function parseItem(bytes: Uint8Array): JsonObject {
  return parseObject(bytes, "item");
}

/**
 * Parses the Backup or Restore of a call; `undefined` when the host sent none. JSON null is what Velero's client sends for a run it
 * has not got; it counts as an empty one (kubevirt 5.1).
 *
 * @throws {Refusal} when it is not a JSON object.
 */
export function parseRun(bytes: Uint8Array): JsonObject | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes.length === 4 && decoder.decode(bytes) === "null") return {};
  return parseObject(bytes, "backup or restore");
}

/**
 * Makes a {@link parseRun} that keeps the last Backup or Restore, because a process gets the same one with every call. Calls share
 * the object, so it is frozen.
 */
export function createRunParser(): (bytes: Uint8Array) => JsonObject | undefined {
  let last: { readonly bytes: Uint8Array; readonly run: JsonObject | undefined } | undefined;
  return (bytes) => {
    if (last !== undefined && sameBytes(last.bytes, bytes)) return last.run;
    const run = parseRun(bytes);
    // A copy, because the bytes are a part of the whole request.
    last = { bytes: new Uint8Array(bytes), run: freeze(run) };
    return run;
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // A tenth of the time that every() takes.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function freeze<T extends JsonValue | undefined>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
