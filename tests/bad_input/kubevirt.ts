/**
 * Every action of the kubevirt source with an item that makes it read all it can.
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { SECRET, type Subject } from "./world.ts";

const OWN = "velero-plugin-for-workloads";

const BACKUP = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "b", namespace: "velero", uid: "b", labels: { [`${OWN}/graph-profile`]: "full" } },
  spec: { includedNamespaces: ["n"], excludedResources: ["nodes"], defaultVolumesToFsBackup: true },
};

const RESTORE = {
  apiVersion: "velero.io/v1",
  kind: "Restore",
  metadata: {
    name: "r",
    namespace: "velero",
    uid: "r",
    labels: {
      "velero.kubevirt.io/restore-run-strategy": "Halted",
      "velero.kubevirt.io/clear-mac-address": "true",
      "velero.kubevirt.io/generate-new-firmware-uuid": "true",
      [`${OWN}/avoid-collisions`]: "all",
    },
  },
  spec: { backupName: "b", namespaceMapping: { n: "m" } },
};

/** An object with the secret in an annotation; more metadata may follow. */
function object(apiVersion: string, kind: string, spec: JsonValue, rest: JsonObject = {}): JsonObject {
  const { metadata = {}, ...more } = rest as { metadata?: JsonObject };
  const annotations = { note: SECRET, ...(metadata.annotations as JsonObject | undefined) };
  const own = { name: "v", namespace: "n", uid: "own", resourceVersion: "1", ...metadata, annotations };
  return { apiVersion, kind, metadata: own, spec, ...more };
}

const ownedBy = (apiVersion: string, kind: string, name: string) => ({
  ownerReferences: [{ apiVersion, kind, name, uid: "u", controller: true }],
});

const instanceSpec = {
  domain: {
    devices: {
      interfaces: [{ name: "a", macAddress: "02:00:00:00:00:01" }],
      tpm: { persistent: true },
    },
    firmware: { uuid: "u", serial: "s" },
  },
  networks: [{ name: "a", multus: { networkName: "n/net" } }],
  volumes: [
    { name: "c", persistentVolumeClaim: { claimName: "claim" } },
    { name: "i", cloudInitNoCloud: { userData: SECRET, secretRef: { name: "init" } } },
  ],
  accessCredentials: [{ sshPublicKey: { source: { secret: { secretName: "ssh" } } } }],
};

const machineSpec = {
  runStrategy: "Always",
  instancetype: { kind: "VirtualMachineInstancetype", name: "t", revisionName: "r" },
  dataVolumeTemplates: [{ metadata: { name: "made" }, spec: { source: { http: { secretRef: "http" } } } }],
  template: { spec: instanceSpec },
};

const machine = object("kubevirt.io/v1", "VirtualMachine", machineSpec, {
  status: {
    created: true,
    printableStatus: "Running",
    instancetypeRef: { controllerRevisionRef: { name: "r2" } },
  },
});
const instance = object("kubevirt.io/v1", "VirtualMachineInstance", instanceSpec, {
  metadata: { uid: "vmi", labels: { "kubevirt.io/nodeName": "node" } },
  status: { phase: "Running", nodeName: "node" },
});
const replicaSet = object("kubevirt.io/v1", "VirtualMachineInstanceReplicaSet", {
  selector: { matchLabels: { app: "a" } },
  template: { spec: instanceSpec },
});
const marked = {
  labels: { "velero.kubevirt.io/pvc-uid": "u", [`${OWN}/vm-name`]: "v" },
  annotations: { "velero.kubevirt.io/original-pvc-uid": "o" },
};
const claim = object("v1", "PersistentVolumeClaim", {
  dataSourceRef: { apiGroup: "cdi.kubevirt.io", kind: "VolumeImportSource", name: "x" },
}, {
  metadata: { ...marked, ...ownedBy("cdi.kubevirt.io/v1beta1", "DataVolume", "dv") },
  status: { phase: "Bound" },
});
const dataVolume = object("cdi.kubevirt.io/v1beta1", "DataVolume", {
  source: { pvc: { name: "p", namespace: "n" } },
}, { status: { phase: "Succeeded" } });
const snapshot = object(
  "snapshot.storage.k8s.io/v1",
  "VolumeSnapshot",
  { source: { persistentVolumeClaimName: "claim" } },
  { metadata: marked },
);
const upload = object("velero.io/v2alpha1", "DataUpload", { sourceNamespace: "n", sourcePVC: "claim" });
const template = object("template.kubevirt.io/v1alpha1", "VirtualMachineTemplate", {
  virtualMachine: { metadata: { name: "${NAME}" }, spec: machineSpec },
});
const dataSource = object("cdi.kubevirt.io/v1beta1", "DataSource", {
  source: { pvc: { name: "p", namespace: "n" } },
});
const network = object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", {
  config: '{"netAttachDefName":"n/net"}',
});
const pod = object("v1", "Pod", {}, {
  metadata: ownedBy("kubevirt.io/v1", "VirtualMachineInstance", "v"),
});
const migration = object("kubevirt.io/v1", "VirtualMachineInstanceMigration", { vmiName: "v" });

const named = (name: string) => `kubevirt-velero-plugin/${name}-action`;

function backup(name: string, item: JsonObject): Subject {
  return { kind: "BackupItemAction", name: named(`backup-${name}`), item, run: BACKUP };
}

function restore(name: string, item: JsonObject): Subject {
  return { kind: "RestoreItemAction", name: named(`restore-${name}`), item, run: RESTORE };
}

function block(name: string, item: JsonObject, kind: ActionKind = "ItemBlockAction"): Subject {
  return { kind, name: named(`block-${name}`), item, run: BACKUP };
}

/** One of each action. */
export const KUBEVIRT = {
  backupKubevirtMachine: backup("virtualmachine", machine),
  backupInstance: backup("virtualmachineinstance", instance),
  backupInstanceReplicaSet: backup("virtualmachineinstancereplicaset", replicaSet),
  backupDataVolume: backup("datavolume", claim),
  backupKubevirtClaim: backup("pvc", claim),
  backupSnapshot: backup("volumesnapshot", snapshot),
  backupDataUpload: backup("dataupload", upload),
  backupTemplate: backup("virtualmachinetemplate", template),
  backupDataSource: backup("datasource", dataSource),
  restoreKubevirtMachine: restore("vm", machine),
  restoreInstance: restore("vmi", instance),
  restoreInstanceReplicaSet: restore("virtualmachineinstancereplicaset", replicaSet),
  restoreLauncher: restore("pod", pod),
  restoreKubevirtClaim: restore("pvc", claim),
  restoreSnapshot: restore("volumesnapshot", snapshot),
  restoreDataVolume: restore("datavolume", dataVolume),
  restoreOneShot: restore("one-shot", migration),
  restoreTemplate: restore("virtualmachinetemplate", template),
  restoreDataSource: restore("datasource", dataSource),
  restoreNetwork: restore("networkattachmentdefinition", network),
  blockMachine: block("virtualmachine", machine),
  blockInstance: block("virtualmachineinstance", instance),
  blockPod: block("pod", pod),
  blockDataVolume: block("datavolume", dataVolume),
  blockTemplate: block("virtualmachinetemplate", template),
} as const;

/** Settings under which the source reads as much as it can. */
export const KUBEVIRT_ON = {
  "kubevirt.vm-name-label": "true",
  "kubevirt.label-data-uploads": "true",
  "kubevirt.later-kinds": "true",
};

/** What the items refer to. */
export const KUBEVIRT_OBJECTS: readonly JsonObject[] = [
  { ...dataVolume, metadata: { name: "dv", namespace: "n" } },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "virt-launcher-v",
      namespace: "n",
      labels: { "kubevirt.io": "virt-launcher", "kubevirt.io/created-by": "vmi" },
      annotations: { "kubevirt.io/domain": "v" },
    },
    spec: {},
    status: { phase: "Running", containerStatuses: [{ name: "compute", ready: true }] },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "state", namespace: "n", labels: { "persistent-state-for": "v" } },
  },
  {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "other", namespace: "m" },
    spec: { template: { spec: instanceSpec } },
  },
];
