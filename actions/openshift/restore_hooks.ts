/**
 * Whether a restore runs hooks in a pod (openshift 5.8).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { labelSelectorOf } from "../../objects/label_selector.ts";
import { arrayAt, at, objectAt, objectsAt } from "../../objects/object.ts";
import { createIncludes } from "../lib/includes.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";

/** True when an annotation of the pod asks for a restore hook, whatever its value. */
export function podHasHookAnnotation(pod: JsonObject): boolean {
  const annotations = objectAt(pod, "metadata", "annotations") ?? {};
  return [ANNOTATIONS.postHook, ANNOTATIONS.initHook].some((key) => Object.hasOwn(annotations, key));
}

// The names by which a hook may mean pods (openshift IMP-19).
const PODS = ["pods", "pod", "po"];

/**
 * True when the Restore's specification has a hook for pods with these labels in a namespace. Entries without `postHooks`, and those that
 * follow one that matches, are not looked at (openshift 5.8).
 *
 * @param namespace The target namespace, in which Velero looks for the pods (openshift V12).
 * @throws {Refusal} when the label selector of a hook that is looked at cannot be understood.
 */
export function restoreHasHooks(
  restore: JsonObject | undefined,
  namespace: string,
  labels: JsonObject,
): boolean {
  for (const hook of objectsAt(restore, "spec", "hooks", "resources")) {
    if (arrayAt(hook, "postHooks").length === 0) continue;
    // Read before the lists are asked: a selector that cannot be understood is told for the pods of every namespace.
    const selects = selectorOf(hook);
    if (isForNamespace(hook, namespace) && isForPods(hook) && selects({ metadata: { labels } })) return true;
  }
  return false;
}

function isForNamespace(hook: JsonObject, namespace: string): boolean {
  return createIncludes(texts(hook, "includedNamespaces"), texts(hook, "excludedNamespaces")).has(namespace);
}

function isForPods(hook: JsonObject): boolean {
  const included = createIncludes(texts(hook, "includedResources"));
  const kept = createIncludes([], texts(hook, "excludedResources"));
  return PODS.some(included.has) && PODS.every(kept.has);
}

function texts(hook: JsonObject, key: string): string[] {
  return arrayAt(hook, key).filter((entry) => typeof entry === "string");
}

function selectorOf(hook: JsonObject) {
  try {
    return labelSelectorOf(objectAt(hook, "labelSelector") ?? {});
  } catch (error) {
    throw new Refusal(
      `label selector of restore hook "${at(hook, "name") ?? ""}": ${(error as Error).message}`,
      {
        rule: "openshift 5.8",
        remedy: "correct spec.hooks.resources of the Restore",
        reason: "invalid_item",
        cause: error,
      },
    );
  }
}
