/**
 * kubevirt: VirtualMachines with their disks and everything they hang on; replaces kubevirt-velero-plugin.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { restoreDataSource } from "./later/restore_data_source.ts";
import { restoreNetwork } from "./later/restore_network.ts";
import { restoreTemplate } from "./later/restore_template.ts";
import { restoreDataVolume } from "./restore_data_volume.ts";
import { restoreOneShot } from "./restore_one_shot.ts";
import { restorePod } from "./restore_pod.ts";
import { restorePvc } from "./restore_pvc.ts";
import { restoreReplicaSet } from "./restore_replica_set.ts";
import { restoreVirtualMachineInstance } from "./restore_virtual_machine_instance.ts";
import { restoreVirtualMachine } from "./restore_virtual_machine.ts";
import { restoreVolumeSnapshot } from "./restore_volume_snapshot.ts";
import { settings } from "./settings.ts";

/** The source. */
export const kubevirt = defineSource("kubevirt", settings, [
  restoreVirtualMachine,
  restoreVirtualMachineInstance,
  restoreReplicaSet,
  restorePod,
  restorePvc,
  restoreVolumeSnapshot,
  restoreDataVolume,
  restoreOneShot,
  restoreTemplate,
  restoreDataSource,
  restoreNetwork,
]);
