/**
 * Pods: those that nobody makes again are restored with the images and pull secrets of the target cluster (openshift 7.3).
 *
 * @module
 */

import { annotation, label, nameOf, objectAt, objectsAt } from "../../objects/object.ts";
import type { Context, RestoreItemAction, RestoreRequest } from "../action.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { together } from "../lib/together.ts";
import { ANNOTATIONS, LABELS } from "./constants.ts";
import { disconnects } from "./disconnection.ts";
import { hasFileBackup } from "./file_backups.ts";
import { imageSwap, swapImages } from "./image_swap.ts";
import { clusterFacts, updatePullSecrets } from "./pod_pull_secrets.ts";
import { podHasVolumes } from "./pod_volumes.ts";
import { removeAnnotation } from "./remove_annotation.ts";
import { required } from "./required.ts";
import { podHasHookAnnotation, restoreHasHooks } from "./restore_hooks.ts";
import type { Settings } from "./settings.ts";
import { becomeStagePod } from "./stage_pod.ts";
import { validName } from "./valid_name.ts";

/** `openshift.io/07-pod-restore-plugin` */
export const restorePod: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/07-pod-restore-plugin",
  appliesTo: { includedResources: ["pods"] },
  // The wait for the pull secret, and a minute for everything else.
  deadline: (settings) => settings["pod.pull-secret-timeout"] + 60_000,

  async execute(request, context) {
    const { item, itemFromBackup, restore } = request;
    const { settings, log } = context;
    if ((annotation(itemFromBackup, ANNOTATIONS.buildName) ?? "") !== "") {
      log.info("not restored: its Build makes it again");
      return { skipRestore: true };
    }
    const namespace = targetNamespace(restore, required(item, "metadata", "namespace"));
    const labels = objectAt(item, "metadata", "labels") ?? {};
    // The annotation counts whether or not the Restore has hooks (openshift IMP-34), and then those are not looked at.
    const hasHooks = podHasHookAnnotation(item) || restoreHasHooks(restore, namespace, labels);
    const hasVolumes = podHasVolumes(item);
    if (objectsAt(itemFromBackup, "metadata", "ownerReferences").length > 0) {
      const kept = hasHooks || await hasOwnData(hasVolumes, request, context);
      if (!kept) {
        log.info("not restored: its owner makes it again");
        return { skipRestore: true };
      }
    }

    const podSpec = objectAt(item, "spec") ?? {};
    if (settings["pod.clear-node-selector"]) delete podSpec.nodeSelector;
    for (const key of settings["pod.strip-annotations"]) removeAnnotation(item, key);
    const swap = imageSwap(item, restore, context);
    const search = { context, restore, namespace };
    const [secrets] = await together(context, [
      () => clusterFacts(search),
      (own) => disconnect(request, own, hasHooks || hasVolumes),
      () => swapImages(podSpec, swap, settings),
    ]);
    await updatePullSecrets(podSpec, swap, secrets, search);
    becomeStagePod(item, restore);
    return { item };
  },
};

// openshift IMP-35: `fs-backup-only` keeps pods whose volumes come back by other ways from being there twice.
async function hasOwnData(
  hasVolumes: boolean,
  { item, restore }: RestoreRequest,
  context: Context<Settings>,
): Promise<boolean> {
  if (context.settings["pod.owned-restore"] === "upstream" || !hasVolumes) return hasVolumes;
  return await hasFileBackup(item, restore, context);
}

async function disconnect(
  { item, restore }: RestoreRequest,
  context: Context<Settings>,
  byRules: boolean,
): Promise<void> {
  const labels = objectAt(item, "metadata", "labels");
  const both = [LABELS.deployment, LABELS.deploymentConfig];
  if (labels === undefined || both.some((key) => (label(item, key) ?? "") === "")) return;
  if (!await disconnects(item, restore, context, () => byRules)) return;
  for (const key of both) delete labels[key];
  labels[LABELS.disconnected] = await validName(nameOf(restore ?? {}));
  context.log.info(
    `taken off its DeploymentConfig; run "openshift dc-post-restore" when the restore is done`,
  );
}
