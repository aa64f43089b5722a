import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { mutationsOf } from "../kit/mutations.ts";
import { ALL_ON, CLAIM, OBJECTS, type SubjectName, SUBJECTS, WRONG } from "./subjects.ts";
import { assertClear, createWorld, ignore, SECRET } from "./world.ts";

const named = (apiVersion: string, kind: string, name: string, rest: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "n", annotations: { note: SECRET } },
  ...rest,
});

const backups = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "BackupList",
  metadata: { resourceVersion: "1", continue: "" },
  items: [named("postgresql.cnpg.io/v1", "Backup", "one", {
    spec: { cluster: { name: "pg" }, method: "plugin", pluginConfiguration: { name: "barman" } },
    status: {
      phase: "completed",
      method: "volumeSnapshot",
      backupId: "i",
      serverName: "pg",
      stoppedAt: "2025-01-01T00:00:00Z",
      pluginMetadata: { clusterUID: "u" },
      snapshotBackupStatus: { elements: [{ name: "snap", type: "PG_DATA" }] },
    },
  })],
};

/** What the API server answers to a read of an action. */
const ANSWERS: readonly { path: string; subject: SubjectName; answer: JsonObject }[] = [
  {
    path: "/apis/kubeovn.io/v1/ips/vm.n",
    subject: "backupVirtualMachine",
    answer: named("kubeovn.io/v1", "IP", "vm.n", {
      spec: { v4IpAddress: "10.0.0.2", v6IpAddress: "", macAddress: "m", subnet: "s" },
    }),
  },
  {
    path: "/apis/k8s.cni.cncf.io/v1/namespaces/n/network-attachment-definitions/x",
    subject: "backupVirtualMachine",
    answer: named("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "x", {
      spec: { config: '{"plugins":[{"type":"kube-ovn","ipam":{"type":"kube-ovn"}}]}' },
    }),
  },
  {
    path: "/apis/kubevirt.io/v1/namespaces/n/virtualmachineinstances/vm",
    subject: "backupVirtualMachine",
    answer: named("kubevirt.io/v1", "VirtualMachineInstance", "vm", { status: { nodeName: "k" } }),
  },
  {
    path: "/api/v1/namespaces/n/persistentvolumeclaims/claim",
    subject: "backupVirtualMachine",
    answer: CLAIM,
  },
  {
    path: "/api/v1/namespaces/n/pods",
    subject: "backupVirtualMachine",
    answer: {
      apiVersion: "v1",
      kind: "PodList",
      metadata: {},
      items: [named("v1", "Pod", "virt-launcher-vm", {
        status: { phase: "Running" },
        spec: { nodeName: "k" },
        metadata: {
          name: "virt-launcher-vm",
          labels: { "vm.kubevirt.io/name": "vm", "kubevirt.io": "virt-launcher" },
          annotations: { "ovn.kubernetes.io/ip_address": "10.0.0.2" },
        },
      })],
    },
  },
  {
    path: "/apis/vmoperator.vmware.com/v1alpha5/namespaces/n/virtualmachines/m",
    subject: "backupGroup",
    answer: SUBJECTS.restoreMachine.item,
  },
  {
    path: "/apis/vmoperator.vmware.com/v1alpha5/namespaces/n/virtualmachineservices",
    subject: "backupGroup",
    answer: {
      apiVersion: "vmoperator.vmware.com/v1alpha5",
      kind: "VirtualMachineServiceList",
      metadata: {},
      items: [named("vmoperator.vmware.com/v1alpha5", "VirtualMachineService", "s", {
        spec: { selector: { a: "b" } },
      })],
    },
  },
  {
    path: "/apis/postgresql.cnpg.io/v1/namespaces/n/backups",
    subject: "backupCluster",
    answer: backups,
  },
  {
    path: "/apis/barmancloud.cnpg.io/v1/namespaces/n/objectstores/store",
    subject: "backupCluster",
    answer: named("barmancloud.cnpg.io/v1", "ObjectStore", "store", {
      spec: { configuration: { s3Credentials: { accessKeyId: { name: "s", key: "k" } } } },
      status: { serverRecoveryWindow: { pg: { firstRecoverabilityPoint: "2025-01-01T00:00:00Z" } } },
    }),
  },
  {
    path: "/apis/postgresql.cnpg.io/v1/namespaces/n/clusters/pg",
    subject: "restoreCluster",
    answer: SUBJECTS.restoreCluster.item,
  },
  {
    path: "/apis/snapshot.storage.k8s.io/v1/namespaces/n/volumesnapshots/snap",
    subject: "restoreCluster",
    answer: named("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "snap", { status: { readyToUse: true } }),
  },
];

Deno.test(
  { name: "a wrong type in any place of what the API server answers is no exception", ignore },
  async () => {
    const world = await createWorld({ objects: [ALL_ON, ...OBJECTS] });
    for (const { path, subject: name, answer } of ANSWERS) {
      const subject = SUBJECTS[name];
      world.served.clearRequests();
      for (const { about, value } of mutationsOf(answer, WRONG)) {
        world.served.setFaults([{ method: "GET", path, body: JSON.stringify(value) }]);
        const outcome = await world.call(subject);
        assertClear(outcome, subject, `${path} ${about}`);
      }
      assertEquals(world.served.requests().some((line) => line.startsWith(`GET ${path}`)), true, path);
    }
    await world.end();
  },
);
