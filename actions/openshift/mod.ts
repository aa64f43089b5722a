/**
 * OpenShift: its resources are restored as they have to be, and images are named as the target cluster names them.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { backupDeploymentConfig } from "./backup_deployment_config.ts";
import { backupImageStream } from "./backup_image_stream.ts";
import { backupImageStreamTag } from "./backup_image_stream_tag.ts";
import { backupPod } from "./backup_pod.ts";
import { backupReplicationController } from "./backup_replication_controller.ts";
import { backupConfigMap } from "./backup_config_map.ts";
import { backupProxy } from "./backup_proxy.ts";
import { backupVolume } from "./backup_volume.ts";
import { bindings } from "./bindings.ts";
import { backupCommon, lastOfChain, restoreCommon, restoreMigrationLabels } from "./common.ts";
import { edits } from "./edits.ts";
import { restoreFileRestoreClaim } from "./file_restore_claim.ts";
import { backupNamespaceScc, restoreNamespaceScc } from "./namespace_scc.ts";
import { onOpenShift, type OpenShiftAction } from "./platform.ts";
import { restoreBuildConfig } from "./restore_build_config.ts";
import { restoreDeploymentConfig } from "./restore_deployment_config.ts";
import { restoreImageStream } from "./restore_image_stream.ts";
import { restoreImageStreamTag } from "./restore_image_stream_tag.ts";
import { restorePod } from "./restore_pod.ts";
import { restoreScc } from "./restore_scc.ts";
import { restoreServiceAccount } from "./restore_service_account.ts";
import { restoreClaim, restoreVolume } from "./restore_volume.ts";
import { backupServiceAccount, relateServiceAccount } from "./service_account_sccs.ts";
import { settings } from "./settings.ts";
import { skips } from "./skips.ts";
import { workloads } from "./workloads.ts";

// By the number in openshift 3.
const ACTIONS: readonly OpenShiftAction[] = [
  backupCommon, // 1
  restoreCommon, // 2
  restoreMigrationLabels, // 3
  backupServiceAccount, // 4
  relateServiceAccount, // 5
  restoreServiceAccount, // 6
  backupNamespaceScc, // 7
  restoreNamespaceScc, // 8
  backupVolume, // 9
  restoreVolume, // 10
  restoreClaim, // 11
  restoreFileRestoreClaim, // 12
  backupImageStreamTag, // 13
  lastOfChain(restoreImageStreamTag), // 14
  ...edits, // 15, 28, 38
  ...skips, // 16, 31, 37, 40, 41
  backupPod, // 17
  lastOfChain(restorePod), // 18
  backupDeploymentConfig, // 19
  lastOfChain(restoreDeploymentConfig), // 20
  backupReplicationController, // 21
  ...workloads.map(lastOfChain), // 22 to 27, 29
  lastOfChain(restoreBuildConfig), // 30
  backupImageStream, // 32
  lastOfChain(restoreImageStream), // 33
  restoreScc, // 34
  ...bindings, // 35, 36, 43
  backupConfigMap, // 39
  backupProxy, // 42
];

/** The source `openshift`. */
export const openshift = defineSource("openshift", settings, ACTIONS.map(onOpenShift));
