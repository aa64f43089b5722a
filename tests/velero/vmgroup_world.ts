/**
 * A VirtualMachineGroup of VM Operator and its surroundings.
 *
 * @module
 */

import type { Api, Json } from "./api.ts";

/** Where VM Operator's objects are. */
export const API = "/apis/vmoperator.vmware.com/v1alpha6/namespaces";

/** A VM or a group. */
export const object = (name: string, resource: string, metadata: Json = {}): Json => ({
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: resource === "virtualmachines" ? "VirtualMachine" : "VirtualMachineGroup",
  metadata: { name, ...metadata },
});

/** What a VM has of its own. */
export const IDENTITY = {
  instanceUUID: "11111111-1111-4111-8111-111111111111",
  biosUUID: "22222222-2222-4222-8222-222222222222",
};

/** The volumes of a VM with one disk. */
export const disk = (claimName: string) => [{ name: "data", persistentVolumeClaim: { claimName } }];

/** Makes namespace and group `erp` with a group in it, their VMs, a disk and a Secret, and what does not belong to them. */
export async function createGroup(api: Api, namespace: string): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  await api.create("/api/v1/namespaces", { metadata: { name: namespace } });
  await api.create(`${core}/secrets`, {
    metadata: { name: "db-init" },
    stringData: { "user-data": "x" },
  });
  await api.create(`${core}/secrets`, { metadata: { name: "unrelated" }, stringData: { a: "b" } });
  await api.create(`${core}/persistentvolumeclaims`, {
    metadata: {
      name: "db-data",
      annotations: {
        "cns.vmware.com/usedby-vm-11111111-1111-4111-8111-111111111111": "db",
        "volumehealth.storage.kubernetes.io/health": "accessible",
        "example.com/note": "kept",
      },
      finalizers: ["cns.vmware.com/pvc-protection"],
    },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const groups = `${API}/${namespace}/virtualmachinegroups`;
  const member = (name: string, kind = "VirtualMachine") => ({ name, kind });
  await api.create(groups, {
    ...object("erp", "virtualmachinegroups"),
    spec: {
      bootOrder: [{ members: [member("db")] }, { members: [member("front", "VirtualMachineGroup")] }],
      powerState: "PoweredOn",
      nextForcePowerStateSyncTime: "2026-01-01T00:00:00Z",
    },
  });
  await api.create(groups, {
    ...object("front", "virtualmachinegroups"),
    spec: { groupName: "erp", bootOrder: [{ members: [member("web")] }] },
  });
  const machines = `${API}/${namespace}/virtualmachines`;
  await api.create(machines, {
    ...object("db", "virtualmachines", {
      annotations: { "virtualmachine.vmoperator.vmware.com/first-boot-done": "true", k: "v" },
      labels: { "vmoperator.vmware.com/paused": "devops", app: "erp" },
    }),
    spec: {
      ...IDENTITY,
      className: "c",
      groupName: "erp",
      powerState: "Suspended",
      nextRestartTime: "2026-01-01T00:00:00Z",
      bootstrap: { cloudInit: { rawCloudConfig: { name: "db-init", key: "user-data" } } },
      network: { interfaces: [{ name: "eth0" }] },
      volumes: disk("db-data"),
    },
    status: {
      network: {
        config: {
          interfaces: [{ name: "eth0", ip: { addresses: ["10.0.0.2/24"], gateway4: "10.0.0.1/24" } }],
        },
      },
    },
  });
  await api.create(machines, {
    ...object("web", "virtualmachines"),
    spec: { ...IDENTITY, className: "c", groupName: "front", powerState: "PoweredOn" },
  });
  await api.create(machines, { ...object("alone", "virtualmachines"), spec: { className: "c" } });
}
