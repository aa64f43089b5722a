import { assertEquals } from "@std/assert";
import type { Action } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { ensureObject, nameOf } from "../../objects/object.ts";
import { type BackupRun, runBackup } from "./backup.ts";
import { decodeItem } from "../run/step.ts";
import { createWorld, object, outcomes } from "../testing/world.ts";

const SHOP: JsonObject = { metadata: { name: "b" }, spec: { includedNamespaces: ["shop"] } };
const NAMESPACE = object("v1", "Namespace", "shop");

async function backUp(objects: JsonObject[], actions: Action[], backup = SHOP): Promise<BackupRun> {
  return await runBackup({ backup, ...await createWorld([NAMESPACE, ...objects], actions) });
}

function annotate(item: JsonObject, key: string, value: string): JsonObject {
  ensureObject(item, "metadata", "annotations")[key] = value;
  return item;
}

/** Asks for items when it sees an object of that name. */
function asking(
  kind: string,
  wanted: Record<string, string[]>,
  mustInclude = false,
  name = "test.io/ask",
): Action {
  return {
    kind: "BackupItemAction",
    name,
    appliesTo: { includedResources: [kind] },
    execute({ item }) {
      const additionalItems = (wanted[nameOf(item)] ?? []).map((text) => {
        const [resource = "", path = ""] = text.split(" ");
        const [own = "", namespace = ""] = path.split("/").reverse();
        const [plural = "", ...group] = resource.split(".");
        return { group: group.join("."), resource: plural, namespace, name: own };
      });
      if (!mustInclude) return { additionalItems };
      return {
        item: annotate(item, "backup.velero.io/must-include-additional-items", "true"),
        additionalItems,
      };
    },
  };
}

const pod = (name: string, rest: JsonObject = {}) => object("v1", "Pod", `shop/${name}`, rest);
const stored = (run: BackupRun, key: string) => {
  const item = run.archive.get(key);
  return item === undefined ? undefined : decodeItem(item.bytes);
};

Deno.test("runBackup() stores a namespace and what is in it", async () => {
  const run = await backUp(
    [pod("a"), object("v1", "Pod", "other/b"), object("kubeovn.io/v1", "IP", "ip1")],
    [],
  );
  assertEquals([...run.archive.keys()], ["pods/shop/a", "namespaces//shop"]);
  assertEquals(run.report.errors, []);
});

Deno.test("runBackup() hands an item from action to action in registration order (protocol 4.3)", async () => {
  const mark = (name: string): Action => ({
    kind: "BackupItemAction",
    name,
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => {
      const metadata = ensureObject(item, "metadata", "annotations");
      metadata.seen = `${metadata.seen ?? ""}${name};`;
      return { item };
    },
  });
  const run = await backUp([pod("a")], [mark("test.io/b"), mark("test.io/a")]);
  assertEquals(stored(run, "pods/shop/a")?.metadata as JsonObject, {
    ...(stored(run, "pods/shop/a")?.metadata as JsonObject),
    annotations: { seen: "test.io/a;test.io/b;" },
  });
  const item = run.report.items.find(({ item }) => item.name === "a");
  assertEquals(item?.steps.map((step) => [step.action, step.changes]), [
    ["test.io/a", [{ path: ["metadata", "annotations"], after: { seen: "test.io/a;" } }]],
    ["test.io/b", [{
      path: ["metadata", "annotations", "seen"],
      before: "test.io/a;",
      after: "test.io/a;test.io/b;",
    }]],
  ]);
});

Deno.test("runBackup() matches labels as they were before any action", async () => {
  const relabel: Action = {
    kind: "BackupItemAction",
    name: "test.io/a",
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => {
      ensureObject(item, "metadata", "labels").tier = "b";
      return { item };
    },
  };
  const only: Action = {
    kind: "BackupItemAction",
    name: "test.io/b",
    appliesTo: { includedResources: ["pods"], selector: "tier=a" },
    execute: ({ item }) => ({ item: annotate(item, "ran", "yes") }),
  };
  const run = await backUp([pod("a", { metadata: { labels: { tier: "a" } } }), pod("c")], [relabel, only]);
  const steps = (name: string) =>
    run.report.items.find(({ item }) => item.name === name)?.steps.map((step) => step.action);
  assertEquals([steps("a"), steps("c")], [["test.io/a", "test.io/b"], ["test.io/a"]]);
});

Deno.test("runBackup() backs up additional items recursively and ends cycles", async () => {
  const run = await backUp(
    [pod("a"), object("kubeovn.io/v1", "IP", "ip1"), object("kubeovn.io/v1", "Subnet", "s1")],
    [
      asking("pods", { a: ["ips.kubeovn.io ip1"] }),
      asking("ips.kubeovn.io", { ip1: ["subnets.kubeovn.io s1", "pods shop/a"] }, false, "test.io/ip"),
    ],
  );
  assertEquals(outcomes(run.report), [
    "subnets.kubeovn.io s1: stored",
    "ips.kubeovn.io ip1: stored",
    "pods shop/a: stored",
    "namespaces shop: stored",
  ]);
  assertEquals(run.report.items[1]?.askedBy?.action, "test.io/ask");
});

Deno.test("runBackup() keeps additional items to the filters unless an action says must-include", async (t) => {
  const other = object("v1", "Secret", "other/s");
  const labelled = object("v1", "Secret", "shop/l", {
    metadata: { labels: { "velero.io/exclude-from-backup": "true" } },
  });
  const wanted = { a: ["secrets other/s", "secrets shop/l"] };
  await t.step("filters hold", async () => {
    const run = await backUp([pod("a"), other, labelled], [asking("pods", wanted)]);
    assertEquals(outcomes(run.report).slice(0, 3), [
      'secrets other/s: skipped (namespace "other" is not in the backup)',
      "secrets shop/l: skipped (label velero.io/exclude-from-backup is true)",
      "pods shop/a: stored",
    ]);
  });
  await t.step("must-include passes them, and its annotation stays", async () => {
    const run = await backUp([pod("a"), other, labelled], [asking("pods", wanted, true)]);
    assertEquals(outcomes(run.report).slice(0, 3), [
      "secrets other/s: stored",
      "secrets shop/l: stored",
      "pods shop/a: stored",
    ]);
    assertEquals((stored(run, "pods/shop/a")?.metadata as JsonObject).annotations, {
      "backup.velero.io/must-include-additional-items": "true",
    });
  });
  await t.step("it is not inherited", async () => {
    const run = await backUp([pod("a"), other, object("v1", "ConfigMap", "other/c")], [
      asking("pods", { a: ["secrets other/s"] }, true),
      asking("secrets", { s: ["configmaps other/c"] }, false, "test.io/secret"),
    ]);
    assertEquals(
      outcomes(run.report)[0],
      'configmaps other/c: skipped (namespace "other" is not in the backup)',
    );
  });
});

Deno.test("runBackup() never takes an item that is being deleted", async () => {
  const going = pod("going", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
  const run = await backUp([pod("a"), going], [asking("pods", { a: ["pods shop/going"] }, true)]);
  assertEquals(run.archive.has("pods/shop/going"), false);
});

Deno.test("runBackup() leaves out an item with velero.io/skip-from-backup and forgets the rest of its chain", async () => {
  const skip: Action = {
    kind: "BackupItemAction",
    name: "test.io/a",
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => ({
      item: annotate(item, "velero.io/skip-from-backup", ""),
      additionalItems: [{ group: "", resource: "secrets", namespace: "other", name: "s" }],
    }),
  };
  const run = await backUp([pod("a"), object("v1", "Secret", "other/s")], [
    skip,
    asking("pods", {}, false, "test.io/b"),
  ]);
  assertEquals(
    outcomes(run.report)[0],
    "pods shop/a: skipped (annotation velero.io/skip-from-backup is set by test.io/a)",
  );
  assertEquals(run.report.items[0]?.steps.map((step) => step.action), ["test.io/a"]);
  assertEquals([...run.archive.keys()], ["namespaces//shop"]);
});

Deno.test("runBackup() fails an item with its action and goes on", async () => {
  const failing: Action = {
    kind: "BackupItemAction",
    name: "test.io/fail",
    appliesTo: { includedResources: ["ips.kubeovn.io"] },
    execute: () => {
      throw new Error("no address");
    },
  };
  const run = await backUp(
    [pod("a"), pod("b"), object("kubeovn.io/v1", "IP", "ip1")],
    [asking("pods", { a: ["ips.kubeovn.io ip1"] }), failing],
  );
  assertEquals([...run.archive.keys()], ["pods/shop/b", "namespaces//shop"]);
  assertEquals(run.report.errors.map(({ item, text }) => [item?.name, text]), [[
    "a",
    "Error backing up item: error executing custom action (groupResource=ips.kubeovn.io, namespace=, name=ip1): " +
    "test.io/fail: IP ip1: Error: no address",
  ]]);
});

Deno.test("runBackup() warns of an absent additional item and fails for an unknown resource", async () => {
  const absent = await backUp([pod("a")], [asking("pods", { a: ["secrets shop/none"] })]);
  assertEquals(absent.report.warnings.map(({ text }) => text), [
    "Additional item of test.io/ask was not found in the cluster",
  ]);
  assertEquals(absent.archive.has("pods/shop/a"), true);
  const unknown = await backUp([pod("a")], [asking("pods", { a: ["pvc shop/none"] })]);
  assertEquals(unknown.archive.has("pods/shop/a"), false);
  assertEquals(unknown.report.errors.length, 1);
});

Deno.test("runBackup() puts related items into one block, also those the selector of the backup left out (protocol 4.4)", async () => {
  const relate: Action = {
    kind: "ItemBlockAction",
    name: "test.io/block",
    appliesTo: { includedResources: ["pods"] },
    relatedItems: () => [{ group: "", resource: "secrets", namespace: "shop", name: "s" }],
  };
  const backup = { spec: { includedNamespaces: ["shop"], labelSelector: { matchLabels: { app: "x" } } } };
  const run = await backUp(
    [
      pod("a", { metadata: { labels: { app: "x" } } }),
      object("v1", "Secret", "shop/s"),
      object("v1", "Secret", "shop/t"),
    ],
    [relate],
    backup,
  );
  assertEquals([...run.archive.keys()], ["pods/shop/a", "secrets/shop/s", "namespaces//shop"]);
});

Deno.test("runBackup() goes on without related items that cannot be had", async () => {
  const relate: Action = {
    kind: "ItemBlockAction",
    name: "test.io/block",
    appliesTo: { includedResources: ["pods"] },
    relatedItems({ item }) {
      if (nameOf(item) === "broken") throw new Error("no relation");
      return [{ group: "", resource: "secrets", namespace: "shop", name: "none" }];
    },
  };
  const run = await backUp([pod("a"), pod("broken")], [relate]);
  assertEquals(outcomes(run.report), [
    "pods shop/a: stored",
    "pods shop/broken: stored",
    "namespaces shop: stored",
  ]);
  assertEquals(run.report.warnings.map(({ text }) => text), [
    "Related item of test.io/block was not found in the cluster",
  ]);
  assertEquals(run.report.errors.map(({ text }) => text), [
    "Error getting related items: test.io/block: Pod shop/broken: Error: no relation",
  ]);
});

Deno.test("runBackup() takes the related items beside one that cannot be had", async () => {
  const relate: Action = {
    kind: "ItemBlockAction",
    name: "test.io/block",
    appliesTo: { includedResources: ["pods"] },
    relatedItems: () =>
      ["pvc", "secrets"].map((resource) => ({ group: "", resource, namespace: "shop", name: "s" })),
  };
  const backup = { spec: { includedNamespaces: ["shop"], labelSelector: { matchLabels: { app: "x" } } } };
  const run = await backUp(
    [pod("a", { metadata: { labels: { app: "x" } } }), object("v1", "Secret", "shop/s")],
    [relate],
    backup,
  );
  assertEquals([...run.archive.keys()], ["pods/shop/a", "secrets/shop/s", "namespaces//shop"]);
  assertEquals(run.report.errors.map(({ text }) => text), [
    "Error getting related items: pvc/shop/s: the server has no such resource",
  ]);
});

Deno.test("runBackup() tells once that an item is left out, however often it is met", async () => {
  const labels = { "velero.io/exclude-from-backup": "true" };
  const run = await backUp(
    [pod("a"), pod("b"), object("v1", "Secret", "shop/s", { metadata: { labels } })],
    [asking("pods", { a: ["secrets shop/s"], b: ["secrets shop/s"] })],
  );
  assertEquals(outcomes(run.report).filter((line) => line.startsWith("secrets")), [
    "secrets shop/s: skipped (label velero.io/exclude-from-backup is true)",
  ]);
});

Deno.test("runBackup() asks each operation once at the end (protocol 4.5)", async () => {
  const begin: Action = {
    kind: "BackupItemActionV2",
    name: "test.io/begin",
    appliesTo: { includedResources: ["pods"] },
    execute: ({ item }) => ({ operationID: `copy-${nameOf(item)}` }),
    progress: ({ operationID }) =>
      operationID === "copy-b"
        ? Promise.reject(new Error("lost"))
        : Promise.resolve({ completed: true, nCompleted: 7 }),
  };
  const run = await backUp([pod("a"), pod("b")], [begin]);
  assertEquals(
    run.report.operations.map(({ operationID, progress, error }) => [operationID, progress, error]),
    [
      ["copy-a", { completed: true, nCompleted: 7 }, undefined],
      ["copy-b", undefined, "test.io/begin: Error: lost"],
    ],
  );
});

const DEFINITION = object(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "virtualmachines.kubevirt.io",
  {
    spec: {
      group: "kubevirt.io",
      names: { plural: "virtualmachines", kind: "VirtualMachine" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true }],
    },
  },
);

Deno.test("runBackup() stores the definition of a custom resource with its first object", async () => {
  const run = await backUp([DEFINITION, object("kubevirt.io/v1", "VirtualMachine", "shop/v")], []);
  assertEquals(
    run.archive.has("customresourcedefinitions.apiextensions.k8s.io//virtualmachines.kubevirt.io"),
    true,
  );
});

Deno.test("runBackup() counts the error of an action on a definition", async () => {
  const fail: Action = {
    kind: "BackupItemAction",
    name: "test.io/fail",
    appliesTo: { includedResources: ["customresourcedefinitions.apiextensions.k8s.io"] },
    execute: () => {
      throw new Error("broken");
    },
  };
  const run = await backUp([DEFINITION, object("kubevirt.io/v1", "VirtualMachine", "shop/v")], [fail]);
  assertEquals(run.report.errors.map(({ item }) => item?.name), ["virtualmachines.kubevirt.io"]);
});

Deno.test("runBackup() takes the items of spec.orderedResources first, in their order", async () => {
  const spec = { includedNamespaces: ["shop"], orderedResources: { po: "shop/c, shop/absent,shop/b" } };
  const run = await backUp([pod("a"), pod("b"), pod("c")], [], { metadata: { name: "b" }, spec });
  assertEquals([...run.archive.keys()], ["pods/shop/c", "pods/shop/b", "pods/shop/a", "namespaces//shop"]);
});

Deno.test("runBackup() tells what hooks and file system backups would do", async () => {
  const web = pod("a", {
    metadata: {
      annotations: {
        "pre.hook.backup.velero.io/command": "sync",
        "backup.velero.io/backup-volumes": "data",
      },
    },
  });
  const run = await backUp([web], []);
  assertEquals(run.report.notModelled.map(({ item, text }) => `${item?.name}: ${text}`), [
    "a: a hook would run sync (before its backup)",
    "a: the files of its volumes data would be copied",
  ]);
});

Deno.test("runBackup() takes objects once that are served in two groups", async () => {
  const event = (apiVersion: string) => object(apiVersion, "Event", "shop/e");
  const run = await backUp([event("v1"), event("events.k8s.io/v1")], []);
  assertEquals(outcomes(run.report).filter((line) => line.startsWith("events")), ["events shop/e: stored"]);
});
