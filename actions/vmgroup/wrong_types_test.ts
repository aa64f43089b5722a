import { assertEquals } from "@std/assert";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { defaultsOf, runBackup, runReadiness, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupGroup } from "./backup_group.ts";
import { backupVm } from "./backup_vm.ts";
import { restoreGroup } from "./restore_group.ts";
import { restorePvc } from "./restore_pvc.ts";
import { restoreVm } from "./restore_vm.ts";
import { settings, type VmGroupSettings } from "./settings.ts";

// Every switch that makes an action read more.
const EVERYTHING: VmGroupSettings = {
  ...defaultsOf(settings),
  "must-include": "always",
  "preserve-ip": true,
  "new-identity": true,
  "power-state": "off",
  "drop-zone": true,
  "vm-dependencies": true,
  services: true,
  "pvc-scope": "vsphere",
};

const VM: JsonObject = {
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: "VirtualMachine",
  metadata: {
    name: "v",
    namespace: "n",
    labels: { "vmoperator.vmware.com/paused": "x", "topology.kubernetes.io/zone": "z", app: "a" },
    annotations: { "delete.check.vmoperator.vmware.com/c": "r" },
  },
  spec: {
    instanceUUID: "u",
    biosUUID: "b",
    powerState: "Suspended",
    nextRestartTime: "t",
    groupName: "g",
    bootstrap: {
      cloudInit: {
        instanceID: "i",
        rawCloudConfig: { name: "s1" },
        cloudConfig: { users: [{ passwd: { name: "s2" } }], write_files: [{ content: { name: "s3" } }] },
      },
      sysprep: { rawSysprep: { name: "s4" }, sysprep: { userData: { productID: { name: "s5" } } } },
      vAppConfig: { rawProperties: "s6", properties: [{ value: { from: { name: "s7" } } }] },
    },
    volumes: [{ name: "d", persistentVolumeClaim: { claimName: "p", instanceVolumeClaim: { size: "1Gi" } } }],
    network: { interfaces: [{ name: "eth0", gateway4: "10.0.0.1" }] },
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
};

const GROUP: JsonObject = {
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: "VirtualMachineGroup",
  metadata: {
    name: "g",
    namespace: "n",
    annotations: { "vmoperator.vmware.com.protected/apply-power-state-time": "t" },
  },
  spec: {
    groupName: "parent",
    nextForcePowerStateSyncTime: "t",
    powerState: "PoweredOn",
    bootOrder: [{
      members: [{ name: "v", kind: "VirtualMachine" }, { name: "g2", kind: "VirtualMachineGroup" }],
    }],
  },
};

const SERVICE: JsonObject = {
  apiVersion: "vmoperator.vmware.com/v1alpha6",
  kind: "VirtualMachineService",
  metadata: { name: "svc", namespace: "n" },
  spec: { selector: { app: "a" } },
};

const PVC: JsonObject = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    name: "p",
    namespace: "n",
    labels: { "vmoperator.vmware.com/instance-storage-resource": "true", "cns.vmware.com/usedby-vm-1": "v" },
    annotations: {
      "volumehealth.storage.kubernetes.io/health": "accessible",
      "volume.kubernetes.io/storage-provisioner": "csi.vsphere.vmware.com",
    },
    finalizers: ["cns.vmware.com/pvc-protection"],
    ownerReferences: [{ apiVersion: "vmoperator.vmware.com/v1alpha6", kind: "VirtualMachine", name: "v" }],
  },
};

const BACKUP: JsonObject = { spec: { includedResources: ["virtualmachinegroups"] } };
const RESTORE: JsonObject = { spec: { namespaceMapping: { n: "m" } } };

const WRONG: readonly JsonValue[] = [5, "x", "", true, null, [], {}, [5], [null], [{}], { name: 5 }];

const base = { settings: EVERYTHING };
const identifiers = [{
  group: "vmoperator.vmware.com",
  resource: "virtualmachinegroups",
  namespace: "n",
  name: "g",
}];

const CALLS: Readonly<Record<string, [JsonObject, (item: JsonObject) => Promise<unknown>]>> = {
  "vmgroup-backup, group": [
    GROUP,
    (item) => runBackup(backupGroup, { ...base, item, backup: BACKUP, objects: [VM, SERVICE] }),
  ],
  "vmgroup-backup, VM in the cluster": [
    VM,
    (vm) => runBackup(backupGroup, { ...base, item: GROUP, cluster: { get: () => Promise.resolve(vm) } }),
  ],
  "vmgroup-backup, Backup": [
    BACKUP,
    (backup) =>
      runBackup(backupGroup, { settings: defaultsOf(settings), item: GROUP, backup, objects: [VM] }),
  ],
  "vmgroup-backup, service": [
    SERVICE,
    (service) =>
      runBackup(backupGroup, {
        ...base,
        item: GROUP,
        cluster: {
          get: () => Promise.resolve(VM),
          async *list() {
            yield await Promise.resolve(service);
          },
        },
      }),
  ],
  "vm-backup": [VM, (item) => runBackup(backupVm, { ...base, item })],
  "vm-restore": [VM, (item) => runRestore(restoreVm, { ...base, item })],
  "vm-restore, stored VM": [
    VM,
    (itemFromBackup) => runRestore(restoreVm, { ...base, item: VM, itemFromBackup }),
  ],
  "vmgroup-restore": [GROUP, (item) => runRestore(restoreGroup, { ...base, item })],
  "pvc-restore": [PVC, (item) => runRestore(restorePvc, { ...base, item })],
  "pvc-restore, stored PVC": [
    PVC,
    (itemFromBackup) => runRestore(restorePvc, { ...base, item: PVC, itemFromBackup }),
  ],
  "readiness, Restore": [
    RESTORE,
    (restore) =>
      runReadiness(restoreVm, { ...base, additionalItems: identifiers, restore, objects: [GROUP] }),
  ],
};

// The two types that a rule refuses.
const REFUSED: Readonly<Record<string, RegExp>> = {
  "vmgroup-backup, group": /^spec\.bootOrder = (5|"x"|""|true|\{\}|\{"name":5\})$/,
  "vm-restore": /^spec = (5|"x"|""|true|\[.*\])$/,
};

for (const [name, [object, call]] of Object.entries(CALLS)) {
  Deno.test(`wrong types, ${name}: an answer or the refusal of a rule`, async () => {
    const failures: string[] = [];
    for (const { about, value } of mutationsOf(object, WRONG)) {
      try {
        await call(value);
        if (REFUSED[name]?.test(about)) failures.push(`${about}: taken`);
      } catch (error) {
        if (!(error instanceof Refusal && REFUSED[name]?.test(about))) failures.push(`${about}: ${error}`);
      }
    }
    assertEquals(failures, []);
  });
}
