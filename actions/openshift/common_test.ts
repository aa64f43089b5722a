import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import {
  account,
  backupOf,
  MIGRATION,
  object,
  registries,
  restoreOf,
  settingsWith,
} from "../../tests/kit/openshift.ts";
import { actionOf, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const BACKUP = actionOf(openshift, "BackupItemAction", "openshift.io/01-common-backup-plugin");
const RESTORE = actionOf(openshift, "RestoreItemAction", "openshift.io/01-common-restore-plugin");
const LABELS = actionOf(openshift, "RestoreItemAction", "openshift.io/01-mtc-common-restore-plugin");

const IMAGES: JsonObject = {
  apiVersion: "config.openshift.io/v1",
  kind: "Image",
  metadata: { name: "cluster" },
  status: { internalRegistryHostname: "r:5000" },
};
const deployment = (metadata: JsonObject = {}) => object("apps/v1", "Deployment", "d", { metadata });
const cluster: Partial<Cluster> = {
  version: () => Promise.resolve({ major: "1", minor: "29+", gitVersion: "" }),
};

const ANSWERS: [about: string, image: JsonObject[], before: JsonObject, after: JsonObject][] = [
  ["both are noted", [IMAGES], { a: "b" }, { a: "b", version: "1.29", host: "r:5000" }],
  ["older notes are overwritten", [IMAGES], { version: "1.1", host: "x" }, {
    version: "1.29",
    host: "r:5000",
  }],
  [
    "an empty host is noted",
    [{ ...IMAGES, status: {} }, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "config", namespace: "openshift-apiserver" },
      data: { "config.yaml": "{}" },
    }],
    {},
    { version: "1.29", host: "" },
  ],
];

for (const [about, objects, before, after] of ANSWERS) {
  const named = (front: string, notes: JsonObject) =>
    Object.fromEntries(
      Object.entries(notes).map(([key, value]) => [
        {
          version: `openshift.io/${front}-server-version`,
          host: `openshift.io/${front}-registry-hostname`,
        }[key] ?? key,
        value,
      ]),
    );
  Deno.test(`common backup: ${about} (openshift A1, 5.3)`, async () => {
    const item = deployment({ annotations: named("backup", before) });
    const outcome = await runBackup(BACKUP, { item, objects, cluster, settings: settingsWith() });
    assertEquals(outcome.result, { item: deployment({ annotations: named("backup", after) }) });
  });
  Deno.test(`common restore: ${about} (openshift A2, 5.4)`, async () => {
    const item = deployment({ annotations: named("restore", before) });
    const outcome = await runRestore(RESTORE, { item, objects, cluster, settings: settingsWith() });
    assertEquals(outcome.result, { item: deployment({ annotations: named("restore", after) }) });
  });
}

Deno.test("common steps make annotations where there are none, and lose nothing (openshift IMP-02)", async () => {
  const world = { objects: [IMAGES], cluster, settings: settingsWith() };
  const { item } = await runBackup(BACKUP, { ...world, item: deployment() });
  assertEquals(item.metadata, {
    name: "d",
    namespace: "n",
    annotations: {
      "openshift.io/backup-server-version": "1.29",
      "openshift.io/backup-registry-hostname": "r:5000",
    },
  });
  for (const annotations of [5, "x", ["a"]]) {
    const error = await assertRejects(
      () => runBackup(BACKUP, { ...world, item: deployment({ annotations }) }),
      Refusal,
      "metadata.annotations is not an object",
    );
    assertEquals(error.reason, "invalid_item");
  }
});

Deno.test("common steps fail when the version cannot be read (openshift 5.3)", async () => {
  const failing = { version: () => Promise.reject(new ClusterError("version: boom", "Other", 500)) };
  const world = { item: deployment(), objects: [IMAGES], cluster: failing, settings: settingsWith() };
  await assertRejects(() => runBackup(BACKUP, world), ClusterError, "version: boom");
  await assertRejects(() => runRestore(RESTORE, world), ClusterError, "version: boom");
});

Deno.test("common steps ask once for all items of a process (openshift IMP-03)", async () => {
  const states = new Map<string, unknown>();
  const world = { objects: [IMAGES], cluster, settings: settingsWith(), states };
  const requests = await Promise.all([1, 2, 3].map(async () => {
    const outcome = await runBackup(BACKUP, { ...world, item: deployment(), backup: backupOf() });
    return outcome.requests.filter((request) => !request.startsWith("serves"));
  }));
  assertEquals(requests.flat(), ["get images.config.openshift.io cluster"]);
});

const GROUP = "migration.openshift.io/migrated-by-";
const migration = (labels: JsonObject = {}) => restoreOf({}, {}, { labels: { ...MIGRATION, ...labels } });

// openshift A3, IMP-08: the labels of the Restore, those of the item before, and afterwards (`undefined`: unchanged).
const LABELLED: [about: string, restore: JsonObject, before: JsonObject, after: JsonObject | undefined][] = [
  [
    "both labels",
    migration({ [`${GROUP}migmigration`]: "m", [`${GROUP}migplan`]: "p" }),
    { a: "b" },
    { a: "b", [`${GROUP}migmigration`]: "m", [`${GROUP}migplan`]: "p" },
  ],
  ["one label", migration({ [`${GROUP}migplan`]: "p" }), {}, { [`${GROUP}migplan`]: "p" }],
  ["an empty label", migration({ [`${GROUP}migplan`]: "" }), { a: "b" }, undefined],
  ["a label of a wrong type", migration({ [`${GROUP}migplan`]: 5 }), { a: "b" }, undefined],
  ["no labels", migration(), { a: "b" }, undefined],
  ["not a migration", restoreOf({}, {}, { labels: { [`${GROUP}migplan`]: "p" } }), { a: "b" }, undefined],
];

for (const [about, restore, before, after] of LABELLED) {
  Deno.test(`labels of a migration: ${about} (openshift IMP-08)`, async () => {
    const outcome = await runRestore(LABELS, {
      item: deployment({ labels: before }),
      restore,
      settings: settingsWith(),
    });
    assertEquals(outcome.result, after === undefined ? {} : { item: deployment({ labels: after }) });
  });
}

Deno.test("labels of a migration never go to ServiceAccounts, and the action waits to be asked for (openshift A3)", async () => {
  const restore = migration({ [`${GROUP}migplan`]: "p" });
  const outcome = await runRestore(LABELS, { item: account("a"), restore, settings: settingsWith() });
  assertEquals(outcome.result, {});
  assertEquals(LABELS.onlyOnRequest, true);
  assertEquals(LABELS.enabled?.(settingsWith()), false);
  assertEquals(LABELS.enabled?.(settingsWith({ "mtc.labels": true })), true);
});

const NOTES = {
  ...registries("", ""),
  "openshift.io/backup-server-version": "1.24",
  "openshift.io/restore-server-version": "1.29",
};
const LAST = [
  "09-replicationcontroller",
  "10-job",
  "11-daemonset",
  "12-replicaset",
  "13-deployment",
  "14-statefulset",
  "16-cronjob",
  "08-deploymentconfig",
  "17-buildconfig",
  "19-is",
];

for (const part of LAST) {
  Deno.test(`the notes go with the last action, ${part}, when they are not wanted (openshift IMP-09)`, async () => {
    const action = actionOf(openshift, "RestoreItemAction", `openshift.io/${part}-restore-plugin`);
    const item = deployment({ annotations: { ...NOTES, a: "b" } });
    item.apiVersion = "v1";
    const world = { item, restore: restoreOf() };
    const without = await runRestore(action, {
      ...world,
      settings: settingsWith({ "keep-bookkeeping": false }),
    });
    assertEquals((without.item.metadata as JsonObject).annotations, { a: "b" });
    const kept = await runRestore(action, { ...world, settings: settingsWith() });
    assertEquals((kept.item.metadata as JsonObject).annotations, { ...NOTES, a: "b" });
    // Nothing to take off is nothing changed.
    const bare = await runRestore(action, {
      item: { ...deployment(), apiVersion: "v1" },
      restore: restoreOf(),
      settings: settingsWith({ "keep-bookkeeping": false }),
    });
    assertEquals(bare.result, {});
  });
}
