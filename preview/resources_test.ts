import { assertEquals } from "@std/assert";
import { createDiscovery, groupResource } from "./resources.ts";

const DISCOVERY = createDiscovery([
  { group: "", version: "v1", resource: "pods", kind: "Pod", namespaced: true, shortNames: ["po"] },
  {
    group: "kubevirt.io",
    version: "v1",
    resource: "virtualmachines",
    kind: "VirtualMachine",
    namespaced: true,
    shortNames: ["vm"],
  },
  {
    group: "vmoperator.vmware.com",
    version: "v1alpha5",
    resource: "virtualmachines",
    kind: "VirtualMachine",
    namespaced: true,
  },
  { group: "kubeovn.io", version: "v1", resource: "ips", kind: "IP", namespaced: false },
]);

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
