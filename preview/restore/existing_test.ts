import { assertEquals } from "@std/assert";
import { cloneJson, type JsonObject } from "../../objects/json.ts";
import { object } from "../testing/world.ts";
import { createMergePatch, decideExisting } from "./existing.ts";

const LABELS = { "velero.io/backup-name": "b", "velero.io/restore-name": "r" };
const LABEL_PATCH = { metadata: { labels: LABELS } };

function type(group: string, resource: string) {
  return { group, resource, versions: ["v1"], kind: "", namespaced: true, shortNames: [] };
}

/** What is to be restored, as it is when it is about to be created. */
function ours(stored: JsonObject): JsonObject {
  const object = cloneJson(stored);
  const metadata = object.metadata as JsonObject;
  metadata.labels = { ...metadata.labels as JsonObject, ...LABELS };
  return object;
}

const restore = (policy?: string): JsonObject => ({
  spec: policy === undefined ? {} : { existingResourcePolicy: policy },
});

const map = (data: JsonObject, metadata: JsonObject = {}) =>
  object("v1", "ConfigMap", "shop/c", { metadata, data });
const DIFFERS = "it exists in the cluster and differs from the backed-up version";
const managers = (manager: string) => ({ managedFields: [{ manager, operation: "Update" }] });

Deno.test("decideExisting() leaves alone, labels or patches by the Restore's policy (protocol 4.7)", async (t) => {
  const cases: [string, JsonObject, JsonObject, string | undefined, JsonObject][] = [
    ["equal", map({ a: "1" }), map({ a: "1" }), undefined, { outcome: "exists" }],
    ["equal, none", map({ a: "1" }), map({ a: "1" }), "none", { outcome: "exists" }],
    [
      "equal but for an earlier restore and what a server sets",
      map({ a: "1" }, {
        labels: { ...LABELS, "velero.io/restore-name": "older" },
        uid: "1",
        resourceVersion: "7",
      }),
      map({ a: "1" }),
      undefined,
      { outcome: "exists" },
    ],
    ["equal, update", map({ a: "1" }), map({ a: "1" }), "update", { outcome: "exists", patch: LABEL_PATCH }],
    [
      "other managers are a difference for Velero",
      map({ a: "1" }, managers("kubectl")),
      map({ a: "1" }, managers("helm")),
      undefined,
      { outcome: "exists", reason: `${DIFFERS}, but only in what Velero's own actions or a server wrote` },
    ],
    [
      "manifests have none",
      map({ a: "1" }),
      map({ a: "1" }, managers("helm")),
      undefined,
      { outcome: "exists" },
    ],
    ["different", map({ a: "1" }), map({ a: "2" }), undefined, {
      outcome: "exists",
      reason: DIFFERS,
      differences: [{ path: ["data", "a"], before: "1", after: "2" }],
    }],
    ["different, update: what the backup has not goes", map({ a: "1", b: "1" }), map({ a: "2" }), "update", {
      outcome: "updated",
      differences: [{ path: ["data", "a"], before: "1", after: "2" }, { path: ["data", "b"], before: "1" }],
      patch: { metadata: { labels: LABELS }, data: { a: "2", b: null } },
    }],
  ];
  for (const [name, there, stored, policy, expected] of cases) {
    await t.step(name, () =>
      assertEquals<unknown>(
        decideExisting(type("", "configmaps"), there, ours(stored), restore(policy)),
        expected,
      ));
  }
});

Deno.test("decideExisting() knows what Velero's own actions rewrite", () => {
  const service = object("v1", "Service", "shop/s", { spec: { clusterIP: "None" } });
  assertEquals(decideExisting(type("", "services"), service, ours(service), restore()), {
    outcome: "exists",
    reason: `${DIFFERS}, but only in what Velero's own actions or a server wrote`,
  });
  assertEquals(decideExisting(type("", "services"), service, ours(service), restore("update")), {
    outcome: "updated",
    patch: LABEL_PATCH,
  });
});

Deno.test("decideExisting() does not promise an update that the API server refuses", async (t) => {
  const binding = (name: string, subject: string) =>
    object("rbac.authorization.k8s.io/v1", "RoleBinding", "shop/x", {
      roleRef: { name },
      subjects: [{ name: subject }],
    });
  const pod = (image: string, nodeName?: string) =>
    object("v1", "Pod", "shop/p", {
      spec: { containers: [{ name: "c", image }], ...nodeName ? { nodeName } : {} },
    });
  const set = (spec: JsonObject) => object("apps/v1", "StatefulSet", "shop/s", { spec });
  const claim = (storage: string, volumeName: string) =>
    object("v1", "PersistentVolumeClaim", "shop/c", {
      spec: { volumeName, resources: { requests: { storage } } },
    });
  const rbac = type("rbac.authorization.k8s.io", "rolebindings");
  const cases: [string, ReturnType<typeof type>, JsonObject, JsonObject, string | undefined][] = [
    ["subjects", rbac, binding("a", "x"), binding("a", "y"), undefined],
    ["roleRef", rbac, binding("a", "x"), binding("b", "x"), "roleRef.name"],
    ["an image", type("", "pods"), pod("a"), pod("b"), undefined],
    ["the node", type("", "pods"), pod("a", "n"), pod("b"), "spec.nodeName"],
    ["replicas", type("apps", "statefulsets"), set({ replicas: 1 }), set({ replicas: 2 }), undefined],
    [
      "the service",
      type("apps", "statefulsets"),
      set({ serviceName: "a" }),
      set({ serviceName: "b" }),
      "spec.serviceName",
    ],
    ["a size", type("", "persistentvolumeclaims"), claim("1Gi", "v"), claim("2Gi", "v"), undefined],
    ["a volume", type("", "persistentvolumeclaims"), claim("1Gi", "v"), claim("1Gi", "w"), "spec.volumeName"],
  ];
  for (const [name, kind, there, stored, path] of cases) {
    await t.step(name, () => {
      const { outcome, reason, patch } = decideExisting(kind, there, ours(stored), restore("update"));
      if (path === undefined) return assertEquals([outcome, reason], ["updated", undefined]);
      assertEquals([outcome, reason, patch], [
        "exists",
        `${DIFFERS}, and the API server allows no change of ${path}; Velero would set only its labels`,
        LABEL_PATCH,
      ]);
    });
  }
});

Deno.test("decideExisting() merges service accounts whatever the policy", async (t) => {
  const account = (secrets: string[], metadata: JsonObject = {}) =>
    object("v1", "ServiceAccount", "shop/robot", { metadata, secrets: secrets.map((name) => ({ name })) });
  const accounts = type("", "serviceaccounts");
  await t.step("nothing is missing", () => {
    assertEquals(decideExisting(accounts, account(["a", "b"]), ours(account(["a"])), restore()), {
      outcome: "exists",
    });
  });
  await t.step("secrets, labels and annotations are added and none is changed", () => {
    const there = account(["a"], { labels: { x: "1" } });
    const stored = account(["b"], { labels: { x: "2", y: "2" }, annotations: { z: "3" } });
    const { outcome, patch } = decideExisting(accounts, there, ours(stored), restore());
    assertEquals<unknown>([outcome, patch], ["updated", {
      secrets: [{ name: "a" }, { name: "b" }],
      metadata: { labels: { y: "2" }, annotations: { z: "3" } },
    }]);
  });
});

Deno.test("createMergePatch() leads from one object to another", () => {
  const from = { a: 1, b: { c: 1, d: 2 }, e: [1], f: "x" };
  assertEquals<unknown>(createMergePatch(from, { a: 1, b: { c: 2 }, e: [1, 2], g: {} }), {
    b: { c: 2, d: null },
    e: [1, 2],
    f: null,
    g: {},
  });
  assertEquals(createMergePatch(from, from), {});
});
