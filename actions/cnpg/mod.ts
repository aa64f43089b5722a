/**
 * CloudNativePG: Clusters that archive to an object store come back from it.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { backupCluster } from "./backup_cluster.ts";
import { restoreCluster } from "./restore_cluster.ts";
import { restoreDeployment } from "./restore_deployment.ts";
import { settings } from "./settings.ts";
import { skipBackupObjects } from "./skip_backup_objects.ts";
import { skipOwned } from "./skip_owned.ts";

/** The source `cnpg`. */
export const cnpg = defineSource("cnpg", settings, [
  backupCluster,
  restoreCluster,
  restoreDeployment,
  skipOwned,
  skipBackupObjects,
]);
