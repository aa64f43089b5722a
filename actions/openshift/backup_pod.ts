import { absentWhenNotServed } from "../../cluster/cluster.ts";
import { annotation } from "../../objects/object.ts";
import type { BackupItemAction } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import { SCCS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

/** Notes on a pod which rules its backup knows, and takes along the SecurityContextConstraints that admitted it (openshift A17). */
export const backupPod: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/07-pod-backup-plugin",
  appliesTo: { includedResources: ["pods"] },
  async execute({ item, backup }, context) {
    const annotations = writable(item, "metadata", "annotations");
    annotations[ANNOTATIONS.dcFix] = "true";
    const scc = annotation(item, ANNOTATIONS.scc) ?? "";
    if (scc === "") return { item };
    const { group, resource } = SCCS;
    const exists = await remember(context, { key: `openshift scc ${scc}`, run: backup }, async () => {
      const found = absentWhenNotServed(context.cluster.get(SCCS, "", scc, { metadataOnly: true }));
      return await found !== undefined;
    });
    if (exists) return { item, additionalItems: [{ group, resource, namespace: "", name: scc }] };
    context.log.warn(`SecurityContextConstraints ${scc}, which admitted the pod, is gone and not backed up`);
    return { item };
  },
};
