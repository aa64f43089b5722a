/**
 * A namespace of KubeVirt workloads as it is while they run: a VM with disks, an instance type, a persistent TPM and a hotplugged
 * disk, a DataVolume whose import has not ended, a stand-alone VirtualMachineInstance, a replica set, and objects that do their work
 * once.
 *
 * @module
 */

import type { Api, Json } from "./api.ts";
import { makersOf, owner } from "./kubevirt_objects.ts";

/** MAC address, UUID and serial of VM `db`. */
export const IDENTITY = {
  macAddress: "02:00:00:00:00:aa",
  uuid: "5d307ca9-b3ef-428c-8861-06e72d69f223",
  serial: "e4686d2c-6e8d-4335-b8fd-81bee22f4814",
};

const volumes = (dataVolume: string, claim: string) => [
  { name: "root", dataVolume: { name: dataVolume } },
  { name: "hot", persistentVolumeClaim: { claimName: claim, hotpluggable: true } },
  { name: "init", cloudInitNoCloud: { secretRef: { name: "db-init" } } },
];

const domain = {
  devices: {
    disks: [{ name: "root", disk: { bus: "virtio" } }],
    interfaces: [
      { name: "default", masquerade: {}, macAddress: IDENTITY.macAddress },
      { name: "storage", bridge: {} },
    ],
    tpm: { persistent: true },
  },
  firmware: { uuid: IDENTITY.uuid, serial: IDENTITY.serial },
};

const credentials = [
  { sshPublicKey: { source: { secret: { secretName: "db-ssh" } }, propagationMethod: { noCloud: {} } } },
  {
    userPassword: {
      source: { secret: { secretName: "db-password" } },
      propagationMethod: { qemuGuestAgent: {} },
    },
  },
];

function machine(namespace: string): Json {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "db", labels: { app: "db" }, annotations: { team: "data" } },
    spec: {
      runStrategy: "Always",
      futureField: { id: 1234567 },
      instancetype: { kind: "VirtualMachineInstancetype", name: "small" },
      preference: { kind: "VirtualMachinePreference", name: "linux" },
      dataVolumeTemplates: [{
        metadata: { name: "db-root" },
        spec: {
          source: { pvc: { namespace, name: "golden" } },
          storage: { resources: { requests: { storage: "1Gi" } } },
        },
      }],
      template: {
        metadata: { labels: { "kubevirt.io/domain": "db" } },
        spec: {
          domain,
          networks: [{ name: "default", pod: {} }, {
            name: "storage",
            multus: { networkName: `${namespace}/storage` },
          }],
          volumes: volumes("db-root", "db-hot"),
          accessCredentials: credentials,
        },
      },
    },
    status: {
      created: true,
      ready: true,
      printableStatus: "Running",
      instancetypeRef: { name: "small", controllerRevisionRef: { name: "db-small-v1" } },
      preferenceRef: { name: "linux", controllerRevisionRef: { name: "db-linux-v1" } },
    },
  };
}

/** Builds the namespace; gives the VM as created. */
export async function createKubevirtNamespace(api: Api, namespace: string): Promise<Json> {
  const { create, claim, dataVolume, instance } = makersOf(api, namespace);
  const secret = (name: string) =>
    create("secrets", { metadata: { name }, stringData: { value: `${name}-content` } });

  await api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  await Promise.all(["db-init", "db-ssh", "db-password", "unrelated"].map(secret));
  await create("network-attachment-definitions.k8s.cni.cncf.io", {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "storage" },
    spec: { config: JSON.stringify({ cniVersion: "0.3.0", type: "bridge" }) },
  });
  for (
    const [kind, name] of [["VirtualMachineInstancetype", "small"], ["VirtualMachinePreference", "linux"]]
  ) {
    await create(`${kind?.toLowerCase()}s.instancetype.kubevirt.io`, {
      apiVersion: "instancetype.kubevirt.io/v1beta1",
      kind,
      metadata: { name },
      spec: kind === "VirtualMachineInstancetype" ? { cpu: { guest: 1 }, memory: { guest: "1Gi" } } : {},
    });
    await create("controllerrevisions.apps", {
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: { name: `db-${name}-v1` },
      data: { apiVersion: "instancetype.kubevirt.io/v1beta1", kind, metadata: { name } },
      revision: 1,
    });
  }
  await dataVolume("db-root", "Succeeded", "Bound");
  await dataVolume("import", "ImportInProgress", "Pending");
  await claim("db-hot", "Bound", { labels: { "velero.kubevirt.io/pvc-uid": "a-user-s-own-value" } });
  await claim("persistent-state-for-db-4x2", "Bound", { labels: { "persistent-state-for": "db" } });
  const vm = await create("virtualmachines.kubevirt.io", machine(namespace));
  const { template } = vm["spec"];
  await instance("db", template.spec, { ownerReferences: [owner("kubevirt.io/v1", "VirtualMachine", vm)] });
  await claim("solo-data", "Bound");
  await instance("solo", {
    domain: {
      devices: { interfaces: [{ name: "default", masquerade: {}, macAddress: "02:00:00:00:00:bb" }] },
    },
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "solo-data" } }],
  }, { labels: { "kubevirt.io/nodeName": "worker-1", app: "solo" } });
  const set = await create("virtualmachineinstancereplicasets.kubevirt.io", {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstanceReplicaSet",
    metadata: { name: "farm" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { farm: "yes" } },
      template: { metadata: { labels: { farm: "yes" } }, spec: { domain: { devices: {} } } },
    },
  });
  await instance("farm-7xk", { domain: { devices: {} } }, {
    labels: { farm: "yes" },
    ownerReferences: [owner("kubevirt.io/v1", "VirtualMachineInstanceReplicaSet", set)],
  });
  for (
    const [resource, kind, apiVersion] of [
      ["virtualmachineclones.clone.kubevirt.io", "VirtualMachineClone", "clone.kubevirt.io/v1beta1"],
      ["virtualmachineinstancemigrations.kubevirt.io", "VirtualMachineInstanceMigration", "kubevirt.io/v1"],
    ] as const
  ) {
    await create(resource, { apiVersion, kind, metadata: { name: "once" }, spec: {} });
  }
  return vm;
}
