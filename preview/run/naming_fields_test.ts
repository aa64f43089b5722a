import { assertEquals } from "@std/assert";
import { object } from "../testing/world.ts";
import { namingFields } from "./naming_fields.ts";

const VM = object("kubevirt.io/v1", "VirtualMachine", "shop/web", {
  metadata: { labels: { app: "web" }, annotations: { note: "hidden" }, ownerReferences: [{ name: "set" }] },
  spec: {
    dataVolumeTemplates: [{ metadata: { name: "root" } }],
    instancetype: { name: "medium", kind: "VirtualMachineClusterInstancetype" },
    template: {
      metadata: { labels: { app: "labelled" } },
      spec: {
        domain: { devices: { interfaces: [{ name: "storage" }], disks: [{ name: "d" }] } },
        networks: [{ name: "storage", multus: { networkName: "other/storage" } }],
        volumes: [
          { name: "d", dataVolume: { name: "root" } },
          { name: "e", persistentVolumeClaim: { claimName: "same" } },
          { name: "same", secret: { secretName: "same" } },
        ],
      },
    },
  },
});

const CASES: readonly [string, string, string, string | undefined][] = [
  ["datavolumes", "shop", "root", "spec.template.spec.volumes[0].dataVolume.name"],
  ["persistentvolumeclaims", "shop", "same", "spec.template.spec.volumes[1].persistentVolumeClaim.claimName"],
  ["secrets", "shop", "same", "spec.template.spec.volumes[2].secret.secretName"],
  ["network-attachment-definitions", "other", "storage", "spec.template.spec.networks[0].multus.networkName"],
  ["virtualmachineclusterinstancetypes", "", "medium", "spec.instancetype.name"],
  ["virtualmachinepools", "shop", "set", "metadata.ownerReferences[0].name"],
  ["virtualmachineinstances", "shop", "web", undefined],
  ["configmaps", "shop", "labelled", undefined],
  ["configmaps", "shop", "hidden", undefined],
];

for (const [resource, namespace, name, reason] of CASES) {
  Deno.test(`namingFields() of ${resource} ${namespace}/${name}`, () => {
    const item = { group: "", resource, namespace, name };
    assertEquals(namingFields(VM, [item]), [reason === undefined ? item : { ...item, reason }]);
  });
}
