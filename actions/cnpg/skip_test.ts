import { assertEquals } from "@std/assert";
import { settingsWith } from "../../tests/kit/cnpg.ts";
import { messages, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { skipBackupObjects } from "./skip_backup_objects.ts";
import { skipOwned } from "./skip_owned.ts";

Deno.test("skipOwned and skipBackupObjects name their resources and are off by default", () => {
  assertEquals(skipOwned.appliesTo, {
    includedResources: ["persistentvolumeclaims", "pods", "services", "jobs.batch"],
  });
  assertEquals(skipBackupObjects.appliesTo, {
    includedResources: ["backups.postgresql.cnpg.io", "scheduledbackups.postgresql.cnpg.io"],
  });
  assertEquals([skipOwned, skipBackupObjects].map(({ enabled }) => enabled?.(settingsWith())), [
    false,
    false,
  ]);
  assertEquals(skipOwned.enabled?.(settingsWith({ "skip-owned": true })), true);
  for (const value of ["true", "suspend"] as const) {
    assertEquals(skipBackupObjects.enabled?.(settingsWith({ "skip-backup-objects": value })), true);
  }
});

const owner = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: "c", controller: true };

// cnpg E8
const OWNERS: [about: string, owners: JsonValue | undefined, skipped: boolean][] = [
  ["a Cluster", [owner], true],
  ["a Cluster of a later version", [{ ...owner, apiVersion: "postgresql.cnpg.io/v2" }], true],
  ["a Cluster beside another owner", [{ kind: "X" }, owner], true],
  ["a Cluster that does not control it", [{ ...owner, controller: false }], false],
  ["a Cluster that does not say so", [{ ...owner, controller: undefined }], false],
  ["a Cluster of another group", [{ ...owner, apiVersion: "cluster.x-k8s.io/v1beta1" }], false],
  ["a longer group", [{ ...owner, apiVersion: "postgresql.cnpg.iox/v1" }], false],
  ["another kind of the group", [{ ...owner, kind: "Pooler" }], false],
  ["nobody", undefined, false],
  ["a list of the wrong type", "x", false],
  ["entries of the wrong type", ["x", null, 5, { ...owner, apiVersion: 5 }], false],
];

for (const [about, ownerReferences, skipped] of OWNERS) {
  Deno.test(`skipOwned looks at the stored object's controller: ${about}`, async () => {
    const item = { kind: "PersistentVolumeClaim", metadata: { name: "c-1", namespace: "n" } };
    const itemFromBackup = { ...item, metadata: { ...item.metadata, ownerReferences } } as JsonObject;
    const { result, logs } = await runRestore(skipOwned, { item, itemFromBackup, settings: settingsWith() });
    assertEquals(result, skipped ? { skipRestore: true } : {});
    assertEquals(
      messages(logs, "info"),
      skipped ? ["not restored: the operator creates it again for Cluster c"] : [],
    );
  });
}

// cnpg E9
const STATUSES: [status: JsonValue | undefined, skipped: boolean][] = [
  [{ phase: "completed" }, true],
  [{ phase: "failed" }, true],
  [{ phase: "pending" }, true],
  [{ phase: "" }, false],
  [{ phase: 5 }, false],
  [{}, false],
  [undefined, false],
  ["x", false],
];

for (const [status, skipped] of STATUSES) {
  Deno.test(`skipBackupObjects leaves out a Backup with status ${JSON.stringify(status)}: ${skipped}`, async () => {
    const item = {
      kind: "Backup",
      metadata: { name: "b", namespace: "n" },
      spec: { cluster: { name: "c" } },
    };
    const { result } = await runRestore(skipBackupObjects, {
      item,
      itemFromBackup: { ...item, status } as JsonObject,
      settings: settingsWith({ "skip-backup-objects": "true" }),
    });
    assertEquals(result, skipped ? { skipRestore: true } : {});
  });
}

const SCHEDULES: [value: "true" | "suspend", spec: JsonObject, after: JsonObject][] = [
  ["true", { immediate: true, schedule: "x" }, { immediate: false, schedule: "x" }],
  ["true", {}, { immediate: false }],
  ["true", { suspend: true }, { immediate: false, suspend: true }],
  ["suspend", { immediate: true, suspend: false }, { immediate: false, suspend: true }],
  ["suspend", {}, { immediate: false, suspend: true }],
];

for (const [value, spec, after] of SCHEDULES) {
  Deno.test(`skipBackupObjects ${value} keeps a schedule ${JSON.stringify(spec)} from running at once`, async () => {
    const { result } = await runRestore(skipBackupObjects, {
      item: { kind: "ScheduledBackup", spec },
      itemFromBackup: { kind: "ScheduledBackup", spec, status: { phase: "x" } },
      settings: settingsWith({ "skip-backup-objects": value }),
    });
    assertEquals(result, { item: { kind: "ScheduledBackup", spec: after } });
  });
}

Deno.test("skipBackupObjects leaves a schedule without a map as spec alone", async () => {
  for (const item of [{ kind: "ScheduledBackup" }, { kind: "ScheduledBackup", spec: "x" }]) {
    const { result, logs } = await runRestore(skipBackupObjects, {
      item,
      settings: settingsWith({ "skip-backup-objects": "true" }),
    });
    assertEquals(result, {});
    assertEquals(messages(logs, "warn"), ["spec is not a map, so the schedule is restored as it is"]);
  }
});
