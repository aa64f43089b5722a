import { isObject, type JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { PODS } from "./kinds.ts";
import { podHasVolumes } from "./pod_volumes.ts";
import { remember } from "../lib/remember.ts";
import { podHasHookAnnotation } from "./restore_hooks.ts";

/** What a DeploymentConfig needs to know of a pod. */
export interface PodFacts {
  readonly labels: JsonObject;
  readonly hasHook: boolean;
  readonly hasVolumes: boolean;
}

/** The pods of a namespace, listed once per backup. */
export function podsOf(
  namespace: string,
  backup: JsonObject | undefined,
  context: Context,
): Promise<readonly PodFacts[]> {
  return remember(context, { key: `openshift pods ${namespace}`, run: backup }, async () => {
    const found: PodFacts[] = [];
    for await (const pod of context.cluster.list(PODS, { namespace })) {
      found.push({
        labels: objectAt(pod, "metadata", "labels") ?? {},
        hasHook: podHasHookAnnotation(pod),
        hasVolumes: podHasVolumes(pod),
      });
    }
    return found;
  });
}

/**
 * Labels that the pods of a DeploymentConfig have: its selector, else the labels of its template; empty when it has neither and so
 * no pods (openshift IMP-23).
 */
export function selectorOf(item: JsonObject): JsonObject {
  return [objectAt(item, "spec", "selector"), objectAt(item, "spec", "template", "metadata", "labels")]
    .find((labels) => isObject(labels) && Object.keys(labels).length > 0) ?? {};
}

/** True when an object's labels have all of `wanted`. */
export function hasLabels(labels: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
