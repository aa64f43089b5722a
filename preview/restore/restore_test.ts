import { assertEquals } from "@std/assert";
import type { Action } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { ensureObject, nameOf, objectAt } from "../../objects/object.ts";
import { createArchive } from "../archive/archive.ts";
import type { RunReport } from "../report/report.ts";
import type { Modifiers } from "./modifiers.ts";
import { runRestore } from "./restore.ts";
import { encode } from "../run/step.ts";
import { createWorld, object, outcomes, type World } from "../testing/world.ts";

const NAMESPACE = object("v1", "Namespace", "shop", {
  metadata: { labels: { team: "a", "kubernetes.io/metadata.name": "shop" } },
});
const pod = (name: string, rest: JsonObject = {}) => object("v1", "Pod", `shop/${name}`, rest);

interface Run {
  /** Without the namespaces that were made. */
  readonly report: RunReport;
  /** Those, by name. */
  readonly made: readonly string[];
  readonly world: World;
  readonly pauses: number[];
  find(kind: string, name: string): JsonObject | undefined;
}

async function restore(
  objects: JsonObject[],
  actions: Action[],
  { spec = {}, present = [], modifiers }: {
    spec?: JsonObject;
    present?: JsonObject[];
    modifiers?: Modifiers;
  } = {},
): Promise<Run> {
  const world = await createWorld(present, actions);
  const archive = createArchive([NAMESPACE, ...objects].map((stored) => {
    const type = world.discovery.findKind(String(stored.apiVersion), String(stored.kind));
    const { group = "example.com", resource = "widgets" } = type ?? {};
    const namespace = String(objectAt(stored, "metadata")?.namespace ?? "");
    return { group, resource, namespace, name: nameOf(stored), bytes: encode(stored) };
  }));
  const pauses: number[] = [];
  const whole = await runRestore({
    restore: { metadata: { name: "r" }, spec: { backupName: "b", ...spec } },
    archive,
    ...world,
    ...(modifiers === undefined ? {} : { modifiers }),
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  const find = (kind: string, name: string) =>
    world.cluster.objects().find((found) => found.kind === kind && nameOf(found) === name);
  const [made, items] = [true, false].map((wanted) =>
    whole.items.filter(({ item }) => (item.resource === "namespaces") === wanted)
  );
  const report = { ...whole, items: items ?? [] };
  return { report, made: (made ?? []).map(({ item }) => item.name), world, pauses, find };
}

Deno.test("runRestore() maps the namespace and carries its labels over", async () => {
  const run = await restore([pod("a")], [], { spec: { namespaceMapping: { shop: "copy" } } });
  assertEquals(outcomes(run.report), ["pods shop/a: created"]);
  assertEquals(run.report.items[0]?.target, "copy");
  const labels = { "velero.io/backup-name": "b", "velero.io/restore-name": "r" };
  const { namespace, labels: own } = objectAt(run.find("Pod", "a"), "metadata") ?? {};
  assertEquals([namespace, own], ["copy", labels]);
  assertEquals(objectAt(run.find("Namespace", "copy"), "metadata", "labels"), { team: "a" });
  assertEquals(run.find("Namespace", "shop"), undefined);
});

Deno.test("runRestore() makes the namespaces that are missing and says so", async () => {
  const other = object("v1", "Namespace", "other");
  const spec = { namespaceMapping: { shop: "copy" } };
  // All namespaces of the backup, also those without an item.
  assertEquals((await restore([pod("a"), other], [], { spec })).made, ["other", "copy"]);
  assertEquals((await restore([pod("a"), other], [], { spec, present: [other] })).made, ["copy"]);
  // Those of one namespace only with an item in it.
  const one = { spec: { ...spec, includedNamespaces: ["shop"] } };
  assertEquals((await restore([pod("a"), other], [], one)).made, ["copy"]);
  assertEquals((await restore([other], [], one)).made, []);
});

Deno.test("runRestore() takes resources in Velero's order", async () => {
  const run = await restore([
    object("v1", "Service", "shop/s"),
    object("kubevirt.io/v1", "VirtualMachine", "shop/v"),
    pod("a"),
    object("v1", "Secret", "shop/x"),
    object("v1", "PersistentVolumeClaim", "shop/p"),
  ], []);
  assertEquals(run.report.items.map(({ item }) => item.resource), [
    "persistentvolumeclaims",
    "secrets",
    "pods",
    "services",
    "virtualmachines",
  ]);
});

Deno.test("runRestore() gives actions the stripped item in its original namespace and the stored one (protocol 4.7)", async () => {
  const seen: JsonObject[] = [];
  const look: Action = {
    kind: "RestoreItemAction",
    name: "test.io/look",
    appliesTo: { includedResources: ["pods"], includedNamespaces: ["copy"] },
    execute({ item, itemFromBackup }) {
      seen.push(item, itemFromBackup);
    },
  };
  const stored = pod("a", {
    metadata: { uid: "1", ownerReferences: [{ name: "o" }] },
    status: { phase: "Running" },
  });
  await restore([stored], [look], { spec: { namespaceMapping: { shop: "copy" } } });
  assertEquals(seen, [pod("a"), stored]);
});

Deno.test("runRestore() matches labels as they are now and namespaces by the target (protocol 4.1)", async () => {
  const relabel: Action = {
    kind: "RestoreItemAction",
    name: "test.io/a",
    appliesTo: { includedResources: ["pods"] },
    execute({ item }) {
      ensureObject(item, "metadata", "labels").tier = "b";
      return { item };
    },
  };
  const only = (name: string, selector: string, namespace: string): Action => ({
    kind: "RestoreItemAction",
    name,
    appliesTo: { includedResources: ["pods"], includedNamespaces: [namespace], selector },
    execute: ({ item }) => ({ item }),
  });
  const run = await restore([pod("a", { metadata: { labels: { tier: "a" } } })], [
    relabel,
    only("test.io/b", "tier=a", "copy"),
    only("test.io/c", "tier=b", "copy"),
    only("test.io/d", "tier=b", "shop"),
  ], { spec: { namespaceMapping: { shop: "copy" } } });
  assertEquals(run.report.items[0]?.steps.map((step) => step.action), ["test.io/a", "test.io/c"]);
});

Deno.test("runRestore() drops an item that an action skips, with everything after it", async () => {
  const skip: Action = {
    kind: "RestoreItemAction",
    name: "test.io/skip",
    appliesTo: { includedResources: ["pods"] },
    execute: () => ({
      skipRestore: true,
      additionalItems: [{ group: "", resource: "secrets", namespace: "shop", name: "none" }],
    }),
  };
  const run = await restore([pod("a")], [skip, { ...skip, name: "test.io/z" } as Action]);
  assertEquals(outcomes(run.report), ["pods shop/a: skipped (test.io/skip leaves it out)"]);
  assertEquals([run.report.items[0]?.steps.length, run.report.warnings, run.find("Pod", "a")], [
    1,
    [],
    undefined,
  ]);
});

Deno.test("runRestore() reports a failing action and restores the rest", async () => {
  const fail: Action = {
    kind: "RestoreItemAction",
    name: "test.io/fail",
    appliesTo: { includedResources: ["pods"] },
    execute({ item }) {
      if (nameOf(item) === "a") throw new Error("broken");
    },
  };
  const run = await restore([pod("a"), pod("b")], [fail]);
  assertEquals(run.report.errors.map(({ text }) => text), [
    "error preparing pods/shop/a: test.io/fail: Pod shop/a: Error: broken",
  ]);
  assertEquals([run.find("Pod", "a"), nameOf(run.find("Pod", "b") ?? {})], [undefined, "b"]);
});

/** A v2 action on VMs that asks for the secret and waits until it has been asked `after` times. */
function waiting(after: number, timeout?: number): Action {
  let asked = 0;
  return {
    kind: "RestoreItemActionV2",
    name: "test.io/wait",
    appliesTo: { includedResources: ["virtualmachines.kubevirt.io"] },
    execute: () => ({
      additionalItems: ["s", "absent"].map((name) => ({
        group: "",
        resource: "secrets",
        namespace: "shop",
        name,
      })),
      waitForAdditionalItems: true,
      ...(timeout === undefined ? {} : { additionalItemsReadyTimeout: timeout }),
    }),
    areAdditionalItemsReady({ additionalItems }) {
      if (additionalItems.map(({ name }) => name).join() !== "s") {
        return Promise.reject(new Error("not only s"));
      }
      return Promise.resolve(++asked > after);
    },
  };
}

const VM = object("kubevirt.io/v1", "VirtualMachine", "shop/v");
const SECRET = object("v1", "Secret", "shop/s");

Deno.test("runRestore() restores additional items first and waits for those that exist", async () => {
  // The filter of the Restore leaves secrets out of the main pass by label, not as additional items.
  const run = await restore([
    { ...VM, metadata: { ...(VM.metadata as JsonObject), labels: { a: "b" } } },
    SECRET,
  ], [
    waiting(2),
  ], { spec: { labelSelector: { matchLabels: { a: "b" } } } });
  assertEquals(outcomes(run.report), [
    "secrets shop/s: created",
    "virtualmachines.kubevirt.io shop/v: created",
  ]);
  assertEquals(run.report.items[0]?.askedBy?.action, "test.io/wait");
  assertEquals([run.pauses, run.report.items[1]?.steps[0]?.ready], [[1000, 1000], true]);
  assertEquals(run.report.warnings.map(({ item, action, text }) => [item?.name, action, text]), [[
    "absent",
    "test.io/wait",
    "it is not in the backup, but virtualmachines.kubevirt.io shop/v needs it; " +
    "unless it is in the cluster already, that comes back without it",
  ]]);
});

Deno.test("runRestore() restores the item although the wait ended in vain", async () => {
  const run = await restore([VM, SECRET], [waiting(9, 3000)]);
  assertEquals(run.pauses, [1000, 1000, 1000]);
  assertEquals(run.report.errors.map(({ text }) => text), [
    "Additional items of test.io/wait were not ready after 3 s",
  ]);
  assertEquals(outcomes(run.report).at(-1), "virtualmachines.kubevirt.io shop/v: created");
});

Deno.test("runRestore() follows an action that changes kind and version", async () => {
  const convert: Action = {
    kind: "RestoreItemAction",
    name: "test.io/convert",
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => ({ item: { ...item, apiVersion: "apps/v1", kind: "Deployment" } }),
  };
  const run = await restore([pod("a")], [convert]);
  assertEquals([run.find("Pod", "a"), run.find("Deployment", "a")?.apiVersion], [undefined, "apps/v1"]);
});

Deno.test("runRestore() lets the existing-resource policy decide", async (t) => {
  const there = object("v1", "ConfigMap", "shop/c", { data: { a: "1" } });
  const stored = (value: string) => object("v1", "ConfigMap", "shop/c", { data: { a: value } });
  const cases: [string, string, JsonObject, string, string, number][] = [
    ["equal", "1", {}, "configmaps shop/c: exists", "1", 0],
    [
      "different",
      "2",
      {},
      "configmaps shop/c: exists (it exists in the cluster and differs from the backed-up version)",
      "1",
      1,
    ],
    ["different, update", "2", { existingResourcePolicy: "update" }, "configmaps shop/c: updated", "2", 0],
  ];
  for (const [name, value, spec, outcome, data, warnings] of cases) {
    await t.step(name, async () => {
      const run = await restore([stored(value)], [], { spec, present: [there] });
      assertEquals(outcomes(run.report), [outcome]);
      assertEquals(objectAt(run.find("ConfigMap", "c"), "data"), { a: data });
      assertEquals(run.report.warnings.length, warnings);
    });
  }
});

Deno.test("runRestore() provisions volumes anew that would be deleted with their claim", async () => {
  const volume = object("v1", "PersistentVolume", "pv1", {
    spec: { persistentVolumeReclaimPolicy: "Delete" },
  });
  const claim = object("v1", "PersistentVolumeClaim", "shop/c", { spec: { volumeName: "pv1" } });
  const run = await restore([claim, volume], []);
  assertEquals([run.find("PersistentVolume", "pv1"), run.find("PersistentVolumeClaim", "c")?.spec], [
    undefined,
    {},
  ]);
});

Deno.test("runRestore() leaves a claim bound to a volume that the Restore's filter keeps out", async () => {
  const volume = object("v1", "PersistentVolume", "pv1", {
    spec: { persistentVolumeReclaimPolicy: "Delete" },
  });
  const claim = object("v1", "PersistentVolumeClaim", "shop/c", { spec: { volumeName: "pv1" } });
  const ask: Action = {
    kind: "RestoreItemAction",
    name: "test.io/ask",
    appliesTo: { includedResources: ["persistentvolumeclaims"] },
    execute: () => ({
      additionalItems: [{ group: "", resource: "persistentvolumes", namespace: "", name: "pv1" }],
    }),
  };
  const run = await restore([claim, volume], [ask], { spec: { includeClusterResources: false } });
  assertEquals(outcomes(run.report), [
    'persistentvolumes pv1: skipped (cluster-scoped resource "persistentvolumes" is excluded)',
    "persistentvolumeclaims shop/c: created",
  ]);
  assertEquals(run.find("PersistentVolumeClaim", "c")?.spec, { volumeName: "pv1" });
});

Deno.test("runRestore() asks again what is served once it has made a definition", async () => {
  const definition = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
    spec: {
      group: "example.com",
      names: { plural: "widgets", kind: "Widget" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true }],
    },
  });
  const run = await restore([object("example.com/v1", "Widget", "shop/w"), definition], []);
  assertEquals(outcomes(run.report), [
    "customresourcedefinitions.apiextensions.k8s.io widgets.example.com: created",
    "widgets.example.com shop/w: created",
  ]);
});

// From 1.14 on Velero tries to create what nobody serves; older ones leave it out without a word.
Deno.test("runRestore() fails items of kinds that the cluster does not serve, where the Restore takes them", async () => {
  const widget = (path: string) => object("example.com/v1", "Widget", path);
  const spec = { includedNamespaces: ["shop"] };
  const run = await restore([widget("shop/w"), widget("other/w"), pod("a")], [], { spec });
  const reason =
    "the cluster serves no Widget of example.com/v1; install what defines it before the restore, " +
    "or restore its CustomResourceDefinition as well";
  assertEquals(outcomes(run.report), [
    "pods shop/a: created",
    `widgets.example.com shop/w: failed (${reason})`,
  ]);
  assertEquals(run.report.errors.map(({ text }) => text), [reason]);
  const excluded = await restore([widget("shop/w")], [], {
    spec: { excludedResources: ["widgets.example.com"] },
  });
  assertEquals([outcomes(excluded.report), excluded.report.errors], [[], []]);
});

Deno.test("runRestore() says of an additional item what is wrong with its kind", async () => {
  const ask: Action = {
    kind: "RestoreItemActionV2",
    name: "test.io/ask",
    appliesTo: { includedResources: ["pods"] },
    execute: () => ({
      additionalItems: [{ group: "example.com", resource: "widgets", namespace: "shop", name: "w" }],
    }),
  };
  const run = await restore([pod("a"), object("example.com/v1", "Widget", "shop/w")], [ask]);
  assertEquals(run.report.items.map(({ item, outcome }) => `${item.name} ${outcome}`), [
    "w failed",
    "a created",
  ]);
  assertEquals(run.report.warnings, []);
});

Deno.test("runRestore() looks for additional items in their own version", async () => {
  const older = object("vmoperator.vmware.com/v1alpha3", "VirtualMachine", "shop/m");
  const ask: Action = {
    kind: "RestoreItemActionV2",
    name: "test.io/ask",
    appliesTo: { includedResources: ["pods"] },
    execute: () => ({
      additionalItems: [{
        group: "vmoperator.vmware.com",
        resource: "virtualmachines",
        namespace: "shop",
        name: "m",
      }],
      waitForAdditionalItems: true,
    }),
    areAdditionalItemsReady: ({ additionalItems }) => Promise.resolve(additionalItems.length === 1),
  };
  const run = await restore([pod("a"), older], [ask]);
  assertEquals(run.report.items[1]?.steps[0]?.ready, true);
  assertEquals(run.report.errors, []);
});

Deno.test("runRestore() applies resource modifiers after the actions and before the namespace is mapped (protocol 4.7)", async () => {
  const mark: Action = {
    kind: "RestoreItemAction",
    name: "test.io/mark",
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => ({ item: { ...item, marked: true } }),
  };
  const seen: JsonObject[] = [];
  const run = await restore([pod("a")], [mark], {
    spec: { namespaceMapping: { shop: "copy" } },
    modifiers: (resource, item) => {
      seen.push({ resource, ...structuredClone(item) });
      const kind = "ResourceModifier";
      const step = { kind, action: "m", milliseconds: 0, changes: [], additionalItems: [] } as const;
      return { object: { ...item, modified: true }, step, errors: ["the second failed"] };
    },
  });
  assertEquals(seen, [{ resource: "pods", ...pod("a"), marked: true }]);
  const { marked, modified } = run.find("Pod", "a") ?? {};
  assertEquals([marked, modified], [true, true]);
  // The item is restored although a rule failed.
  assertEquals(outcomes(run.report), ["pods shop/a: created"]);
  assertEquals(run.report.errors.map(({ text }) => text), ["the second failed"]);
  assertEquals(run.report.items[0]?.steps.map(({ kind }) => kind), ["RestoreItemAction", "ResourceModifier"]);
});
