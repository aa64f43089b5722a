/** Names of the openshift source (openshift 4). */

/** Annotations that backups write and restores read, or that OpenShift, MTC, OADP and Velero write. */
export const ANNOTATIONS = {
  /** On what may hold images: Kubernetes `major.minor` of the cluster backed up. */
  backupServerVersion: "openshift.io/backup-server-version",
  /** On what may hold images: the same of the cluster restored to. */
  restoreServerVersion: "openshift.io/restore-server-version",
  /** On what may hold images: host and port of the internal registry backed up; may be empty. */
  backupRegistry: "openshift.io/backup-registry-hostname",
  /** On what may hold images: the same of the cluster restored to. */
  restoreRegistry: "openshift.io/restore-registry-hostname",
  /** On Backup and Restore of a migration: the registry through which images go. */
  migrationRegistry: "openshift.io/migration-registry",
  /** On ImageStream: `true` keeps its images from being copied. */
  skipImageCopy: "openshift.io/skip-image-copy",
  /** On Backup, recorded on ImageStream: `true` strips the tags. */
  disableImageCopy: "migration.openshift.io/disable-image-copy",
  /** On ImageStream, written by the backup: digests that became others when not all platforms could be kept, as JSON from old to new. */
  imageDigests: "velero-plugin-for-workloads/image-digests",
  /** On ReplicationController: `true` when its owner was paused. */
  pausedOwner: "openshift.io/paused-owner-ref",
  /** On ConfigMap: true when it belongs to a build. */
  skipBuildConfigMap: "oadp.openshift.io/skip-buildconfig-configmap-restore",
  /** On ImageStreamTag: the tag that must be restored first. */
  relatedTag: "migration.openshift.io/related-istag",
  /** On ImageStreamTag: the namespace of that tag. */
  relatedTagNamespace: "migration.openshift.io/related-istag-ns",
  /** On PersistentVolume: the reclaim policy before the switch to Retain. */
  originalReclaimPolicy: "migration.openshift.io/orig-reclaim-policy",
  /** On PersistentVolume and claim: `copy` or `move`. */
  migrateType: "openshift.io/migrate-type",
  /** On PersistentVolume and claim. */
  targetStorageClass: "openshift.io/target-storage-class",
  /** On claim. */
  targetAccessMode: "openshift.io/target-access-mode",
  /** On PersistentVolume and claim: `snapshot` or `filesystem`. */
  copyMethod: "migration.openshift.io/copy-method",
  /** On Pod: names of its volumes, separated by commas. */
  excludeClaims: "migration.openshift.io/exclude-pvcs",
  /** On PersistentVolume and claim. */
  betaStorageClass: "volume.beta.kubernetes.io/storage-class",
  /** On claim. */
  selectedNode: "volume.kubernetes.io/selected-node",
  /** On DeploymentConfig, a decimal number. */
  originalReplicas: "oadp.openshift.io/original-replicas",
  /** On DeploymentConfig, `true` or `false`. */
  originalPaused: "oadp.openshift.io/original-paused",
  /** On Pod and DeploymentConfig: not empty when the backup knows the rules for pods taken off their DeploymentConfig. */
  dcFix: "oadp.openshift.io/includes-dm-dc-fix",
  /** On DeploymentConfig, `true` or `false`. */
  podRestoreHooks: "oadp.openshift.io/has-pod-restore-hooks",
  /** On DeploymentConfig, `true` or `false`. */
  podVolumes: "oadp.openshift.io/pods-have-volumes",
  /** On DeploymentConfig: labels of its first pod, `k=v,k=v`. */
  podLabels: "oadp.openshift.io/pod-labels",
  /** On Pod: the Build it runs. */
  buildName: "openshift.io/build.name",
  /** On Route: `true` when the host was generated. */
  hostGenerated: "openshift.io/host.generated",
  /** On Pod: the SecurityContextConstraints that admitted it. */
  scc: "openshift.io/scc",
  /** On Secret: the Service whose serving certificate it holds. */
  originatingService: "service.alpha.openshift.io/originating-service-name",
  /** The same under its newer name. */
  originatingServiceBeta: "service.beta.openshift.io/originating-service-name",
  /** On Secret since OpenShift 4.16: the ServiceAccount it logs in. */
  tokenServiceAccount: "openshift.io/internal-registry-auth-token.service-account",
  /** On ServiceAccount since OpenShift 4.16: its pull secret. */
  pullSecretRef: "openshift.io/internal-registry-pull-secret-ref",
  /** On Secret up to OpenShift 4.15. */
  serviceAccountName: "kubernetes.io/service-account.name",
  /** On Secret up to OpenShift 4.15. */
  serviceAccountUid: "kubernetes.io/service-account.uid",
  /** On Pod. */
  postHook: "post.hook.restore.velero.io/command",
  /** On Pod. */
  initHook: "init.hook.restore.velero.io/container-image",
  /** On Pod: volumes kept out of file system backups, separated by commas. */
  backupVolumesExcludes: "backup.velero.io/backup-volumes-excludes",
  /** On claim. */
  reclaimSpaceSchedule: "reclaimspace.csiaddons.openshift.io/schedule",
  /** On Deployment and the like: JSON list of what sets which image. */
  imageTriggers: "image.openshift.io/triggers",
} as const;

/** SCC allocations of a Namespace, and under which name a backup copies each to the ServiceAccounts. */
export const NAMESPACE_SCC_ANNOTATIONS = {
  "openshift.io/sa.scc.uid-range": "oadp.openshift.io/backup-ns-scc-uid-range",
  "openshift.io/sa.scc.supplemental-groups": "oadp.openshift.io/backup-ns-scc-supplemental-groups",
  "openshift.io/sa.scc.mcs": "oadp.openshift.io/backup-ns-scc-mcs",
} as const;

/** What network plugins write on pods of the old cluster. */
export const CNI_ANNOTATIONS = [
  "k8s.ovn.org/pod-networks",
  "k8s.v1.cni.cncf.io/network-status",
  "k8s.v1.cni.cncf.io/networks-status",
] as const;

/** Annotations on a Restore. */
export const RESTORE_ANNOTATIONS = {
  /** `stage` or `final`. */
  migrationType: "migration.openshift.io/migmigration-type",
  /** Image of stage pods. */
  stagePodImage: "migration.openshift.io/stage-pod-image",
  /** Cron text. */
  reclaimSpaceSchedule: "oadp.openshift.io/reclaim-space-schedule",
  /** `true` for the restore of single files of a VM. */
  fileRestore: "oadp.openshift.io/vmfr-restore",
} as const;

/** Labels. */
export const LABELS = {
  /** On Backup and Restore; see {@link MIGRATION}. */
  partOf: "app.kubernetes.io/part-of",
  /** On Restore: UID of the migration's task. */
  stageRestore: "migration-stage-restore",
  /** On Pod: not empty on a stage pod. */
  stageBackup: "migration-included-stage-backup",
  /** On Pod of a DeploymentConfig: its ReplicationController. */
  deployment: "deployment",
  /** On Pod of a DeploymentConfig: its DeploymentConfig. */
  deploymentConfig: "deploymentconfig",
  /** On Pod: the Restore that took it off its DeploymentConfig. */
  disconnected: "oadp.openshift.io/disconnected-from-dc",
  /** On DeploymentConfig: the Restore that scaled it down. */
  replicasModified: "oadp.openshift.io/replicas-modified",
  /** On Restore and, with `mtc.labels`, on what it restores. */
  migratedByMigration: "migration.openshift.io/migrated-by-migmigration",
  /** The same for the plan. */
  migratedByPlan: "migration.openshift.io/migrated-by-migplan",
} as const;

/** Value of {@link LABELS.partOf} that selects the CAM workflow. */
export const MIGRATION = "openshift-migration";
