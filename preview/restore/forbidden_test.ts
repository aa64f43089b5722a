import { assertEquals, assertRejects } from "@std/assert";
import type { Action } from "../../actions/action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { createRecordingCluster } from "../../cluster/memory/recording.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { createArchive } from "../archive/archive.ts";
import { encode } from "../run/step.ts";
import { refusing } from "../testing/refusing.ts";
import { createWorld, object, outcomes } from "../testing/world.ts";
import { runRestore } from "./restore.ts";

const STORED = [
  object("v1", "Namespace", "shop"),
  object("v1", "Pod", "shop/a"),
  object("v1", "ConfigMap", "shop/c"),
];

async function restore(refuses: Parameters<typeof refusing>[1], status?: number, actions: Action[] = []) {
  const world = await createWorld([], actions);
  const archive = createArchive(STORED.map((stored) => {
    const { group = "", resource = "" } =
      world.discovery.findKind(String(stored.apiVersion), String(stored.kind)) ?? {};
    return { group, resource, namespace: namespaceOf(stored), name: nameOf(stored), bytes: encode(stored) };
  }));
  const report = await runRestore({
    ...world,
    restore: { kind: "Restore", metadata: { name: "r", namespace: "velero" }, spec: { backupName: "b" } },
    archive,
    cluster: createRecordingCluster(refusing(world.cluster, refuses, status)),
  });
  return {
    report,
    outcomes: outcomes(report).map((line) => line.replace(/ \(.*/s, "")),
    warnings: report.warnings.map(({ item, text }) => `${item?.name}: ${text}`),
    errors: report.errors.map(({ text }) => text),
  };
}

const unknown = (request: string, resource: string) =>
  `it is not known whether the target has it already, which Velero would leave as it is: ${request}: 403 Forbidden: not for you. ` +
  `Grant this account the right to get ${resource}, or run the preview in Velero's pod`;

// Velero creates what it cannot read, and warns where that fails because it is there.
Deno.test("runRestore() takes an object that may not be read for absent, and warns (protocol 4.7)", async () => {
  const { report, outcomes, warnings, errors } = await restore(["get pods"]);
  assertEquals(outcomes, ["namespaces shop: created", "configmaps shop/c: created", "pods shop/a: created"]);
  assertEquals(warnings, [`a: ${unknown("get pods shop/a", "pods")}`]);
  assertEquals(
    report.items.find(({ item }) => item.name === "a")?.reason,
    unknown("get pods shop/a", "pods"),
  );
  assertEquals(errors, []);
});

Deno.test("runRestore() goes on in a namespace that may not be read", async () => {
  const { outcomes, warnings, errors } = await restore(["get namespaces"]);
  assertEquals(outcomes, ["configmaps shop/c: created", "pods shop/a: created"]);
  assertEquals(warnings, [`shop: ${unknown("get namespaces shop", "namespaces")}`]);
  assertEquals(errors, []);
});

Deno.test("runRestore() takes additional items that may not be read for made or found", async () => {
  const asked: number[] = [];
  const ask: Action = {
    kind: "RestoreItemActionV2",
    name: "test.io/ask",
    appliesTo: { includedResources: ["configmaps"] },
    execute: () => ({
      additionalItems: [{ group: "", resource: "pods", namespace: "shop", name: "a" }],
      waitForAdditionalItems: true,
    }),
    areAdditionalItemsReady: ({ additionalItems }) => {
      asked.push(additionalItems.length);
      return Promise.resolve(true);
    },
  };
  const { errors } = await restore(["get pods"], 403, [ask]);
  assertEquals([asked, errors], [[1], []]);
});

Deno.test("runRestore() says when it is not known whether volumes would be made of snapshots", async () => {
  const { report } = await restore(["get backups"]);
  assertEquals(report.notModelled.map(({ text }) => text), [
    "it is not known whether volumes would be made of snapshots: get backups.velero.io velero/b: 403 Forbidden: not for you",
  ]);
});

Deno.test("runRestore() counts another error when it reads the target as a failure of the item", async () => {
  const { outcomes, errors } = await restore(["get pods"], 500);
  assertEquals(outcomes, ["namespaces shop: created", "configmaps shop/c: created", "pods shop/a: failed"]);
  assertEquals(errors, ["error restoring pods/shop/a: get pods shop/a: 500 Other: not for you"]);
});

Deno.test("runRestore() ends when the target does not know who asks", async () => {
  await assertRejects(() => restore(["get pods"], 401), ClusterError, "401 Unauthorized");
});
