/**
 * DeploymentConfigs, whose pods may be restored beside them (openshift 7.4).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { annotation, nameOf, objectAt, objectsAt } from "../../objects/object.ts";
import type { Context, RestoreItemAction, RestoreRequest } from "../action.ts";
import { namespaceMapping, targetNamespace } from "../lib/namespace_mapping.ts";
import { Refusal } from "../lib/refusal.ts";
import { together } from "../lib/together.ts";
import { ANNOTATIONS, LABELS } from "./constants.ts";
import { disconnects } from "./disconnection.ts";
import { type ImageSwap, imageSwap, swapImages } from "./image_swap.ts";
import { required } from "./required.ts";
import { restoreHasHooks } from "./restore_hooks.ts";
import type { Settings } from "./settings.ts";
import { validName } from "./valid_name.ts";
import { writable } from "./writable.ts";

/** `openshift.io/08-deploymentconfig-restore-plugin` */
export const restoreDeploymentConfig: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/08-deploymentconfig-restore-plugin",
  appliesTo: { includedResources: ["deploymentconfigs"] },
  async execute(request, context) {
    const { item, restore } = request;
    const swap = imageSwap(item, restore, context);
    const podSpec = objectAt(item, "spec", "template", "spec");
    const changes = await together(context, [
      () => swapImages(podSpec, swap, context.settings),
      () => updateTriggers(item, swap, namespaceMapping(restore)),
      (own) => scaleDown(request, own),
    ]);
    return changes.includes(true) ? { item } : {};
  },
};

// openshift IMP-38: a trigger follows the mapping of the namespace it names, and what it saw in the old registry is void.
function updateTriggers(item: JsonObject, swap: ImageSwap, mapping: ReadonlyMap<string, string>): boolean {
  let changed = false;
  for (const trigger of objectsAt(item, "spec", "triggers")) {
    const parameters = trigger.imageChangeParams;
    if (!isObject(parameters)) continue;
    const from = objectAt(parameters, "from");
    const target = mapping.get(String(from?.namespace ?? ""));
    if (from !== undefined && target !== undefined) {
      from.namespace = target;
      changed = true;
    }
    const last = parameters.lastTriggeredImage;
    if (typeof last === "string" && swap.isOld(last) && !last.startsWith(`${swap.host}/`)) {
      delete parameters.lastTriggeredImage;
      changed = true;
    }
  }
  return changed;
}

// Its pods are there already; the command dc-post-restore starts it when they are done.
async function scaleDown({ item, restore }: RestoreRequest, context: Context): Promise<boolean> {
  const spec = objectAt(item, "spec");
  const replicas = spec?.replicas;
  if (spec === undefined || typeof replicas !== "number" || replicas <= 0) return false;
  if (!await disconnects(item, restore, context, () => podsComeBack(item, restore))) return false;
  Object.assign(writable(item, "metadata", "annotations"), {
    [ANNOTATIONS.originalReplicas]: String(replicas),
    [ANNOTATIONS.originalPaused]: String(spec.paused === true),
  });
  writable(item, "metadata", "labels")[LABELS.replicasModified] = await validName(nameOf(restore ?? {}));
  spec.replicas = 0;
  // Absent means that it is not paused.
  delete spec.paused;
  context.log.info(`scaled down from ${replicas}; run "openshift dc-post-restore" when the restore is done`);
  return true;
}

function podsComeBack(item: JsonObject, restore: JsonObject | undefined): boolean {
  if ([ANNOTATIONS.podVolumes, ANNOTATIONS.podRestoreHooks].some((key) => annotation(item, key) === "true")) {
    return true;
  }
  const labels = parseLabels(annotation(item, ANNOTATIONS.podLabels) ?? "");
  if (labels === undefined) return false;
  try {
    return restoreHasHooks(
      restore,
      targetNamespace(restore, required(item, "metadata", "namespace")),
      labels,
    );
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** `k=v,k=v`; `undefined` for anything else. */
function parseLabels(text: string): JsonObject | undefined {
  const labels: JsonObject = {};
  for (const part of text === "" ? [] : text.split(",")) {
    const [key, value, ...more] = part.split("=");
    if (key === undefined || key === "" || value === undefined || more.length > 0) return undefined;
    labels[key] = value;
  }
  return labels;
}
