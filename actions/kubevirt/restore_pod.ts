import type { RestoreItemAction } from "../action.ts";
import type { KubevirtSettings } from "./settings.ts";

/** Never restores KubeVirt's pods: KubeVirt makes new ones for what it runs (kubevirt 5.8). */
export const restorePod: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-pod-action",
  appliesTo: {
    includedResources: ["pods"],
    selector: "kubevirt.io in (virt-launcher, hotplug-disk, virt-exporter)",
  },

  execute(_request, { log }) {
    log.info("left out: KubeVirt creates a new pod for every instance that it runs");
    return { skipRestore: true };
  },
};
