/**
 * kubevirt: VirtualMachines with their disks and everything they hang on; replaces kubevirt-velero-plugin.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { backupDataUpload } from "./backup_data_upload.ts";
import { backupDataVolume } from "./backup_data_volume.ts";
import { backupPvc } from "./backup_pvc.ts";
import { backupReplicaSet } from "./backup_replica_set.ts";
import { backupVirtualMachineInstance } from "./backup_virtual_machine_instance.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { backupVolumeSnapshot } from "./backup_volume_snapshot.ts";
import { itemBlocks } from "./item_blocks.ts";
import { backupDataSource } from "./later/backup_data_source.ts";
import { backupTemplate, blockTemplate } from "./later/backup_template.ts";
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
  backupVirtualMachine,
  backupVirtualMachineInstance,
  backupReplicaSet,
  backupDataVolume,
  backupPvc,
  backupVolumeSnapshot,
  backupDataUpload,
  backupTemplate,
  backupDataSource,
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
  ...itemBlocks,
  blockTemplate,
]);
