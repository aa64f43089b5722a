import { assertEquals } from "@std/assert";
import { orderResources } from "./restore_order.ts";

Deno.test("orderResources() takes high priorities first, low ones last, the rest by name", () => {
  assertEquals(
    orderResources([
      "clusters.cluster.x-k8s.io",
      "apps.kappctrl.k14s.io",
      "virtualmachines.kubevirt.io",
      "services",
      "clusters.postgresql.cnpg.io",
      "pods",
      "secrets",
      "namespaces",
      "persistentvolumeclaims",
      "customresourcedefinitions.apiextensions.k8s.io",
    ]),
    [
      "customresourcedefinitions.apiextensions.k8s.io",
      "namespaces",
      "persistentvolumeclaims",
      "secrets",
      "pods",
      "services",
      "clusters.postgresql.cnpg.io",
      "virtualmachines.kubevirt.io",
      "clusters.cluster.x-k8s.io",
      "apps.kappctrl.k14s.io",
    ],
  );
});
