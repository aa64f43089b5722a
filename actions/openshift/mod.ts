/**
 * OpenShift: its resources are restored as they have to be, and images are named as the target cluster names them.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { backupConfigMap } from "./backup_config_map.ts";
import { backupProxy } from "./backup_proxy.ts";
import { backupVolume } from "./backup_volume.ts";
import { bindings } from "./bindings.ts";
import { edits } from "./edits.ts";
import { restoreFileRestoreClaim } from "./file_restore_claim.ts";
import { backupNamespaceScc, restoreNamespaceScc } from "./namespace_scc.ts";
import { onOpenShift, type OpenShiftAction } from "./platform.ts";
import { restoreScc } from "./restore_scc.ts";
import { restoreServiceAccount } from "./restore_service_account.ts";
import { restoreClaim, restoreVolume } from "./restore_volume.ts";
import { backupServiceAccount, relateServiceAccount } from "./service_account_sccs.ts";
import { settings } from "./settings.ts";
import { skips } from "./skips.ts";

// By the number in openshift 3.
const ACTIONS: readonly OpenShiftAction[] = [
  backupServiceAccount, // 4
  relateServiceAccount, // 5
  restoreServiceAccount, // 6
  backupNamespaceScc, // 7
  restoreNamespaceScc, // 8
  backupVolume, // 9
  restoreVolume, // 10
  restoreClaim, // 11
  restoreFileRestoreClaim, // 12
  ...edits, // 15, 28, 38
  ...skips, // 16, 31, 37, 40, 41
  restoreScc, // 34
  ...bindings, // 35, 36, 43
  backupConfigMap, // 39
  backupProxy, // 42
];

/** The source `openshift`. */
export const openshift = defineSource("openshift", settings, ACTIONS.map(onOpenShift));
