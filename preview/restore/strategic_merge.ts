/**
 * Strategic merge patches, for Kubernetes' own kinds: lists of things that have a name are merged by it.
 *
 * @module
 */

import { cloneJson, isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";

// The merge keys that Kubernetes' types declare, by the name of the list. A list that is not here is replaced as a whole.
const KEYS: Readonly<Record<string, readonly string[]>> = {
  claims: ["name"],
  conditions: ["type"],
  containers: ["name"],
  env: ["name"],
  ephemeralContainers: ["name"],
  hostAliases: ["ip"],
  imagePullSecrets: ["name"],
  initContainers: ["name"],
  ownerReferences: ["uid"],
  ports: ["containerPort", "port"],
  resourceClaims: ["name"],
  secrets: ["name"],
  topologySpreadConstraints: ["topologyKey"],
  volumeDevices: ["devicePath"],
  volumeMounts: ["mountPath"],
  volumes: ["name"],
};

// Lists of plain values that are united.
const SETS = ["finalizers"];

/**
 * The object after a patch, with `$patch: delete | replace | merge`.
 *
 * @throws {TypeError} for a kind that Kubernetes itself does not have, which Velero cannot merge either, and for directives that are
 * not modelled here.
 */
export function strategicMerge(object: JsonObject, patch: JsonObject): JsonObject {
  const { group } = splitApiVersion(stringAt(object, "apiVersion") ?? "");
  if (group.includes(".") && !group.endsWith(".k8s.io")) {
    throw new TypeError(
      `a strategic merge patch works only for Kubernetes' own kinds; use mergePatches for ${group}`,
    );
  }
  return mergeObjects(object, patch) ?? {};
}

/** `undefined` when the patch deletes the object. */
function mergeObjects(object: JsonObject | undefined, patch: JsonObject): JsonObject | undefined {
  const { $patch: directive, ...fields } = patch;
  if (directive === "delete") return undefined;
  const unknown = Object.keys(fields).find((key) => key.startsWith("$"));
  if (unknown !== undefined) {
    const name = unknown.split("/")[0];
    throw new TypeError(`the directive ${name} of a strategic merge patch is not modelled by preview`);
  }
  if (directive === "replace") return cloneJson(fields);
  const entries = new Map(Object.entries(object ?? {}));
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const merged = mergeValue(key, entries.get(key), value);
    if (merged === undefined) entries.delete(key);
    else entries.set(key, merged);
  }
  return Object.fromEntries(entries);
}

function mergeValue(name: string, before: JsonValue | undefined, value: JsonValue): JsonValue | undefined {
  if (value === null) return undefined;
  if (isObject(value)) return mergeObjects(isObject(before) ? before : undefined, value);
  if (!Array.isArray(value) || !Array.isArray(before)) return cloneJson(value);
  if (SETS.includes(name)) return [...new Set([...before, ...value])];
  const key = KEYS[name]?.find((key) => value.some((entry) => isObject(entry) && key in entry));
  return key === undefined ? cloneJson(value) : mergeLists(before, value, key);
}

function mergeLists(before: readonly JsonValue[], patch: readonly JsonValue[], key: string): JsonValue[] {
  if (patch.some((entry) => isObject(entry) && entry.$patch === "replace" && !(key in entry))) {
    return patch.filter((entry) => !isObject(entry) || entry.$patch === undefined).map(cloneJson);
  }
  let result = [...before];
  for (const entry of patch) {
    if (!isObject(entry)) continue;
    const place = result.findIndex((own) => isObject(own) && own[key] === entry[key]);
    const own = result[place];
    const merged = mergeObjects(isObject(own) ? own : undefined, entry);
    if (merged === undefined) result = result.filter((_, index) => index !== place);
    else if (place < 0) result.push(merged);
    else result[place] = merged;
  }
  return result;
}
