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

// kubevirt 7.1: whether a list of names matches; the same rows hold for both pairs of fields. «none» is an empty list.
const ROWS: [names: ResourceNames, entries: string[], included: boolean, excluded: boolean][] = [
  [pods, [], true, false],
  [pods, ["pods", "virtualmachines", "persistentvolumes"], true, true],
  [pods, ["virtualmachines", "persistentvolumes"], false, false],
  [datavolumes, ["datavolumes"], true, true],
  [datavolumes, ["DataVolumes"], true, true],
  [pods, ["pod"], true, true],
  [pods, ["pods"], true, true],
  [virtualmachines, ["virtualmachines.kubevirt.io"], true, true],
  [virtualmachines, ["virtualmachine.kubevirt.io"], true, true],
  [pods, ["*"], true, true],
  [pods, ["po"], true, true],
  [pods, ["Pod"], true, true],
  [persistentvolumeclaims, ["pvc"], true, true],
  [virtualmachineinstances, ["vmi"], true, true],
  [virtualmachineinstances, ["vmis.kubevirt.io"], true, true],
  [virtualmachineinstances, ["VirtualMachineInstance"], true, true],
  [virtualmachineinstances, ["vm"], false, false],
  [virtualmachines, ["vms"], true, true],
  [virtualmachines, ["vmi"], false, false],
  [datavolumes, ["dv"], true, true],
  [datavolumes, ["dvs.cdi.kubevirt.io"], true, true],
  [virtualmachines, ["virtualmachines.vmoperator.vmware.com"], false, false],
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
  for (const [names, entries, included, excluded] of ROWS) {
    await t.step(`${names.plural}; ${entries.join(", ")}`, () => {
      assertEquals(inBackup({ spec: { includedResources: entries } }, names), included);
      assertEquals(inBackup({ spec: { excludedResources: entries } }, names), !excluded);
      assertEquals(inBackup({ spec: { includedNamespaceScopedResources: entries } }, names), included);
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
