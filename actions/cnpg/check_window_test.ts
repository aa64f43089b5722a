import { assertEquals } from "@std/assert";
import { archived, backup, barman, cluster, settingsWith } from "../../tests/kit/cnpg.ts";
import { messages, runBackup } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupCluster } from "./backup_cluster.ts";

const store = (status: JsonObject): JsonObject => ({
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: { name: "o", namespace: "n" },
  spec: {},
  status,
});

const window = (point: string) => ({ serverRecoveryWindow: { s: { firstRecoverabilityPoint: point } } });
const empty =
  'ObjectStore o has no recovery window for "s": there is nothing to recover from; take a base backup';

// cnpg E13
const ROWS: [about: string, objects: JsonObject[], warnings: string[]][] = [
  ["a window", [store(window("2026-01-01T00:00:00Z"))], []],
  ["no status", [store({})], [empty]],
  ["another server's window", [store({ serverRecoveryWindow: { x: { firstRecoverabilityPoint: "y" } } })], [
    empty,
  ]],
  ["a window without first point", [store({ serverRecoveryWindow: { s: {} } })], [empty]],
  ["a status of the wrong type", [store({ serverRecoveryWindow: "x" })], [empty]],
  ["no ObjectStore", [], ["ObjectStore o does not exist, so there is nothing to recover from"]],
];

const found = backup("b", "B", "2026-01-01T00:00:00Z");

for (const [about, objects, warnings] of ROWS) {
  Deno.test(`check-window reads the ObjectStore: ${about}`, async () => {
    const { logs, requests } = await runBackup(backupCluster, {
      item: archived(),
      objects: [found, ...objects],
      settings: settingsWith({ "skip-owned": true }),
    });
    assertEquals(messages(logs, "warn"), warnings);
    assertEquals(requests, ["list backups.postgresql.cnpg.io n", "get objectstores.barmancloud.cnpg.io n/o"]);
  });
}

for (const [reason, status] of [["Forbidden", 403], ["NotServed", 404], ["Unreachable", 0]] as const) {
  Deno.test(`check-window is silent: ${reason}`, async () => {
    const { logs } = await runBackup(backupCluster, {
      item: archived(),
      objects: [found],
      cluster: { get: () => Promise.reject(new ClusterError("get", reason, status)) },
      settings: settingsWith({ "skip-owned": true }),
    });
    assertEquals(messages(logs, "warn"), []);
  });
}

Deno.test("check-window asks nothing when it is off, or when no ObjectStore is named", async () => {
  for (
    const [item, on] of [[archived(), false], [cluster({ plugins: [barman({ serverName: "s" })] }), true]]
  ) {
    const { requests } = await runBackup(backupCluster, {
      item: item as JsonObject,
      objects: [found],
      settings: settingsWith({ "check-window": on === true, "skip-owned": true }),
    });
    assertEquals(requests, ["list backups.postgresql.cnpg.io n"]);
  }
});
