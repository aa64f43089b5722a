/**
 * superphenix: VMs keep their Kube-OVN addresses through backup and restore.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { backupVirtualMachine } from "./backup_virtual_machine.ts";
import { restoreVirtualMachine } from "./restore_virtual_machine.ts";
import { settings } from "./settings.ts";

/** The source. */
export const superphenix = defineSource("superphenix", settings, [
  backupVirtualMachine,
  restoreVirtualMachine,
]);
