import { assertEquals } from "@std/assert";
import { archived, barman, cluster, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { mutationsOf } from "../../tests/kit/mutations.ts";
import { runBackup, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupCluster } from "./backup_cluster.ts";
import { restoreCluster } from "./restore_cluster.ts";
import { restoreDeployment } from "./restore_deployment.ts";
import { skipBackupObjects } from "./skip_backup_objects.ts";
import { skipOwned } from "./skip_owned.ts";

const WRONG: (JsonValue | undefined)[] = [undefined, null, true, 5, "x", "", [], ["x"], [null], {}, {
  x: "y",
}];

const everything = settingsWith({
  "default-server-name": true,
  "in-tree": true,
  "recovery-target": "backup-time",
  "on-demand-backup": true,
  "volume-snapshot": true,
  replica: "promote",
  dependencies: true,
  "skip-backup-objects": "suspend",
  "per-cluster-override": true,
  "clear-fencing": true,
});

const item = archived(
  written({
    "velero-cnpg/current-backup-id": "B",
    "velero-cnpg/backup-time": "2026-01-01T00:00:00Z",
    "velero-cnpg/volume-snapshots": '[{"name":"s","type":"PG_DATA"}]',
    "cnpg.io/fencedInstances": "x",
  }),
  {
    bootstrap: { initdb: { database: "d", owner: "o", secret: { name: "x" } } },
    externalClusters: [{ name: "clusterBackup" }],
    replica: { enabled: true, primary: "a", self: "b" },
    superuserSecret: { name: "x" },
    plugins: [barman({ serverName: "s", barmanObjectName: "o" }), { name: "q", parameters: {} }],
  },
);

const inTree = cluster(
  { backup: { barmanObjectStore: { serverName: "s", s3Credentials: { accessKeyId: { name: "x" } } } } },
  written({ "velero-cnpg/backup-method": "barmanObjectStore" }),
);

const runs: JsonObject = {
  metadata: { name: "r", annotations: { "velero-cnpg/target-time": "2026-01-01T00:00:00Z" } },
  spec: { namespaceMapping: { n: "m" }, includedResources: ["pvc"] },
  status: { phase: "InProgress" },
};

const deployment: JsonObject = {
  kind: "Deployment",
  metadata: { name: "d", labels: { a: "b" } },
  spec: { template: { spec: { initContainers: [{ name: "wait-for-migration-job" }, { name: "a" }] } } },
};

const owned: JsonObject = {
  kind: "Backup",
  metadata: {
    ownerReferences: [{
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      name: "c",
      controller: true,
    }],
  },
  spec: { immediate: true },
  status: { phase: "completed" },
};

const create = (_kind: unknown, object: JsonObject) =>
  Promise.resolve({ ...object, metadata: { name: "made" } });
const world = () => ({ cluster: { ...recordApply().cluster, create }, settings: everything });
const call = {
  backup: (changed: JsonObject) => runBackup(backupCluster, { item: changed, ...world() }),
  restore: (changed: JsonObject) => runRestore(restoreCluster, { item: changed, ...world() }),
  deployment: (changed: JsonObject) => runRestore(restoreDeployment, { item: changed, ...world() }),
  owned: (changed: JsonObject) => runRestore(skipOwned, { item: changed, ...world() }),
  objects: (changed: JsonObject) => runRestore(skipBackupObjects, { item: changed, ...world() }),
  backupRun: (backup: JsonObject) => runBackup(backupCluster, { item, backup, ...world() }),
  restoreRun: (restore: JsonObject) => runRestore(restoreCluster, { item, restore, ...world() }),
  live: (live: JsonObject) =>
    runRestore(restoreCluster, {
      item,
      settings: everything,
      cluster: { get: () => Promise.resolve(live) },
    }),
};

const SUBJECTS: [call: keyof typeof call, object: JsonObject][] = [
  ["backup", item],
  ["backup", inTree],
  ["restore", item],
  ["restore", inTree],
  ["deployment", deployment],
  ["owned", owned],
  ["objects", owned],
  ["objects", { ...owned, kind: "ScheduledBackup" }],
  ["backupRun", runs],
  ["restoreRun", runs],
  ["live", item],
];

for (const [name, object] of SUBJECTS) {
  Deno.test(`cnpg answers wrong types at every level of ${object.kind ?? "a run"}: ${name}`, async () => {
    const faults: string[] = [];
    let calls = 0;
    for (const { about, value } of mutationsOf(object, WRONG)) {
      calls++;
      try {
        await call[name](value);
      } catch (error) {
        if (error instanceof Refusal && error.message !== "" && error.remedy !== "") continue;
        faults.push(`${about}: ${error}`);
      }
    }
    assertEquals(faults, []);
    assertEquals(calls >= 5 * 11, true);
  });
}
