import { assertEquals } from "@std/assert";
import { createDiscovery, groupResource, kindOf } from "./resources.ts";

const type = (group: string, versions: string, resource: string, kind: string, ...shortNames: string[]) => ({
  group,
  versions: versions.split(" "),
  resource,
  kind,
  namespaced: true,
  shortNames,
});
const VIRTUAL_MACHINE = type("kubevirt.io", "v1 v1alpha3", "virtualmachines", "VirtualMachine", "vm");
const DISCOVERY = await createDiscovery(() =>
  Promise.resolve([
    type("", "v1", "pods", "Pod", "po"),
    VIRTUAL_MACHINE,
    type("vmoperator.vmware.com", "v1alpha5", "virtualmachines", "VirtualMachine"),
    type("kubeovn.io", "v1", "ips", "IP"),
  ])
);

Deno.test("createDiscovery().resolve() gives plural.group", async (t) => {
  const cases: [string, string][] = [
    ["pods", "pods"],
    ["Pod", "pods"],
    ["po", "pods"],
    ["vm", "virtualmachines.kubevirt.io"],
    ["virtualmachines", "virtualmachines.kubevirt.io"],
    ["virtualmachine.vmoperator.vmware.com", "virtualmachines.vmoperator.vmware.com"],
    ["virtualmachines.vmoperator", "virtualmachines.vmoperator.vmware.com"],
    ["ip.kubeovn.io", "ips.kubeovn.io"],
    ["clusters.postgresql.cnpg.io", "clusters.postgresql.cnpg.io"],
    ["*.kubevirt.io", "*.kubevirt.io"],
  ];
  for (const [text, expected] of cases) {
    await t.step(text, () => assertEquals(DISCOVERY.resolve(text), expected));
  }
});

Deno.test("createDiscovery().findKind() looks at the group, not at the version", () => {
  const found = DISCOVERY.findKind("vmoperator.vmware.com/v1alpha3", "VirtualMachine");
  assertEquals(found && groupResource(found), "virtualmachines.vmoperator.vmware.com");
  assertEquals(DISCOVERY.findKind("v1", "Pod")?.resource, "pods");
  assertEquals(DISCOVERY.findKind("v1", "VirtualMachine"), undefined);
});

Deno.test("kindOf() takes the object's version, else the preferred one", () => {
  const kind = { group: "kubevirt.io", resource: "virtualmachines" };
  assertEquals(kindOf(VIRTUAL_MACHINE), { ...kind, version: "v1" });
  assertEquals(kindOf(VIRTUAL_MACHINE, "kubevirt.io/v1alpha3"), { ...kind, version: "v1alpha3" });
});
