import { absentWhenNotServed } from "../../cluster/cluster.ts";
import { at, namespaceOf, objectsAt, stringAt } from "../../objects/object.ts";
import type { BackupItemAction } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import { DEPLOYMENT_CONFIGS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

/** Notes on a ReplicationController that its DeploymentConfig is paused and will not make it again (openshift A21). */
export const backupReplicationController: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/09-replicationcontroller-backup-plugin",
  appliesTo: { includedResources: ["replicationcontrollers"] },
  async execute({ item, backup }, context) {
    const { cluster, log } = context;
    const namespace = namespaceOf(item);
    const owners = objectsAt(item, "metadata", "ownerReferences")
      .filter((owner) => owner.kind === "DeploymentConfig")
      .flatMap((owner) => stringAt(owner, "name") ?? []);
    const paused = await Promise.all(
      owners.map((name) =>
        remember(context, { key: `openshift paused ${namespace}/${name}`, run: backup }, async () => {
          const owner = await absentWhenNotServed(cluster.get(DEPLOYMENT_CONFIGS, namespace, name));
          return owner === undefined ? undefined : at(owner, "spec", "paused") === true;
        })
      ),
    );
    for (const [index, name] of owners.entries()) {
      // openshift IMP-24
      if (paused[index] === undefined) {
        log.warn(`DeploymentConfig ${namespace}/${name}, its owner, does not exist`);
      }
    }
    if (!paused.includes(true)) return;
    writable(item, "metadata", "annotations")[ANNOTATIONS.pausedOwner] = "true";
    return { item };
  },
};
