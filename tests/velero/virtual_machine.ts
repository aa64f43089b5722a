/** A running KubeVirt VM on Kube-OVN with everything that belongs to it: two networks, a disk, a launcher pod. */

import type { Api, Json } from "./api.ts";
import { makersOf, owner } from "./kubevirt_objects.ts";

/** Where the VM lies. */
export const VIRTUAL_MACHINES = (namespace: string) =>
  `/apis/kubevirt.io/v1/namespaces/${namespace}/virtualmachines`;

/** What a backup adds to the template of VM `web` in that namespace (superphenix 3.3). */
export function addressesOf(namespace: string): Json {
  return {
    "ovn.kubernetes.io/ip_address": "10.16.0.5,fd00:10:16::5",
    "ovn.kubernetes.io/mac_address": "00:00:00:8A:3C:11",
    [`storage.${namespace}.ovn.kubernetes.io/ip_address`]: "192.168.7.20",
    [`storage.${namespace}.ovn.kubernetes.io/mac_address`]: "00:00:00:1B:44:02",
  };
}

/** The VM `web`. `networkName` without a namespace means the VM's own, as KubeVirt defines. */
function virtualMachine(): Json {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "web", labels: { app: "web" }, annotations: { team: "storefront" } },
    spec: {
      runStrategy: "Always",
      // A field that no version of KubeVirt's Go types knows must survive.
      futureField: { id: 1234567 },
      dataVolumeTemplates: [{
        metadata: { name: "web-root" },
        spec: { source: { blank: {} }, storage: { resources: { requests: { storage: "1Gi" } } } },
      }],
      template: {
        metadata: { labels: { "kubevirt.io/domain": "web" }, annotations: { "example.com/note": "kept" } },
        spec: {
          domain: {
            devices: {
              disks: [{ name: "root", disk: { bus: "virtio" } }],
              interfaces: [{ name: "default", bridge: {} }, { name: "data", bridge: {} }],
            },
            memory: { guest: "1Gi" },
          },
          networks: [{ name: "default", pod: {} }, { name: "data", multus: { networkName: "storage" } }],
          volumes: [
            { name: "root", dataVolume: { name: "web-root" } },
            { name: "init", cloudInitNoCloud: { secretRef: { name: "web-init" } } },
          ],
        },
      },
    },
    status: { created: true, ready: true, printableStatus: "Running" },
  };
}

/** Creates the namespace with the VM, and Kube-OVN's IP objects, which are cluster-scoped and stay when the namespace goes. */
export async function createVirtualMachine(api: Api, namespace: string): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  const ips: [provider: string, spec: Json][] = [
    ["", { v4IpAddress: "10.16.0.5", v6IpAddress: "fd00:10:16::5", macAddress: "00:00:00:8A:3C:11" }],
    [`.storage.${namespace}.ovn`, { v4IpAddress: "192.168.7.20", macAddress: "00:00:00:1B:44:02" }],
  ];
  await api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  for (const [provider, addresses] of ips) {
    await api.create("/apis/kubeovn.io/v1/ips", {
      apiVersion: "kubeovn.io/v1",
      kind: "IP",
      metadata: { name: `web.${namespace}${provider}` },
      spec: { podName: "web", namespace, podType: "VirtualMachine", subnet: "ovn-default", ...addresses },
    });
  }
  await api.create(`/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`, {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "storage" },
    spec: {
      config: JSON.stringify({ cniVersion: "0.3.0", type: "kube-ovn", provider: `storage.${namespace}.ovn` }),
    },
  });
  await api.create(`${core}/secrets`, {
    metadata: { name: "web-init" },
    stringData: { userdata: "#cloud-config" },
  });
  await api.create(`${core}/persistentvolumeclaims`, {
    metadata: { name: "web-root" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "local",
    },
  });
  await api.create(`/apis/cdi.kubevirt.io/v1beta1/namespaces/${namespace}/datavolumes`, {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    metadata: { name: "web-root" },
    spec: { source: { blank: {} }, storage: { resources: { requests: { storage: "1Gi" } } } },
    status: { phase: "Succeeded" },
  });
  const machine = await api.create(VIRTUAL_MACHINES(namespace), virtualMachine());
  await makersOf(api, namespace).instance(
    "web",
    { domain: { devices: {} }, volumes: [{ name: "root", dataVolume: { name: "web-root" } }] },
    { ownerReferences: [owner("kubevirt.io/v1", "VirtualMachine", machine)] },
  );
}
