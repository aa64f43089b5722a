import { assertEquals } from "@std/assert";
import { inBackup, type ResourceNames } from "./backup_filter.ts";
import { KINDS } from "./kubevirt/in_backup.ts";

const { pods, datavolumes, virtualmachines, virtualmachineinstances, persistentvolumeclaims } = KINDS;
const OPERATOR_VM: ResourceNames = {
  group: "vmoperator.vmware.com",
  plural: "virtualmachines",
  singular: "virtualmachine",
  shortNames: ["vm"],
};

// Whether a list of names matches; the same rows hold for both pairs of fields. «none» is an empty list.
const ROWS: [names: ResourceNames, entries: string[], included: boolean, excluded: boolean, rows?: string][] =
  [
    [pods, [], true, false, "kubevirt T7.1.1, T7.1.10; superphenix T4.86, T4.95"],
    [
      pods,
      ["pods", "virtualmachines", "persistentvolumes"],
      true,
      true,
      "kubevirt T7.1.2, T7.1.11; superphenix T4.87, T4.96",
    ],
    [
      pods,
      ["virtualmachines", "persistentvolumes"],
      false,
      false,
      "kubevirt T7.1.3, T7.1.12; superphenix T4.88, T4.97",
    ],
    [datavolumes, ["datavolumes"], true, true, "kubevirt T7.1.4, T7.1.13; superphenix T4.89, T4.98"],
    [datavolumes, ["DataVolumes"], true, true, "kubevirt T7.1.5, T7.1.14; superphenix T4.90, T4.99"],
    [pods, ["pod"], true, true, "kubevirt T7.1.6, T7.1.15; superphenix T4.91, T4.100"],
    [pods, ["pods"], true, true, "kubevirt T7.1.7, T7.1.16; superphenix T4.92, T4.101"],
    [
      virtualmachines,
      ["virtualmachines.kubevirt.io"],
      true,
      true,
      "kubevirt T7.1.8, T7.1.17, B28; superphenix T4.93, T4.102",
    ],
    [
      virtualmachines,
      ["virtualmachine.kubevirt.io"],
      true,
      true,
      "kubevirt T7.1.9, T7.1.18; superphenix T4.94, T4.103",
    ],
    [pods, ["*"], true, true, "kubevirt T7.1.19, T7.1.20"],
    [pods, ["po"], true, true, "kubevirt T7.1.22"],
    [pods, ["Pod"], true, true],
    [persistentvolumeclaims, ["pvc"], true, true],
    [virtualmachineinstances, ["vmi"], true, true, "kubevirt T7.1.23"],
    [virtualmachineinstances, ["vmis.kubevirt.io"], true, true],
    [virtualmachineinstances, ["VirtualMachineInstance"], true, true],
    [virtualmachineinstances, ["vm"], false, false],
    [virtualmachines, ["vms"], true, true],
    [virtualmachines, ["vmi"], false, false],
    [datavolumes, ["dv"], true, true],
    [datavolumes, ["dvs.cdi.kubevirt.io"], true, true],
    [
      virtualmachines,
      ["virtualmachines.vmoperator.vmware.com"],
      false,
      false,
      "kubevirt T7.1.24; superphenix DEV-SPX-18",
    ],
    [OPERATOR_VM, ["virtualmachines.vmoperator.vmware.com"], true, true],
    [OPERATOR_VM, ["virtualmachines.kubevirt.io"], false, false],
    [OPERATOR_VM, ["vm"], true, true],
    [OPERATOR_VM, ["vms"], false, false],
    [pods, ["pods.metrics.k8s.io"], false, false],
    [virtualmachines, ["VirtualMachines.KubeVirt.io"], true, true],
    [datavolumes, ["datavolumes.cdi"], true, true],
    [datavolumes, ["datavolumes.kubevirt.io"], false, false],
    [pods, [""], false, false],
    [pods, ["podss"], true, true],
    [pods, ["podsss"], false, false],
  ];

Deno.test("inBackup() matches entries of the filters", async (t) => {
  for (const [names, entries, included, excluded, rows = ""] of ROWS) {
    await t.step(`${names.plural}; ${entries.join(", ")} ${rows}`, () => {
      assertEquals(inBackup({ spec: { includedResources: entries } }, names), included);
      assertEquals(inBackup({ spec: { excludedResources: entries } }, names), !excluded);
      assertEquals(inBackup({ spec: { includedNamespaceScopedResources: entries } }, names), included);
      // kubevirt T7.1.21
      assertEquals(inBackup({ spec: { excludedNamespaceScopedResources: entries } }, names), !excluded);
    });
  }
});

Deno.test("inBackup() lets an exclusion win", () => {
  assertEquals(inBackup({ spec: { includedResources: ["*"], excludedResources: ["pods"] } }, pods), false);
  assertEquals(
    inBackup({
      spec: { includedNamespaceScopedResources: ["pods"], excludedNamespaceScopedResources: ["*"] },
    }, pods),
    false,
  );
});

Deno.test("inBackup() takes what is not a filter as none", () => {
  for (const backup of [{}, { spec: null }, { spec: 5 }, { spec: { includedResources: "pods" } }]) {
    assertEquals(inBackup(backup, pods), true);
  }
  assertEquals(inBackup({ spec: { includedClusterScopedResources: ["nodes"] } }, pods), true);
});
