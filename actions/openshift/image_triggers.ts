import { isObject, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../objects/json.ts";
import { annotation, objectAt, stringAt } from "../../objects/object.ts";
import type { Log } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";

/** Kinds by which a reference to an image names a namespace. */
const STREAM_KINDS: ReadonlySet<unknown> = new Set(["ImageStreamTag", "ImageStreamImage"]);

/** Maps the namespace of a reference to a tag or image of an image stream; true when it changed. */
export function mapStreamNamespace(
  from: JsonValue | undefined,
  mapping: ReadonlyMap<string, string>,
): boolean {
  if (!isObject(from) || !STREAM_KINDS.has(from.kind)) return false;
  const target = mapping.get(stringAt(from, "namespace") ?? "");
  if (target === undefined) return false;
  from.namespace = target;
  return true;
}

/**
 * Maps the namespaces in the annotation by which a workload's images follow image streams (openshift IMP-14).
 *
 * @returns True when the annotation changed.
 */
export function mapImageTriggers(item: JsonObject, mapping: ReadonlyMap<string, string>, log: Log): boolean {
  const annotations = objectAt(item, "metadata", "annotations");
  const text = annotation(item, ANNOTATIONS.imageTriggers);
  if (annotations === undefined || text === undefined || mapping.size === 0) return false;
  const triggers = parseList(text);
  if (triggers === undefined) {
    log.warn(`annotation ${ANNOTATIONS.imageTriggers} is not a JSON list, so its namespaces are not mapped`);
    return false;
  }
  const changes = triggers.map((trigger) =>
    mapStreamNamespace(isObject(trigger) ? trigger.from : undefined, mapping)
  );
  if (!changes.includes(true)) return false;
  annotations[ANNOTATIONS.imageTriggers] = stringifyJson(triggers);
  return true;
}

function parseList(text: string): JsonValue[] | undefined {
  try {
    const value = parseJson(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
