/**
 * Velero's restore actions that a ConfigMap in its namespace configures (protocol 4.13).
 *
 * @module
 */

import type { Context, RestoreItemAction } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { invalid } from "./invalid.ts";
import { pluginConfig } from "./plugin_config.ts";

const STORAGE_CLASSES = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };

/** Gives volumes, claims and the claim templates of StatefulSets the class that the ConfigMap maps theirs to. */
const changeStorageClass: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/change-storage-class",
  appliesTo: { includedResources: ["persistentvolumeclaims", "persistentvolumes", "statefulsets.apps"] },
  async execute({ item, restore }, context) {
    const mapping = new Map(await pluginConfig(changeStorageClass.name, restore, context));
    const specs = item.kind === "StatefulSet"
      ? objectsAt(item, "spec", "volumeClaimTemplates").map((template) => objectAt(template, "spec"))
      : [objectAt(item, "spec")];
    for (const spec of specs) {
      const target = mapping.get(stringAt(spec, "storageClassName") ?? "");
      if (spec === undefined || target === undefined) continue;
      await checkStorageClass(target, context);
      spec.storageClassName = target;
    }
    return { item };
  },
};

async function checkStorageClass(name: string, { cluster }: Context): Promise<void> {
  if (await cluster.get(STORAGE_CLASSES, "", name) !== undefined) return;
  throw invalid(
    `the cluster has no StorageClass "${name}", which the ConfigMap of ${changeStorageClass.name} names`,
    "create the class, or name another one",
  );
}

const WORKLOADS = [
  "deployments.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "replicasets.apps",
  "replicationcontrollers",
  "jobs.batch",
  "cronjobs.batch",
  "pods",
];

/** Replaces parts of image names: each line of the ConfigMap is `old,new`, and the first whose old part is in a name is taken. */
const changeImageName: RestoreItemAction = {
  kind: "RestoreItemAction",
  name: "velero.io/change-image-name",
  appliesTo: { includedResources: WORKLOADS },
  async execute({ item, restore }, context) {
    const config = await pluginConfig(changeImageName.name, restore, context);
    const rules = config.flatMap(([, line]) => {
      const comma = line.indexOf(",");
      // Nothing behind the comma is no rule; blanks are a rule that takes the part away.
      if (comma < 0 || comma === line.length - 1) return [];
      return [[line.slice(0, comma).trim(), line.slice(comma + 1).trim()] as const];
    });
    if (rules.length === 0) return;
    const pod = at(item, ...podPath(item));
    for (const container of [...objectsAt(pod, "containers"), ...objectsAt(pod, "initContainers")]) {
      const image = stringAt(container, "image");
      const rule = rules.find(([from]) => image?.includes(from));
      if (image !== undefined && rule !== undefined) {
        container.image = image.replaceAll(rule[0], () => rule[1]);
      }
    }
    return { item };
  },
};

function podPath({ kind }: JsonObject): string[] {
  if (kind === "Pod") return ["spec"];
  return kind === "CronJob"
    ? ["spec", "jobTemplate", "spec", "template", "spec"]
    : ["spec", "template", "spec"];
}

/** All of them. */
export const MAPPED_ACTIONS: readonly RestoreItemAction[] = [changeStorageClass, changeImageName];
