/**
 * The entry of `spec.plugins` behind which a Cluster's archive lies (cnpg B4 and R4).
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { at } from "../../objects/object.ts";
import { BARMAN_PLUGIN } from "./constants.ts";

/**
 * Chooses the archive entry: the barman-cloud entry that archives WAL, else the first barman-cloud entry, else the first entry
 * with a string under `parameter`. Disabled entries and what is not an object do not count.
 */
export function chooseArchiveEntry(
  plugins: readonly JsonValue[],
  parameter: "serverName" | "barmanObjectName",
): JsonObject | undefined {
  return barmanEntry(plugins) ??
    plugins.filter(isEnabled).find((entry) => typeof at(entry, "parameters", parameter) === "string");
}

/** The enabled barman-cloud entry: the first that archives WAL, else the first. */
export function barmanEntry(plugins: readonly JsonValue[]): JsonObject | undefined {
  const entries = plugins.filter(isBarman);
  return entries.find((entry) => entry.isWALArchiver === true) ?? entries[0];
}

/** True for an enabled entry of the barman-cloud plugin. */
export function isBarman(entry: JsonValue): entry is JsonObject {
  return isEnabled(entry) && entry.name === BARMAN_PLUGIN;
}

function isEnabled(entry: JsonValue): entry is JsonObject {
  return isObject(entry) && entry.enabled !== false;
}

/**
 * `spec` of a Cluster.
 *
 * @param front What the caller was doing, put before the message.
 * @throws {Refusal} when it is absent or not an object.
 */
export function specOf(item: JsonObject, rule: string, front = ""): JsonObject {
  if (item.spec === undefined) throw malformed(`${front}spec field not found`, rule);
  if (!isObject(item.spec)) throw malformed(`${front}spec is not a map`, rule);
  return item.spec;
}

/**
 * `spec.plugins`, `undefined` when absent or null.
 *
 * @throws {Refusal} when it is something else than a list.
 */
export function pluginsOf(spec: JsonObject, rule: string, front = ""): JsonValue[] | undefined {
  if (spec.plugins === undefined || spec.plugins === null) return undefined;
  if (!Array.isArray(spec.plugins)) throw malformed(`${front}plugins is not a list`, rule);
  return spec.plugins;
}

/** A Cluster that has not the shape a rule needs. */
export function malformed(message: string, rule: string): Refusal {
  return new Refusal(message, {
    rule,
    remedy: "correct the Cluster, or leave it out with a resource filter",
    reason: "invalid_item",
  });
}
