/**
 * Every registered action with an item that makes it read all it can.
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { KUBEVIRT, KUBEVIRT_OBJECTS, KUBEVIRT_ON } from "./kubevirt.ts";
import { OPENSHIFT, OPENSHIFT_OBJECTS, OPENSHIFT_ON } from "./openshift.ts";
import { SECRET, type Subject } from "./world.ts";

/** What is put in the place of each value of an object; `undefined` removes it. */
export const WRONG: readonly (JsonValue | undefined)[] = [undefined, null, 5, "x", [], [null], { x: [5] }];

const BACKUP = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "b", namespace: "velero", labels: {}, annotations: {} },
  spec: { includedResources: ["*"], includedNamespaces: ["n"], labelSelector: { matchLabels: { a: "b" } } },
  status: { phase: "InProgress" },
};

const RESTORE = {
  apiVersion: "velero.io/v1",
  kind: "Restore",
  metadata: { name: "r", namespace: "velero", labels: {}, annotations: {} },
  spec: { backupName: "b", namespaceMapping: { n: "n" } },
};

/** An object with the secret in an annotation; more metadata may follow. */
function object(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject {
  const { metadata = {}, ...more } = rest as { metadata?: JsonObject };
  const annotations = { note: SECRET, ...(metadata.annotations as JsonObject | undefined) };
  return { apiVersion, kind, metadata: { name, namespace: "n", ...metadata, annotations }, ...more };
}

const virtualMachine = object("kubevirt.io/v1", "VirtualMachine", "vm", {
  spec: {
    dataVolumeTemplates: [{ metadata: { name: "made" }, spec: {} }],
    template: {
      metadata: {
        labels: { a: "b" },
        annotations: { "ovn.kubernetes.io/ip_address": "10.0.0.9", "x.n.kubernetes.io/mac_address": "m" },
      },
      spec: {
        domain: { devices: { interfaces: [{ name: "default", bridge: {} }] } },
        networks: [{ name: "default", pod: {} }, { name: "second", multus: { networkName: "n/x" } }],
        volumes: [
          { name: "d", dataVolume: { name: "made" } },
          { name: "c", persistentVolumeClaim: { claimName: "claim" } },
          { name: "i", cloudInitNoCloud: { userData: SECRET } },
        ],
      },
    },
  },
  status: { printableStatus: "Running", created: true },
});

const machine = object("vmoperator.vmware.com/v1alpha5", "VirtualMachine", "m", {
  metadata: { labels: { "topology.kubernetes.io/zone": "z" } },
  spec: {
    groupName: "g",
    instanceUUID: "i",
    biosUUID: "b",
    powerState: "PoweredOn",
    network: { interfaces: [{ name: "eth0" }] },
    bootstrap: { cloudInit: { instanceID: "c", rawCloudConfig: { name: "s", key: "k" } } },
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "claim" } }],
  },
  status: {
    network: {
      config: {
        interfaces: [{
          name: "eth0",
          ip: { addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1", dhcp: { ip4: { enabled: false } } },
        }],
      },
    },
  },
});

const group = object("vmoperator.vmware.com/v1alpha5", "VirtualMachineGroup", "g", {
  spec: {
    groupName: "parent",
    powerState: "PoweredOn",
    bootOrder: [{
      members: [{ kind: "VirtualMachine", name: "m" }, { kind: "VirtualMachineGroup", name: "h" }],
    }],
  },
});

const claim = object("v1", "PersistentVolumeClaim", "claim", {
  metadata: {
    labels: { "vmoperator.vmware.com/instance-storage-resource": "true" },
    annotations: { "volumehealth.storage.kubernetes.io/health": "accessible" },
    finalizers: ["cns.vmware.com/pvc-protection"],
    ownerReferences: [
      { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: "pg", controller: true, uid: "u" },
    ],
  },
  spec: { storageClassName: "s" },
});

const cluster = object("postgresql.cnpg.io/v1", "Cluster", "pg", {
  metadata: {
    uid: "u",
    annotations: {
      "velero-cnpg/serverName": "old",
      "velero-cnpg/current-backup-id": "20250101T000000",
      "velero-cnpg/backup-time": "2025-01-01T00:00:00Z",
      "velero-cnpg/volume-snapshots": '[{"name":"snap","type":"PG_DATA"}]',
      "cnpg.io/fencedInstances": "[]",
    },
  },
  spec: {
    instances: 1,
    plugins: [{
      name: "barman-cloud.cloudnative-pg.io",
      isWALArchiver: true,
      enabled: true,
      parameters: { barmanObjectName: "store", serverName: "pg" },
    }],
    externalClusters: [{ name: "clusterBackup", plugin: { name: "x", parameters: {} } }],
    bootstrap: { initdb: { database: "app", owner: "app", secret: { name: "app-secret" } } },
    superuserSecret: { name: "super" },
    replica: { enabled: true, source: "clusterBackup" },
  },
});

const deployment = object("apps/v1", "Deployment", "app", {
  spec: {
    template: {
      spec: {
        initContainers: [{ name: "wait-for-migration-job", env: [{ name: "PASSWORD", value: SECRET }] }],
        containers: [{ name: "c" }],
      },
    },
  },
});

const schedule = object("postgresql.cnpg.io/v1", "ScheduledBackup", "s", { spec: { immediate: true } });

/** What {@link SUBJECTS} is keyed by. */
export type SubjectName = keyof typeof SUBJECTS;

/** One of each registered action. */
export const SUBJECTS = {
  backupVirtualMachine: backup("BackupItemAction", "superphenix.net/backup-virtualmachine", virtualMachine),
  restoreVirtualMachine: restore("superphenix.net/restore-virtualmachine", virtualMachine),
  backupGroup: backup("BackupItemAction", "lubronzhan.io/vmgroup-backup", group),
  backupMachine: backup("BackupItemAction", "lubronzhan.io/vm-backup", machine),
  restoreClaim: restore("lubronzhan.io/pvc-restore", claim),
  restoreMachine: restore("lubronzhan.io/vm-restore", machine, "RestoreItemActionV2"),
  restoreGroup: restore("lubronzhan.io/vmgroup-restore", group, "RestoreItemActionV2"),
  backupCluster: backup("BackupItemActionV2", "replicated.com/cnpg-backup-plugin", cluster),
  restoreCluster: restore("replicated.com/cnpg-restore-plugin", cluster, "RestoreItemActionV2"),
  restoreDeployment: restore(
    "replicated.com/deployment-restore-plugin",
    deployment,
    "RestoreItemActionV2",
  ),
  restoreOwned: restore("replicated.com/cnpg-owned-restore-plugin", claim),
  restoreSchedule: restore("replicated.com/cnpg-backup-objects-restore-plugin", schedule),
  ...OPENSHIFT,
  ...KUBEVIRT,
} as const;

function backup(kind: ActionKind, name: string, item: JsonObject): Subject {
  return { kind, name, item, run: BACKUP };
}

function restore(name: string, item: JsonObject, kind: ActionKind = "RestoreItemAction"): Subject {
  return { kind, name, item, run: RESTORE };
}

/** The same action with its item in another namespace. */
export function inNamespace(subject: Subject, namespace: string): Subject {
  const { metadata } = subject.item as { metadata: JsonObject };
  return { ...subject, item: { ...subject.item, metadata: { ...metadata, namespace } } };
}

/** An object that carries the settings. */
export function settingsMap(data: JsonObject, name = "settings"): JsonObject {
  const labels = { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "velero", labels }, data };
}

/** Settings under which every action reads as much as it can. */
export const ALL_ON = settingsMap({
  "superphenix.launcher-fallback": "true",
  "superphenix.subnet": "true",
  "superphenix.nad-lookup": "true",
  "superphenix.restore-action": "true",
  "vmgroup.preserve-ip": "true",
  "vmgroup.new-identity": "true",
  "vmgroup.power-state": "off",
  "vmgroup.drop-zone": "true",
  "vmgroup.vm-dependencies": "true",
  "vmgroup.services": "true",
  "cnpg.default-server-name": "true",
  "cnpg.in-tree": "true",
  "cnpg.recovery-target": "backup-time",
  "cnpg.on-demand-backup": "true",
  "cnpg.volume-snapshot": "true",
  "cnpg.replica": "promote",
  "cnpg.dependencies": "true",
  "cnpg.skip-owned": "true",
  "cnpg.skip-backup-objects": "suspend",
  "cnpg.per-cluster-override": "true",
  "cnpg.clear-fencing": "true",
  ...OPENSHIFT_ON,
  ...KUBEVIRT_ON,
});

/** The claim that the volumes of {@link SUBJECTS} name. */
export const CLAIM = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "claim", namespace: "n" },
};

/** Everything that the items of {@link SUBJECTS} refer to. */
export const OBJECTS: readonly JsonObject[] = [CLAIM, ...OPENSHIFT_OBJECTS, ...KUBEVIRT_OBJECTS];
