/**
 * Every listed action of the openshift source with an item that makes it read all it can.
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { SECRET, type Subject } from "./world.ts";

const MIGRATION = { "app.kubernetes.io/part-of": "openshift-migration" };
const REGISTRY = "openshift.io/migration-registry";

const BACKUP = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "b", namespace: "velero", uid: "b", labels: MIGRATION, annotations: { [REGISTRY]: "r" } },
  spec: { includedNamespaces: ["n"], storageLocation: "default" },
};

const RESTORE = {
  apiVersion: "velero.io/v1",
  kind: "Restore",
  metadata: {
    name: "r",
    namespace: "velero",
    uid: "r",
    labels: { ...MIGRATION, "migration-stage-restore": "t" },
    annotations: {
      [REGISTRY]: "r",
      "migration.openshift.io/migmigration-type": "stage",
      "migration.openshift.io/stage-pod-image": "i",
      "oadp.openshift.io/vmfr-restore": "true",
      "oadp.openshift.io/reclaim-space-schedule": "@weekly",
    },
  },
  spec: {
    backupName: "b",
    namespaceMapping: { n: "n", other: "more" },
    hooks: {
      resources: [{
        name: "h",
        includedNamespaces: ["n"],
        includedResources: ["pods"],
        labelSelector: { matchLabels: { a: "b" } },
        postHooks: [{ exec: { command: ["x"] } }],
      }],
    },
  },
};

const OLD = "old.example.com:5000";
const NEW = "new.example.com:5000";

/** An object with the secret in an annotation; more metadata may follow. */
function object(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject {
  const { metadata = {}, ...more } = rest as { metadata?: JsonObject };
  const annotations = {
    note: SECRET,
    "openshift.io/backup-registry-hostname": OLD,
    "openshift.io/restore-registry-hostname": NEW,
    ...(metadata.annotations as JsonObject | undefined),
  };
  return { apiVersion, kind, metadata: { name, namespace: "n", ...metadata, annotations }, ...more };
}

const ownedBy = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: "v1", kind, name, uid: "u" }],
});

const podSpec = {
  serviceAccountName: "app",
  nodeSelector: { a: "b" },
  imagePullSecrets: [{ name: "own" }],
  initContainers: [{ name: "i", image: `${OLD}/openshift/cli@sha256:a`, volumeMounts: [{ name: "v" }] }],
  containers: [{
    name: "c",
    image: `${OLD}/other/app:1`,
    env: [{ name: "PASSWORD", value: SECRET }, { name: "IMAGE", value: `${OLD}/other/app:1` }],
    volumeMounts: [{ name: "v" }],
  }],
  volumes: [{ name: "v", persistentVolumeClaim: { claimName: "claim" } }, {
    name: "s",
    secret: { secretName: "s" },
  }],
};

const template = { metadata: { labels: { a: "b" } }, spec: podSpec };
const triggers = {
  "image.openshift.io/triggers": '[{"from":{"kind":"ImageStreamTag","name":"app:1","namespace":"other"}}]',
};

const account = object("v1", "ServiceAccount", "app", {
  metadata: {
    annotations: {
      "openshift.io/internal-registry-pull-secret-ref": "app-dockercfg-x",
      "oadp.openshift.io/backup-ns-scc-mcs": "s0",
    },
  },
  secrets: [{ name: "app-dockercfg-x" }],
  imagePullSecrets: [{ name: "app-dockercfg-x" }, { name: "own" }],
});

const copied = {
  "openshift.io/migrate-type": "copy",
  "openshift.io/target-storage-class": "c",
  "openshift.io/target-access-mode": "ReadWriteMany",
  "volume.beta.kubernetes.io/storage-class": "b",
  "volume.kubernetes.io/selected-node": "w",
};

const volume = object("v1", "PersistentVolume", "volume", {
  metadata: { namespace: "", annotations: copied },
  spec: { persistentVolumeReclaimPolicy: "Delete", storageClassName: "c" },
});

const claim = object("v1", "PersistentVolumeClaim", "claim", {
  metadata: { annotations: copied, labels: { a: "b" } },
  spec: { accessModes: ["ReadWriteOnce"], selector: { matchLabels: { a: "b" } }, storageClassName: "c" },
});

const streamTag = object("image.openshift.io/v1", "ImageStreamTag", "app:1", {
  metadata: {
    annotations: {
      "migration.openshift.io/related-istag": "base:1",
      "migration.openshift.io/related-istag-ns": "other",
    },
  },
  tag: { name: "1", from: { kind: "ImageStreamImage", name: "app@sha256:a", namespace: "other" } },
  image: { metadata: { name: "sha256:a" }, dockerImageReference: `${OLD}/n/app@sha256:a` },
});

const stream = object("image.openshift.io/v1", "ImageStream", "app", {
  spec: { tags: [{ name: "1", from: { kind: "DockerImage", name: `${OLD}/n/app:1` } }] },
  status: {
    // Of an external registry: there is no internal one from which an image could be copied.
    tags: [{ tag: "1", items: [{ image: "sha256:a", dockerImageReference: "quay.io/n/app@sha256:a" }] }],
  },
});

const pod = object("v1", "Pod", "app-1", {
  metadata: {
    labels: { a: "b", deployment: "app-1", deploymentconfig: "app", "migration-included-stage-backup": "t" },
    annotations: {
      "k8s.ovn.org/pod-networks": "{}",
      "openshift.io/scc": "privileged",
      "migration.openshift.io/exclude-pvcs": "x, y",
      "post.hook.restore.velero.io/command": "x",
    },
    ...ownedBy("ReplicationController", "app-1"),
  },
  spec: podSpec,
});

const deploymentConfig = object("apps.openshift.io/v1", "DeploymentConfig", "app", {
  metadata: {
    labels: { a: "b" },
    annotations: { "oadp.openshift.io/includes-dm-dc-fix": "true", "oadp.openshift.io/pod-labels": "a=b" },
  },
  spec: {
    replicas: 2,
    paused: true,
    selector: { a: "b" },
    template,
    triggers: [{
      type: "ImageChange",
      imageChangeParams: {
        from: { kind: "ImageStreamTag", name: "app:1", namespace: "other" },
        lastTriggeredImage: `${OLD}/n/app@sha256:a`,
      },
    }],
  },
});

const buildConfig = object("build.openshift.io/v1", "BuildConfig", "app", {
  spec: {
    output: { to: { kind: "DockerImage", name: `${OLD}/other/app:1` }, pushSecret: { name: "own" } },
    strategy: {
      sourceStrategy: {
        from: { kind: "ImageStreamTag", name: "nodejs:22", namespace: "other" },
        pullSecret: { name: "own" },
      },
    },
    source: { images: [{ from: { kind: "DockerImage", name: `${OLD}/n/x` }, pullSecret: { name: "own" } }] },
    triggers: [{
      imageChange: { from: { kind: "ImageStreamTag", namespace: "other" }, lastTriggeredImageID: "x" },
    }],
  },
});

const secret = object("v1", "Secret", "app-dockercfg-x", {
  metadata: { annotations: { "kubernetes.io/service-account.name": "app" } },
  type: "kubernetes.io/dockercfg",
  data: { ".dockercfg": SECRET },
});

const members = {
  users: ["system:serviceaccount:other:app", "system:serviceaccount:n"],
  groups: ["system:serviceaccounts:other"],
};

const scc = object("security.openshift.io/v1", "SecurityContextConstraints", "app", {
  metadata: { namespace: "" },
  ...members,
});

const binding = (apiVersion: string, kind: string) =>
  object(apiVersion, kind, "b", {
    roleRef: { name: "edit", namespace: "other" },
    subjects: [{ kind: "User", name: "system:serviceaccount:other:app", namespace: "other" }],
    userNames: members.users,
    groupNames: members.groups,
  });

const configMap = object("v1", "ConfigMap", "app-1-ca", {
  metadata: ownedBy("Pod", "app-1-build"),
  data: { "service-ca.crt": SECRET },
});

const route = object("route.openshift.io/v1", "Route", "app", {
  metadata: { annotations: { "openshift.io/host.generated": "true" } },
  spec: { host: "app-n.apps.example.com" },
});

const autoscaler = object("autoscaling/v2", "HorizontalPodAutoscaler", "app", {
  spec: { maxReplicas: 5, scaleTargetRef: { apiVersion: "v1", kind: "DeploymentConfig", name: "app" } },
});

const service = object("v1", "Service", "app", {
  spec: { type: "LoadBalancer", externalIPs: ["192.0.2.1"] },
});

const proxy = object("config.openshift.io/v1", "Proxy", "cluster", {
  metadata: { namespace: "" },
  spec: { trustedCA: { name: "ca" } },
});

// The Deployment has all that a pod can have; for the others, which the same table makes, one container does.
const plain = { spec: { containers: [{ name: "c", image: `${OLD}/other/app:1` }] } };

function workload(apiVersion: string, kind: string, owner?: string): JsonObject {
  const own = kind === "Deployment" ? template : plain;
  return object(apiVersion, kind, "app", {
    metadata: { annotations: triggers, ...(owner !== undefined && ownedBy(owner, "x")) },
    spec: kind === "CronJob" ? { jobTemplate: { spec: { template: own } } } : { replicas: 1, template: own },
  });
}

function backup(name: string, item: JsonObject, kind: ActionKind = "BackupItemAction"): Subject {
  return { kind, name: `openshift.io/${name}-plugin`, item, run: BACKUP };
}

function restore(name: string, item: JsonObject, kind: ActionKind = "RestoreItemAction"): Subject {
  return { kind, name: `openshift.io/${name}-restore-plugin`, item, run: RESTORE };
}

/** One of each listed action. */
export const OPENSHIFT = {
  backupCommon: backup("01-common-backup", stream),
  restoreCommon: restore("01-common", stream),
  backupAccount: backup("02-serviceaccount-backup", account),
  relateAccount: backup("02-serviceaccount-iba", account, "ItemBlockAction"),
  restoreAccount: restore("02-serviceaccount", account),
  backupRanges: backup("02-namespacescc-backup", account),
  restoreRanges: restore("02-namespacescc", account),
  backupVolume: backup("03-pv-backup", volume),
  restoreVolume: restore("03-pv", volume),
  restoreOpenShiftClaim: restore("04-pvc", claim),
  restoreFileClaim: restore("04-vmfr-pvc", claim),
  backupStreamTag: backup("04-imagestreamtag-backup", streamTag),
  restoreStreamTag: restore("04-imagestreamtag", streamTag, "RestoreItemActionV2"),
  restoreRoute: restore("05-route", route),
  restoreBuild: restore("06-build", object("build.openshift.io/v1", "Build", "app-1")),
  backupPod: backup("07-pod-backup", pod),
  restorePod: restore("07-pod", pod),
  backupDeploymentConfig: backup("08-deploymentconfig-backup", deploymentConfig),
  restoreDeploymentConfig: restore("08-deploymentconfig", deploymentConfig),
  backupReplicationController: backup(
    "09-replicationcontroller-backup",
    workload("v1", "ReplicationController", "DeploymentConfig"),
  ),
  restoreReplicationController: restore("09-replicationcontroller", workload("v1", "ReplicationController")),
  restoreJob: restore("10-job", workload("batch/v1", "Job")),
  restoreDaemonSet: restore("11-daemonset", workload("apps/v1", "DaemonSet")),
  restoreReplicaSet: restore("12-replicaset", workload("apps/v1", "ReplicaSet", "Deployment")),
  restoreOpenShiftDeployment: restore("13-deployment", workload("apps/v1", "Deployment")),
  restoreStatefulSet: restore("14-statefulset", workload("apps/v1", "StatefulSet")),
  restoreService: restore("15-service", service),
  restoreCronJob: restore("16-cronjob", workload("batch/v1", "CronJob")),
  restoreBuildConfig: restore("17-buildconfig", buildConfig),
  restoreSecret: restore("18-secret", secret),
  backupStream: backup("19-is-backup", stream),
  restoreStream: restore("19-is", stream),
  restoreScc: restore("20-SCC", scc),
  restoreRoleBinding: restore("21-role-bindings", binding("authorization.openshift.io/v1", "RoleBinding")),
  restoreClusterRoleBinding: restore(
    "22-cluster-role-bindings",
    binding("authorization.openshift.io/v1", "ClusterRoleBinding"),
  ),
  restoreImageTag: restore("23-imagetag", object("image.openshift.io/v1", "ImageTag", "app:1")),
  restoreAutoscaler: restore("24-horizontalpodautoscaler", autoscaler),
  backupConfigMap: backup("25-configmap-backup", configMap),
  restoreConfigMap: restore("25-configmap", configMap),
  restoreNonAdmin: restore("26-nonadmin", object("oadp.openshift.io/v1alpha1", "NonAdminBackup", "x")),
  backupProxy: backup("26-proxy-backup", proxy),
  restoreRbacBinding: restore(
    "27-rbac-role-bindings",
    binding("rbac.authorization.k8s.io/v1", "RoleBinding"),
  ),
} as const;

/** Settings under which the source reads as much as it can. */
export const OPENSHIFT_ON = {
  "openshift.scc.patch-existing": "true",
  "openshift.proxy.include-trusted-ca": "true",
  "openshift.pod.owned-restore": "fs-backup-only",
  "openshift.keep-bookkeeping": "false",
  "openshift.images.rewrite-env": "IMAGE",
  "openshift.registry.aliases": "alias.example.com",
};

// Wrong values may name other accounts. These have a secret, too, because an action waits for an account without one.
function withPullSecret(name: string): JsonObject {
  const annotations = { "openshift.io/internal-registry-pull-secret-ref": `${name}-dockercfg-new` };
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: "n", annotations } };
}

/** What the items refer to, so that nothing is waited for and nothing is missing. */
export const OPENSHIFT_OBJECTS: readonly JsonObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } },
  { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "volume", annotations: copied }, spec: {} },
  ...["app", "default", "builder", "x"].map(withPullSecret),
  {
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name: "app" },
    ...members,
  },
  {
    apiVersion: "config.openshift.io/v1",
    kind: "Image",
    metadata: { name: "cluster" },
    status: { internalRegistryHostname: NEW },
  },
  {
    apiVersion: "config.openshift.io/v1",
    kind: "ClusterVersion",
    metadata: { name: "version" },
    status: { desired: { version: "4.16.1" }, capabilities: { enabledCapabilities: ["ImageRegistry"] } },
  },
  {
    apiVersion: "imageregistry.operator.openshift.io/v1",
    kind: "Config",
    metadata: { name: "cluster" },
    spec: { managementState: "Managed" },
  },
  { apiVersion: "velero.io/v1", kind: "Backup", metadata: { name: "b", namespace: "velero" }, spec: {} },
];
