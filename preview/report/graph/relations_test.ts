import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../objects/json.ts";
import { nameOf, namespaceOf } from "../../../objects/object.ts";
import { createArchive } from "../../archive/archive.ts";
import { encode } from "../../run/step.ts";
import { object } from "../../testing/world.ts";
import { relationsOf } from "./relations.ts";

function relations(...objects: [resource: string, object: JsonObject][]): string[] {
  const archive = createArchive(objects.map(([full, object]) => {
    const [resource = "", ...group] = full.split(".");
    return {
      resource,
      group: group.join("."),
      namespace: namespaceOf(object),
      name: nameOf(object),
      bytes: encode(object),
    };
  }));
  return relationsOf(archive).map(({ from, to, reason }) =>
    `${from.resource} ${from.name} > ${to.resource} ${to.namespace}/${to.name}: ${reason}`
  );
}

const CLUSTER = object("postgresql.cnpg.io/v1", "Cluster", "n/orders", {
  spec: {
    plugins: [{ parameters: { barmanObjectName: "store" } }],
    superuserSecret: { name: "root" },
    imageName: "store",
  },
});
const owned = (name: string) => ({
  metadata: { ownerReferences: [{ apiVersion: "postgresql.cnpg.io/v1", name }] },
});

Deno.test("relationsOf() finds what a database cluster names and what names it", () => {
  assertEquals(
    relations(
      ["clusters.postgresql.cnpg.io", CLUSTER],
      ["objectstores.barmancloud.cnpg.io", object("barmancloud.cnpg.io/v1", "ObjectStore", "n/store")],
      ["objectstores.barmancloud.cnpg.io", object("barmancloud.cnpg.io/v1", "ObjectStore", "other/store")],
      ["secrets", object("v1", "Secret", "n/root")],
      ["configmaps", object("v1", "ConfigMap", "n/store")],
      [
        "backups.postgresql.cnpg.io",
        object("postgresql.cnpg.io/v1", "Backup", "n/b", { spec: { cluster: { name: "orders" } } }),
      ],
      [
        "backups.postgresql.cnpg.io",
        object("postgresql.cnpg.io/v1", "Backup", "n/c", { spec: { cluster: { name: "x" } } }),
      ],
      ["persistentvolumeclaims", object("v1", "PersistentVolumeClaim", "n/orders-1", owned("orders"))],
      ["persistentvolumeclaims", object("v1", "PersistentVolumeClaim", "n/x-1", owned("x"))],
      ["persistentvolumeclaims", object("v1", "PersistentVolumeClaim", "m/orders-1", owned("orders"))],
    ),
    [
      "clusters orders > objectstores n/store: spec.plugins[0].parameters.barmanObjectName",
      "clusters orders > secrets n/root: spec.superuserSecret.name",
      "clusters orders > backups n/b: spec.cluster.name",
      "clusters orders > persistentvolumeclaims n/orders-1: metadata.ownerReferences",
    ],
  );
});

Deno.test("relationsOf() finds the machines of a group and their disks", () => {
  const machine = (name: string, spec: JsonObject) =>
    object("vmoperator.vmware.com/v1alpha5", "VirtualMachine", `n/${name}`, { spec });
  assertEquals(
    relations(
      [
        "virtualmachinegroups.vmoperator.vmware.com",
        object("vmoperator.vmware.com/v1alpha5", "VirtualMachineGroup", "n/g"),
      ],
      [
        "virtualmachines.vmoperator.vmware.com",
        machine("m", {
          groupName: "g",
          volumes: [{ persistentVolumeClaim: { claimName: "d" } }],
        }),
      ],
      ["persistentvolumeclaims", object("v1", "PersistentVolumeClaim", "n/d")],
    ),
    [
      "virtualmachines m > persistentvolumeclaims n/d: spec.volumes[0].persistentVolumeClaim.claimName",
      "virtualmachinegroups g > virtualmachines n/m: spec.groupName",
    ],
  );
});

Deno.test("relationsOf() takes items that are no objects for items without relations", () => {
  const broken = {
    group: "postgresql.cnpg.io",
    resource: "clusters",
    namespace: "n",
    name: "c",
    bytes: new Uint8Array([1]),
  };
  assertEquals(relationsOf(createArchive([broken])), []);
  assertEquals(relations(["secrets", object("v1", "Secret", "n/s")]), []);
});
