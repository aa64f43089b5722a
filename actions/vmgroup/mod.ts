import { defineSource } from "../action.ts";
import { backupGroup } from "./backup_group.ts";
import { backupVm } from "./backup_vm.ts";
import { restoreGroup } from "./restore_group.ts";
import { restorePvc } from "./restore_pvc.ts";
import { restoreVm } from "./restore_vm.ts";
import { settings } from "./settings.ts";

/** VirtualMachineGroups of VM Operator with their VMs, Secrets and PVCs; replaces velero-vmgroup-plugin. */
export const vmgroup = defineSource("vmgroup", settings, [
  backupGroup,
  backupVm,
  restorePvc,
  restoreVm,
  restoreGroup,
]);
