import type { JsonObject } from "../../objects/json.ts";
import { annotation, nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, BackupRequest, Context, ItemResult } from "../action.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { ANNOTATIONS } from "./constants.ts";
import { PODS } from "./kinds.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

/** The ConfigMaps that OpenShift makes for a build are named after it with one of these ends. */
const ENDS: readonly string[] = ["ca", "global-ca", "sys-config"];

/** Marks the ConfigMaps that a build made for its pod, so that a restore leaves them out (openshift A39). */
export const backupConfigMap: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/25-configmap-backup-plugin",
  appliesTo: { includedResources: ["configmaps"] },
  execute,
};

async function execute({ item }: BackupRequest, context: Context<Settings>): Promise<ItemResult | void> {
  const key = ANNOTATIONS.skipBuildConfigMap;
  if (!/(ca|sys-config)$/.test(nameOf(item))) return;
  // A value that is there is the user's decision.
  if (Object.hasOwn(objectAt(item, "metadata", "annotations") ?? {}, key)) return;
  for (const owner of objectsAt(item, "metadata", "ownerReferences")) {
    const pod = stringAt(owner, "name");
    if (owner.kind !== "Pod" || pod === undefined || !await isBuildPod(pod, item, context)) continue;
    writable(item, "metadata", "annotations")[key] = "true";
    context.log.info(`marked as a part of build pod ${pod}`);
    return { item };
  }
}

async function isBuildPod(name: string, configMap: JsonObject, context: Context<Settings>): Promise<boolean> {
  try {
    const pod = await context.cluster.get(PODS, namespaceOf(configMap), name, { metadataOnly: true });
    if (pod !== undefined) return (annotation(pod, ANNOTATIONS.buildName) ?? "") !== "";
  } catch (error) {
    context.log.warn(`cannot see whether pod ${name} is a build: ${requestFailure(error, context)}`);
    return false;
  }
  // openshift IMP-25: finished builds lose their pods and keep their ConfigMaps, which are named after them.
  const build = /^(.+)-build$/.exec(name)?.[1];
  return build !== undefined && ENDS.some((end) => nameOf(configMap) === `${build}-${end}`);
}
