/**
 * The items the benchmark sends, by action, so that any plugin that lists one of the actions can be measured.
 *
 * @module
 */

import type { ActionKind } from "../actions/action.ts";
import type { JsonObject } from "../objects/json.ts";

/** One kind of call. */
export interface BenchCase {
  /** What people read; the same for actions that do the same job in different executables. */
  readonly title: string;
  readonly kind: ActionKind;
  readonly action: string;
  readonly item: JsonObject;
}

const meta = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  namespace: "bench",
  labels: { app: "bench", "app.kubernetes.io/part-of": "shop" },
  ...more,
});

const claim: JsonObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: meta("data", {
    annotations: {
      "volumehealth.storage.kubernetes.io/health": "accessible",
      "volumehealth.storage.kubernetes.io/health-timestamp": "2026-01-01T00:00:00Z",
      "pv.kubernetes.io/bind-completed": "yes",
    },
    finalizers: ["kubernetes.io/pvc-protection", "cns.vmware.com/pvc-protection"],
  }),
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "10Gi" } },
    storageClassName: "vsan",
    volumeMode: "Filesystem",
    volumeName: "pvc-6a3c6f1e-5a63-4a0e-8d3e-2a4f2f4f9b10",
  },
};

const container = (name: string): JsonObject => ({
  name,
  image: `registry.example.com/shop/${name}:1.4.2`,
  env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value of setting ${i}` })),
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
});

const deployment: JsonObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: meta("shop"),
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "bench" } },
    template: {
      metadata: { labels: { app: "bench" } },
      spec: {
        initContainers: [container("wait-for-migration-job"), container("prepare")],
        containers: [container("web"), container("worker")],
      },
    },
  },
};

const vmOperatorMachine: JsonObject = {
  apiVersion: "vmoperator.vmware.com/v1alpha5",
  kind: "VirtualMachine",
  metadata: meta("node-1", {
    annotations: { "virtualmachine.vmoperator.vmware.com/first-boot-done": "true" },
  }),
  spec: { className: "large", imageName: "vmi-1", instanceUUID: "6a3c6f1e-5a63-4a0e-8d3e-2a4f2f4f9b10" },
};

const virtualMachine: JsonObject = {
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: meta("web"),
  spec: {
    runStrategy: "Halted",
    template: {
      metadata: { labels: { app: "bench" } },
      spec: {
        domain: {
          devices: { interfaces: [{ name: "default", bridge: {} }, { name: "storage", bridge: {} }] },
        },
        networks: [{ name: "default", pod: {} }, {
          name: "storage",
          multus: { networkName: "bench/storage" },
        }],
        volumes: [{ name: "root", containerDisk: { image: "registry.example.com/images/alma9" } }],
      },
    },
  },
  status: { printableStatus: "Stopped" },
};

const multus = (name: string) => ({ name, multus: { networkName: `bench/${name}` } });

const runningMachine: JsonObject = {
  ...virtualMachine,
  metadata: meta("db"),
  spec: {
    runStrategy: "Always",
    template: {
      metadata: { labels: { app: "bench" } },
      spec: {
        domain: { devices: {} },
        networks: [{ name: "default", pod: {} }, multus("storage"), multus("replication")],
        volumes: [
          { name: "root", dataVolume: { name: "db-root" } },
          { name: "data", persistentVolumeClaim: { claimName: "db-data" } },
        ],
      },
    },
  },
  status: { printableStatus: "Running" },
};

const PVC = "restore of a PVC";
const VM_OPERATOR = "restore of a VM Operator VM";
const DEPLOYMENT = "restore of a Deployment";
const KUBEVIRT = "backup of a KubeVirt VM, two reads";

/** The calls of the usual run. The last one is the only one that reads. */
export const CASES: readonly BenchCase[] = [
  { title: PVC, kind: "RestoreItemAction", action: "lubronzhan.io/pvc-restore", item: claim },
  { title: PVC, kind: "RestoreItemAction", action: "example.io/bare", item: claim },
  {
    title: VM_OPERATOR,
    kind: "RestoreItemAction",
    action: "lubronzhan.io/vm-restore",
    item: vmOperatorMachine,
  },
  {
    title: VM_OPERATOR,
    kind: "RestoreItemActionV2",
    action: "lubronzhan.io/vm-restore",
    item: vmOperatorMachine,
  },
  {
    title: DEPLOYMENT,
    kind: "RestoreItemActionV2",
    action: "replicated.com/deployment-restore-plugin",
    item: deployment,
  },
  {
    title: KUBEVIRT,
    kind: "BackupItemAction",
    action: "superphenix.net/backup-virtualmachine",
    item: virtualMachine,
  },
];

/** The calls of a run against a slow API server. */
export const READING_CASES: readonly BenchCase[] = [
  ...CASES.filter(({ title }) => title === KUBEVIRT),
  {
    title: "backup of a running KubeVirt VM with two disks and three interfaces, six reads",
    kind: "BackupItemAction",
    action: "superphenix.net/backup-virtualmachine",
    item: runningMachine,
  },
];

const address = (name: string, v4: string, mac: string): JsonObject => ({
  apiVersion: "kubeovn.io/v1",
  kind: "IP",
  metadata: { name },
  spec: {
    v4IpAddress: v4,
    v6IpAddress: "",
    macAddress: mac,
    subnet: "ovn-default",
    namespace: "bench",
    podName: "web",
  },
});

const existing = (apiVersion: string, kind: string, name: string): JsonObject => ({
  apiVersion,
  kind,
  metadata: meta(name),
});

/** What the API server holds for the calls that read. */
export const WORLD: readonly JsonObject[] = [
  address("web.bench", "10.16.0.5", "02:00:00:00:00:01"),
  address("web.bench.storage.bench.ovn", "10.17.0.5", "02:00:00:00:00:02"),
  address("db.bench", "10.16.0.6", "02:00:00:00:00:03"),
  address("db.bench.storage.bench.ovn", "10.17.0.6", "02:00:00:00:00:04"),
  address("db.bench.replication.bench.ovn", "10.18.0.6", "02:00:00:00:00:05"),
  existing("kubevirt.io/v1", "VirtualMachineInstance", "db"),
  existing("cdi.kubevirt.io/v1beta1", "DataVolume", "db-root"),
  existing("v1", "PersistentVolumeClaim", "db-data"),
];
