/** A preview says what the real Velero then does with resource policies, with kinds that cannot be listed, and with a Backup that it refuses. */

import { assert, assertEquals } from "@std/assert";
import type { Json } from "../velero/api.ts";
import { backup } from "../velero/runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";
import { compareBackup, compareWhole, wholeFailure } from "./truth.ts";
import { createMixedNamespace, WIDGETS } from "./truth_world.ts";

const ignore = !present("testcluster", "velero", "fsstore");
const CONFIG_MAPS = "/api/v1/namespaces/velero/configmaps";
/** Versions whose objects only a converter can read that is not there. */
const BROKEN: Json = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
    conversion: {
      strategy: "Webhook",
      webhook: { conversionReviewVersions: ["v1"], clientConfig: { url: "https://127.0.0.1:1/" } },
    },
    versions: ["v2", "v1"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    })),
  },
};

/** What a second namespace has. */
const STORE: readonly [resource: string, object: Json][] = [
  ["secrets", { metadata: { name: "key" }, data: { a: "YQ==" } }],
  ["configmaps", { metadata: { name: "oz" } }],
  ["persistentvolumeclaims", {
    metadata: { name: "pending" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  }],
];
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS, [WIDGETS, BROKEN]);
    await createMixedNamespace(bed.api, "shop");
    await bed.api.create("/api/v1/namespaces", { metadata: { name: "store" } });
    for (const [resource, object] of STORE) {
      await bed.api.create(`/api/v1/namespaces/store/${resource}`, object);
    }
  });
  Deno.test.afterAll(() => bed?.stop());
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name: `truth: ${name}`, ignore, fn });

async function policies(name: string, text: string): Promise<Json> {
  await bed.api.create(CONFIG_MAPS, {
    metadata: { name },
    data: { "policies.yaml": `version: v1\n${text}` },
  });
  return { resourcePolicy: { kind: "configmap", name } };
}

const FILTERS = `
clusterScopedFilterPolicy:
  resourceFilters:
  - { kinds: [persistentvolumes], excludedNames: [gone] }
  - { kinds: [clusterroles.rbac.authorization.k8s.io], names: ["shop-*"] }
namespacedFilterPolicies:
- namespaces: ["s*p"]
  resourceFilters:
  - { kinds: [Deployment, svc], labelSelector: { matchLabels: { app: web } } }
  - { kinds: [configmaps, persistentvolumeclaims], names: ["o*", kept], excludedNames: [oz] }
  - { kinds: [pods] }
`;

test("a backup with filters of resource policies, of named namespaces and of all", async () => {
  const spec = await policies("filters", FILTERS);
  const { objects } = await compareBackup(bed, "filtered", {
    ...spec,
    includedNamespaces: ["shop", "store"],
  });
  const names = (namespace: string, resource: string) =>
    [...objects.keys()].filter((path) => path.startsWith(`resources/${resource}/namespaces/${namespace}/`));
  assertEquals(names("shop", "deployments.apps").length, 1);
  assertEquals(names("shop", "secrets").length, 0);
  assert(names("store", "secrets").length > 0);
  await compareBackup(bed, "filtered-all", {
    ...spec,
    includedNamespaces: ["*"],
    excludedNamespaces: ["velero", "kube-system"],
    labelSelector: { matchLabels: { app: "web" } },
    includedClusterScopedResources: ["*"],
  });
});

test("a backup with kinds of resource policies", async () => {
  const spec = await policies(
    "kinds",
    `
includeExcludePolicy:
  includedClusterScopedResources: [clusterroles.rbac.authorization.k8s.io]
  excludedNamespaceScopedResources: [secrets, po, widgets.example.com]
`,
  );
  await compareBackup(bed, "kinds", { ...spec, includedNamespaces: ["shop"] });
  await compareBackup(bed, "kinds-named", {
    ...spec,
    includedNamespaces: ["shop"],
    includedNamespaceScopedResources: ["pods", "configmaps"],
  });
});

test("a backup with volume policies fails a pod whose claim is not bound", async () => {
  const path = "/api/v1/namespaces/store/pods";
  await bed.api.create(path, {
    metadata: { name: "waits" },
    spec: {
      containers: [{ name: "web", image: "web:1" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "pending" } }],
    },
  });
  try {
    const spec = await policies(
      "volumes",
      "volumePolicies: [{conditions: {nfs: {}}, action: {type: skip}}]\n",
    );
    const { report, run } = await compareBackup(bed, "volumes", { ...spec, includedNamespaces: ["store"] });
    // Velero logs the error when it looks at the claim, and again for the pod.
    assertEquals([run.phase, run.errors.length], ["PartiallyFailed", 2], run.errors.join("\n"));
    assertEquals(report.errors.map(({ item }) => item?.name), ["waits"]);
  } finally {
    await bed.api.delete(`${path}/waits`);
  }
});

test("a restore with filters of resource policies", async () => {
  await compareBackup(bed, "whole", { includedNamespaces: ["shop"] });
  const spec = await policies("restore-filters", FILTERS);
  await compareWhole(bed, "filtered", {
    ...spec,
    backupName: "whole",
    namespaceMapping: { shop: "filtered" },
  });
});

test("a backup goes on without a kind that cannot be listed (protocol 4.3)", async () => {
  const path = "/apis/example.com/v1/namespaces/shop/gadgets";
  await bed.api.create(path, { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "one" } });
  try {
    const { report, run } = await compareBackup(bed, "unlisted", { includedNamespaces: ["shop", "store"] });
    assertEquals(run.phase, "PartiallyFailed");
    assertEquals(
      report.errors.map(({ text }) => text.slice(0, 78)),
      [
        'The gadgets.example.com of namespace "shop" cannot be listed, and the backup go',
      ].map((text) => text.slice(0, 78)),
    );
    assertEquals(run.errors.some((text) => text.includes("gadgets")), true, run.errors.join("\n"));
  } finally {
    await bed.api.delete(`${path}/one`);
  }
});

test("what Velero refuses as a whole, a preview refuses as a whole", async () => {
  const wrong = await policies("wrong", "volumePolicies: [{conditions: {}, action: {type: drop}}]\n");
  const filters = { resourcePolicy: { kind: "configmap", name: "filters" } };
  const specs: [string, Json][] = [
    ["no-policies", { resourcePolicy: { kind: "configmap", name: "none" } }],
    ["wrong-policies", wrong],
    ["older-filters", { ...filters, includedResources: ["pods"] }],
    ["mixed-filters", { includedResources: ["pods"], includedNamespaceScopedResources: ["secrets"] }],
    ["two-selectors", {
      labelSelector: { matchLabels: { a: "b" } },
      orLabelSelectors: [{ matchLabels: { a: "b" } }],
    }],
  ];
  for (const [name, spec] of specs) {
    const whole = { includedNamespaces: ["shop"], ...spec };
    assert(await wholeFailure(bed, name, whole) !== undefined, name);
    const run = await backup(bed, name, whole);
    assertEquals([name, run.phase], [name, "FailedValidation"], run.errors.join("\n"));
  }
});
