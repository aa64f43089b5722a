import { assertEquals, assertThrows } from "@std/assert";
import { knownResources } from "../../cluster/memory/resources.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { createBackupFilter, createRestoreFilter } from "../run/filter.ts";
import { createDiscovery } from "../run/resources.ts";
import { readItemFilters } from "./items.ts";
import type { KindLists } from "./policies.ts";

const DISCOVERY = await createDiscovery(() => Promise.resolve(knownResources()));

function typeNamed(name: string) {
  const type = DISCOVERY.named(name);
  if (type === undefined) throw new Error(`unknown ${name}`);
  return type;
}

const object = (path: string, labels: Record<string, string> = {}): JsonObject => {
  const [name = "", namespace] = path.split("/").reverse();
  return { metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels } };
};

const label = (app: string) => ({ matchLabels: { app } });
const NAMESPACED: JsonValue = [
  { namespaces: ["shop*"], resourceFilters: [{ kinds: ["Secret"] }] },
  {
    namespaces: ["shop", "store"],
    resourceFilters: [
      { kinds: ["pods"], labelSelector: label("a") },
      {
        kinds: ["cm", "deploy"],
        orLabelSelectors: [label("a"), label("b")],
        names: ["web*"],
        excludedNames: ["web-x"],
      },
    ],
  },
  {
    namespaces: ["all"],
    resourceFilters: [{ kinds: ["*"], labelSelector: label("a") }, { kinds: ["secrets"] }],
  },
];
const CLUSTER: JsonValue = {
  resourceFilters: [{ kinds: ["pv"], labelSelector: label("a"), names: ["pv-*"] }],
};

const A = { app: "a" };
const B = { app: "b" };
const NAMED = { includedNamespaces: ["shop", "shop-2", "all", "free"] };

// What a backup of named namespaces lists, what of it the names keep out, and what a restore takes.
const CASES: readonly [
  resource: string,
  object: JsonObject,
  listed: boolean,
  stays: boolean,
  restored: boolean,
][] = [
  ["pods", object("shop/x", A), true, true, true],
  ["pods", object("shop/x", B), false, true, false],
  ["configmaps", object("shop/web", B), true, true, true],
  ["configmaps", object("shop/other", A), true, false, false],
  ["deployments.apps", object("shop/web-x", A), true, false, false],
  ["deployments.apps", object("shop/web-1", A), true, true, true],
  // A kind that no entry names is left out, but may be asked for.
  ["secrets", object("shop/x", A), false, true, false],
  // By the pattern.
  ["secrets", object("shop-2/x"), true, true, true],
  ["pods", object("shop-2/x"), false, true, false],
  // All kinds, but for those that have an entry of their own.
  ["pods", object("all/x", A), true, true, true],
  ["pods", object("all/x", B), false, true, false],
  ["secrets", object("all/x", B), true, true, true],
  // A namespace without a policy goes by the Backup or Restore.
  ["pods", object("free/x", { tier: "1" }), true, true, true],
  ["pods", object("free/x", A), false, true, false],
  // Cluster scope.
  ["persistentvolumes", object("pv-1", A), true, true, true],
  ["persistentvolumes", object("pv-1", B), false, true, false],
  ["persistentvolumes", object("other", A), true, false, false],
  ["ips.kubeovn.io", object("x", { tier: "1" }), true, true, true],
  ["ips.kubeovn.io", object("x", A), false, true, false],
];

Deno.test("filters of resource policies win over the selectors of a Backup or Restore (protocol 4.14)", () => {
  const items = readItemFilters(CLUSTER, NAMESPACED);
  if (items === undefined) throw new Error("no filters");
  const spec = { ...NAMED, labelSelector: { matchLabels: { tier: "1" } } };
  const backup = createBackupFilter({ spec }, DISCOVERY, { items });
  const restore = createRestoreFilter({ spec }, DISCOVERY, { items });
  for (const [resource, found, listed, stays, restored] of CASES) {
    const type = typeNamed(resource);
    const text = JSON.stringify([resource, found.metadata ?? {}]);
    assertEquals(backup.selects(type, found), listed, `backup ${text}`);
    assertEquals(backup.refuses(type, found) === undefined, stays, `names ${text}`);
    assertEquals(restore.selects(type, found), restored, `restore ${text}`);
  }
});

Deno.test("filters of resource policies say which names stay out", () => {
  const items = readItemFilters(CLUSTER, NAMESPACED);
  if (items === undefined) throw new Error("no filters");
  const { refuses } = createBackupFilter({ spec: {} }, DISCOVERY, { items });
  assertEquals(
    refuses(typeNamed("configmaps"), object("shop/other")),
    "the resource policies leave out configmaps of that name",
  );
  assertEquals(
    refuses(typeNamed("persistentvolumes"), object("other")),
    "the resource policies leave out persistentvolumes of that name",
  );
  assertEquals(refuses(typeNamed("persistentvolumes"), object("pv-1")), undefined);
});

Deno.test("filters of resource policies come on top of the selectors in a backup of all namespaces, as in Velero", () => {
  const items = readItemFilters(undefined, [{
    namespaces: ["shop"],
    resourceFilters: [{ kinds: ["pods"], labelSelector: label("a") }],
  }]);
  if (items === undefined) throw new Error("no filters");
  const spec = { labelSelector: { matchLabels: { tier: "1" } } };
  const { selects, namespaces } = createBackupFilter({ spec }, DISCOVERY, { items });
  const taken = (path: string, labels: Record<string, string>) =>
    selects(typeNamed("pods"), object(path, labels));
  assertEquals([
    taken("shop/x", { app: "a", tier: "1" }),
    taken("shop/x", { app: "a" }),
    taken("shop/x", { tier: "1" }),
    taken("other/x", { tier: "1" }),
  ], [true, false, false, true]);
  assertEquals(namespaces, undefined);
});

Deno.test("a pattern for all namespaces leaves out kinds of cluster scope, too, as in Velero", () => {
  const items = readItemFilters(undefined, [{ namespaces: ["*"], resourceFilters: [{ kinds: ["pods"] }] }]);
  if (items === undefined) throw new Error("no filters");
  const { selects } = createBackupFilter({ spec: {} }, DISCOVERY, { items });
  assertEquals(selects(typeNamed("persistentvolumes"), object("pv")), false);
  assertEquals(selects(typeNamed("pods"), object("shop/x")), true);
});

const EXCLUDED: KindLists = {
  includedClusterScopedResources: [],
  excludedClusterScopedResources: ["pv", "pods"],
  includedNamespaceScopedResources: [],
  excludedNamespaceScopedResources: ["secrets", "pods"],
};

Deno.test("includeExcludePolicy counts where the Backup says nothing else (protocol 4.14)", async (t) => {
  const collects = (spec: JsonObject, kinds: KindLists) => {
    const filter = createBackupFilter({ spec }, DISCOVERY, { kinds });
    return ["pods", "secrets", "configmaps", "persistentvolumes"].filter((name) =>
      filter.collects(typeNamed(name))
    );
  };
  const included: KindLists = {
    ...EXCLUDED,
    excludedClusterScopedResources: [],
    excludedNamespaceScopedResources: [],
    includedClusterScopedResources: ["persistentvolumes"],
    includedNamespaceScopedResources: ["secrets"],
  };
  const cases: [string, JsonObject, KindLists, string[]][] = [
    ["excluded", {}, EXCLUDED, ["configmaps"]],
    ["the Backup includes it", { includedNamespaceScopedResources: ["pods"] }, EXCLUDED, ["pods"]],
    ["included", {}, included, ["secrets", "persistentvolumes"]],
    ["the Backup excludes it", { excludedNamespaceScopedResources: ["secrets"] }, {
      ...included,
      includedNamespaceScopedResources: ["secrets", "configmaps"],
    }, ["configmaps", "persistentvolumes"]],
  ];
  for (const [name, spec, kinds, expected] of cases) {
    await t.step(name, () => assertEquals(collects(spec, kinds), expected));
  }
});

const filters = (...resourceFilters: JsonValue[]): JsonValue => [{ namespaces: ["a"], resourceFilters }];

const WRONG: readonly [cluster: JsonValue | undefined, namespaced: JsonValue | undefined, text: string][] = [
  [{ resourceFilters: [] }, undefined, "clusterScopedFilterPolicy must have at least one resource filter"],
  [
    { resourceFilters: [{ kinds: [] }] },
    undefined,
    "every resource filter of clusterScopedFilterPolicy must name its kinds",
  ],
  [{ kinds: ["pv"] }, undefined, 'clusterScopedFilterPolicy has the unknown field "kinds"'],
  [undefined, {}, "namespacedFilterPolicies is not a list"],
  [
    undefined,
    [{ namespaces: [], resourceFilters: [{}] }],
    "namespacedFilterPolicies[0] must name at least one namespace",
  ],
  [
    undefined,
    [{ namespaces: ["a{b}"], resourceFilters: [{}] }],
    'has the pattern "a{b}", which Velero does not support',
  ],
  [undefined, [{ namespaces: ["a", "a"], resourceFilters: [{}] }], 'name the namespace "a" twice'],
  [undefined, filters({}, { kinds: ["*"] }), "has more than one resource filter for all kinds"],
  [undefined, filters({ kinds: ["pods"] }, { kinds: ["pods"] }), 'names the kind "pods" twice'],
  [undefined, filters({ names: ["x"] }), "is for all kinds, and so may not name objects"],
  [
    undefined,
    filters({ kinds: ["pods"], labelSelector: label("a"), orLabelSelectors: [label("b")] }),
    "has both labelSelector and orLabelSelectors",
  ],
  [undefined, filters({ kinds: ["pods"], labelSelector: { app: "a" } }), 'has the unknown field "app"'],
  [
    undefined,
    filters({ kinds: ["pods"], labelSelector: { matchExpressions: [{ key: "a", operator: "Near" }] } }),
    "Near",
  ],
];

Deno.test("readItemFilters() refuses what Velero refuses, and says where", () => {
  for (const [cluster, namespaced, text] of WRONG) {
    assertThrows(() => readItemFilters(cluster, namespaced), SyntaxError, text);
  }
  assertEquals(readItemFilters(undefined, undefined), undefined);
});
