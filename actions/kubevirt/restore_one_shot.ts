import type { RestoreItemAction } from "../action.ts";
import { switchedOn } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import type { KubevirtSettings } from "./settings.ts";

const SWITCH = `${OWN_DOMAIN}/restore-one-shot-objects`;

/** Kinds that do their work once, by API group. Their status says that it is done, and a restore does not bring the status back. */
const ONE_SHOT: Readonly<Record<string, readonly string[]>> = {
  "kubevirt.io": ["virtualmachineinstancemigrations"],
  "clone.kubevirt.io": ["virtualmachineclones"],
  "snapshot.kubevirt.io": [
    "virtualmachinesnapshots",
    "virtualmachinesnapshotcontents",
    "virtualmachinerestores",
  ],
  "export.kubevirt.io": ["virtualmachineexports"],
  "backup.kubevirt.io": ["virtualmachinebackups", "virtualmachinebackuptrackers"],
  "template.kubevirt.io": ["virtualmachinetemplaterequests"],
};

/** Keeps objects out of a restore that would start their work again (kubevirt 5.13). */
export const restoreOneShot: RestoreItemAction<KubevirtSettings> = {
  kind: "RestoreItemAction",
  name: "kubevirt-velero-plugin/restore-one-shot-action",
  appliesTo: {
    includedResources: Object.entries(ONE_SHOT).flatMap(([group, resources]) =>
      resources.map((resource) => `${resource}.${group}`)
    ),
  },

  execute({ restore }, { log }) {
    if (switchedOn(restore, SWITCH)) return {};
    log.info(
      `left out: restored without its status it would start its work again; the Restore label ${SWITCH} restores it all the same`,
    );
    return { skipRestore: true };
  },
};
