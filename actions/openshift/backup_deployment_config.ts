import type { JsonObject } from "../../objects/json.ts";
import type { BackupItemAction } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import { hasLabels, podsOf, selectorOf } from "./deployment_config_pods.ts";
import { required } from "./required.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

/**
 * Notes on a DeploymentConfig what its pods have, so that the restore knows whether they are restored beside it (openshift A19).
 */
export const backupDeploymentConfig: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/08-deploymentconfig-backup-plugin",
  appliesTo: { includedResources: ["deploymentconfigs"] },
  async execute({ item, backup }, context) {
    const annotations = writable(item, "metadata", "annotations");
    const selector = selectorOf(item);
    const pods = Object.keys(selector).length === 0
      ? []
      : (await podsOf(required(item, "metadata", "namespace"), backup, context))
        .filter(({ labels }) => hasLabels(labels, selector));
    Object.assign(annotations, {
      [ANNOTATIONS.dcFix]: "true",
      [ANNOTATIONS.podRestoreHooks]: String(pods.some(({ hasHook }) => hasHook)),
      [ANNOTATIONS.podVolumes]: String(pods.some(({ hasVolumes }) => hasVolumes)),
      [ANNOTATIONS.podLabels]: pods.map(({ labels }) => labelText(labels)).find((text) => text !== "") ?? "",
    });
    return { item };
  },
};

function labelText(labels: JsonObject): string {
  return Object.keys(labels).sort().map((key) => `${key}=${labels[key]}`).join(",");
}
