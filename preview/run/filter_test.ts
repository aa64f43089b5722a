import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { knownResources } from "../../cluster/memory/resources.ts";
import { createBackupFilter, createRestoreFilter } from "./filter.ts";
import { createDiscovery } from "./resources.ts";

const DISCOVERY = await createDiscovery(() => Promise.resolve(knownResources()));

function typeNamed(name: string) {
  const dot = name.indexOf(".");
  const [resource, group] = dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
  const type = DISCOVERY.find(group, resource);
  if (type === undefined) throw new Error(`unknown ${name}`);
  return type;
}

const object = (namespace: string, labels: Record<string, string> = {}, name = "x"): JsonObject => ({
  metadata: { name, ...(namespace === "" ? {} : { namespace }), labels },
});

Deno.test("createBackupFilter() collects and takes what Velero does", async (t) => {
  const shop = { includedNamespaces: ["shop"] };
  const cases: [string, JsonObject, string, JsonObject, boolean][] = [
    ["a namespaced object", shop, "pods", object("shop"), true],
    ["another namespace", shop, "pods", object("other"), false],
    ["the namespace itself", shop, "namespaces", object("", {}, "shop"), true],
    ["cluster scope beside a namespace", shop, "ips.kubeovn.io", object(""), false],
    ["cluster scope of all namespaces", {}, "ips.kubeovn.io", object(""), true],
    [
      "cluster scope asked for",
      { ...shop, includeClusterResources: true },
      "ips.kubeovn.io",
      object(""),
      true,
    ],
    ["cluster scope refused", { includeClusterResources: false }, "ips.kubeovn.io", object(""), false],
    ["a short name", { includedResources: ["vm"] }, "virtualmachines.kubevirt.io", object("shop"), true],
    ["not in the list", { includedResources: ["vm"] }, "pods", object("shop"), false],
    ["excluded", { excludedResources: ["pods"] }, "pods", object("shop"), false],
    ["new filters", { includedNamespaceScopedResources: ["pods"] }, "pods", object("shop"), true],
    [
      "new filters leave out",
      { includedNamespaceScopedResources: ["pods"] },
      "secrets",
      object("shop"),
      false,
    ],
    [
      "new cluster filter",
      { ...shop, includedClusterScopedResources: ["ips.kubeovn.io"] },
      "ips.kubeovn.io",
      object(""),
      true,
    ],
    ["no namespaced kind", { excludedNamespaceScopedResources: ["*"] }, "pods", object("shop"), false],
    ["no cluster scope", { excludedClusterScopedResources: ["*"] }, "ips.kubeovn.io", object(""), false],
    [
      "cluster scope is not asked for by excluding a part",
      { excludedClusterScopedResources: ["nodes"] },
      "ips.kubeovn.io",
      object(""),
      false,
    ],
    [
      "cluster scope beside some kinds",
      { includedNamespaceScopedResources: ["pods"] },
      "ips.kubeovn.io",
      object(""),
      false,
    ],
    [
      "namespaces come with the new filters",
      { includedNamespaceScopedResources: ["pods"] },
      "namespaces",
      object("", {}, "shop"),
      true,
    ],
    [
      "namespaces can be excluded",
      { excludedClusterScopedResources: ["namespaces"] },
      "namespaces",
      object("", {}, "shop"),
      false,
    ],
    ["labels", { labelSelector: { matchLabels: { a: "b" } } }, "pods", object("shop", { a: "b" }), true],
    [
      "other labels",
      { labelSelector: { matchLabels: { a: "b" } } },
      "pods",
      object("shop", { a: "c" }),
      false,
    ],
    [
      "one of two selectors",
      {
        orLabelSelectors: [{ matchLabels: { a: "b" } }, {
          matchExpressions: [{ key: "c", operator: "Exists" }],
        }],
      },
      "pods",
      object("shop", { c: "" }),
      true,
    ],
  ];
  for (const [name, spec, resource, item, expected] of cases) {
    await t.step(name, () => {
      const filter = createBackupFilter({ spec }, DISCOVERY);
      const type = typeNamed(resource);
      assertEquals(filter.collects(type) && filter.selects(type, item), expected);
    });
  }
});

Deno.test("createBackupFilter() says why an additional item stays out", async (t) => {
  const shop = { includedNamespaces: ["shop"] };
  const cases: [string, JsonObject, string, JsonObject, string | undefined][] = [
    ["in", shop, "pods", object("shop"), undefined],
    ["cluster scope comes in with its namespace", shop, "ips.kubeovn.io", object(""), undefined],
    [
      "labels of the backup do not matter",
      { labelSelector: { matchLabels: { a: "b" } } },
      "pods",
      object("shop"),
      undefined,
    ],
    [
      "exclude label",
      shop,
      "pods",
      object("shop", { "velero.io/exclude-from-backup": "true" }),
      "label velero.io/exclude-from-backup is true",
    ],
    ["namespace", shop, "pods", object("other"), 'namespace "other" is not in the backup'],
    [
      "resource",
      { includedResources: ["vm"] },
      "pods",
      object("shop"),
      'resource "pods" is not in the backup',
    ],
    [
      "cluster scope beside named kinds",
      { includedResources: ["pods"] },
      "ips.kubeovn.io",
      object(""),
      'cluster-scoped resource "ips.kubeovn.io" is excluded',
    ],
    [
      "cluster scope asked for beside named kinds",
      { includedResources: ["pods"], includeClusterResources: true },
      "ips.kubeovn.io",
      object(""),
      undefined,
    ],
    [
      "cluster scope",
      { includeClusterResources: false },
      "ips.kubeovn.io",
      object(""),
      'cluster-scoped resource "ips.kubeovn.io" is excluded',
    ],
  ];
  for (const [name, spec, resource, item, expected] of cases) {
    await t.step(name, () => {
      assertEquals(createBackupFilter({ spec }, DISCOVERY).refuses(typeNamed(resource), item), expected);
    });
  }
});

Deno.test("createBackupFilter() takes namespaces by name or label", () => {
  const shop = { includedNamespaces: ["shop"] };
  const labelled = { labelSelector: { matchLabels: { a: "b" } } };
  const namespace = (name: string, labels: Record<string, string> = {}, phase?: string): JsonObject => ({
    ...object("", labels, name),
    ...(phase === undefined ? {} : { status: { phase } }),
  });
  const cases: [JsonObject, JsonObject, boolean][] = [
    [{}, namespace("shop"), true],
    [shop, namespace("shop", {}, "Active"), true],
    [shop, namespace("shop", {}, "Terminating"), false],
    [shop, namespace("other"), false],
    [{ excludedNamespaces: ["shop"] }, namespace("shop"), false],
    // With a selector all namespaces mean those that match, and those of which something is taken.
    [labelled, namespace("shop"), false],
    [labelled, namespace("shop", { a: "b" }), true],
    [{ ...shop, ...labelled }, namespace("shop"), true],
    [{ ...shop, ...labelled }, namespace("other", { a: "b" }), true],
  ];
  const found = cases.map(([spec, object]) =>
    createBackupFilter({ spec }, DISCOVERY).selectsNamespace(object)
  );
  assertEquals(found, cases.map(([, , expected]) => expected));
});

Deno.test("createRestoreFilter() leaves out what Velero never restores", async (t) => {
  const cases: [string, JsonObject, string, JsonObject, boolean][] = [
    ["pods", {}, "pods", object("shop"), true],
    ["events", {}, "events", object("shop"), false],
    ["nodes", {}, "nodes", object(""), false],
    [
      "what data comes from",
      { includedResources: ["pods"] },
      "datauploads.velero.io",
      object("velero"),
      true,
    ],
    ["cluster scope of one namespace", { includedNamespaces: ["shop"] }, "ips.kubeovn.io", object(""), false],
    ["cluster scope of all", {}, "ips.kubeovn.io", object(""), true],
    ["labels", { labelSelector: { matchLabels: { a: "b" } } }, "pods", object("shop"), false],
  ];
  for (const [name, spec, resource, item, expected] of cases) {
    await t.step(name, () => {
      const filter = createRestoreFilter({ spec }, DISCOVERY);
      const type = typeNamed(resource);
      assertEquals(filter.collects(type) && filter.selects(type, item), expected);
    });
  }
});
