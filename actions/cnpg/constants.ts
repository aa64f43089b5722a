/** Names of the cnpg source (cnpg 3). */

import type { ResourceKind } from "../../cluster/cluster.ts";

/** Registered names. */
export const NAMES = {
  backup: "replicated.com/cnpg-backup-plugin",
  restore: "replicated.com/cnpg-restore-plugin",
  deployment: "replicated.com/deployment-restore-plugin",
  owned: "replicated.com/cnpg-owned-restore-plugin",
  backupObjects: "replicated.com/cnpg-backup-objects-restore-plugin",
} as const;

/** Annotations that the backup writes on a Cluster and the restore reads. */
export const ANNOTATIONS = {
  /** The server name of the source's archive. */
  serverName: "velero-cnpg/serverName",
  /** The base backup to start from. */
  backupID: "velero-cnpg/current-backup-id",
  /** `barmanObjectStore` when the archive is an in-tree one. */
  method: "velero-cnpg/backup-method",
  /** The instant of the Velero backup, RFC 3339. */
  backupTime: "velero-cnpg/backup-time",
  /** JSON of the newest Backup's `status.snapshotBackupStatus.elements`. */
  volumeSnapshots: "velero-cnpg/volume-snapshots",
} as const;

/** Annotation on a Restore: the instant to recover to, RFC 3339 with zone. */
export const TARGET_TIME = "velero-cnpg/target-time";

/** Annotation by which the operator keeps instances from starting. */
export const FENCED_INSTANCES = "cnpg.io/fencedInstances";

/** The barman-cloud plugin in `spec.plugins`. */
export const BARMAN_PLUGIN = "barman-cloud.cloudnative-pg.io";

/** The entry of `spec.externalClusters` that recovery reads from. */
export const EXTERNAL_CLUSTER = "clusterBackup";

/** The operator's API group. */
export const CNPG_GROUP = "postgresql.cnpg.io";

/** Bound of a search and of a write, in milliseconds. */
export const REQUEST_LIMIT_MS = 30_000;

/** Clusters of the operator. */
export const CLUSTERS: ResourceKind = { group: CNPG_GROUP, version: "v1", resource: "clusters" };
/** Base backups, done or asked for. */
export const BACKUPS: ResourceKind = { group: CNPG_GROUP, version: "v1", resource: "backups" };
/** Object stores of the barman-cloud plugin. */
export const OBJECT_STORES: ResourceKind = {
  group: "barmancloud.cnpg.io",
  version: "v1",
  resource: "objectstores",
};
/** CSI snapshots. */
export const VOLUME_SNAPSHOTS: ResourceKind = {
  group: "snapshot.storage.k8s.io",
  version: "v1",
  resource: "volumesnapshots",
};
/** Core ConfigMaps. */
export const CONFIG_MAPS: ResourceKind = { group: "", version: "v1", resource: "configmaps" };
