import type { RestoreItemAction } from "../action.ts";
import { requireSpec } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { KEPT_UID, restoreUidLabel } from "./uid_label.ts";

/** Takes the UID of its PVC off a VolumeSnapshot (kubevirt 5.10). */
export const restoreVolumeSnapshot: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-volumesnapshot-action",
  appliesTo: { includedResources: ["volumesnapshots.snapshot.storage.k8s.io"] },

  execute({ item }) {
    requireSpec(item);
    return restoreUidLabel(item, KEPT_UID.VolumeSnapshot) ? { item } : {};
  },
};
