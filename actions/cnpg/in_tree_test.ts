import { assertEquals, assertRejects } from "@std/assert";
import { backup, barman, cluster, recordApply, settingsWith } from "../../tests/kit/cnpg.ts";
import { runBackup, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupCluster } from "./backup_cluster.ts";
import { restoreCluster } from "./restore_cluster.ts";

const store = { destinationPath: "s3://bucket/x", s3Credentials: { accessKeyId: { name: "k", key: "id" } } };
const METHOD = "velero-cnpg/backup-method";
const on = settingsWith({ "in-tree": true, "skip-owned": true });
const annotations = (item: JsonObject) => (item.metadata as JsonObject).annotations;

// cnpg E2
const BACKUPS: [about: string, spec: JsonObject, written: JsonObject | undefined][] = [
  ["the Cluster's name", { backup: { barmanObjectStore: store } }, {
    "velero-cnpg/serverName": "c",
    [METHOD]: "barmanObjectStore",
    "velero-cnpg/current-backup-id": "B",
  }],
  ["its own server name", { backup: { barmanObjectStore: { ...store, serverName: "own" } } }, {
    "velero-cnpg/serverName": "own",
    [METHOD]: "barmanObjectStore",
  }],
  ["a barman entry goes first", {
    backup: { barmanObjectStore: store },
    plugins: [barman({ serverName: "p" })],
  }, { "velero-cnpg/serverName": "p" }],
  ["a disabled barman entry does not", {
    backup: { barmanObjectStore: store },
    plugins: [barman({ serverName: "p" }, { enabled: false })],
  }, {
    "velero-cnpg/serverName": "c",
    [METHOD]: "barmanObjectStore",
    "velero-cnpg/current-backup-id": "B",
  }],
  ["nothing to archive to", { backup: {} }, undefined],
  ["a store of the wrong type", { backup: { barmanObjectStore: "x" } }, undefined],
  ["a backup section of the wrong type", { backup: "x" }, undefined],
];

const found = backup("b", "B", "2026-01-01T00:00:00Z", {
  status: { method: "barmanObjectStore", serverName: "c" },
});

for (const [about, spec, written] of BACKUPS) {
  Deno.test(`in-tree backs up: ${about}`, async () => {
    const { item } = await runBackup(backupCluster, { item: cluster(spec), objects: [found], settings: on });
    assertEquals(annotations(item), written);
  });
}

Deno.test("in-tree is off by default", async () => {
  const item = cluster({ backup: { barmanObjectStore: store } });
  const { result, requests } = await runBackup(backupCluster, { item, settings: settingsWith() });
  assertEquals([result, requests], [{}, []]);
});

const restored = { "velero-cnpg/serverName": "s", [METHOD]: "barmanObjectStore" };

Deno.test("in-tree restores from a copy of the store with the source's server name", async () => {
  const { applied, cluster: faked } = recordApply();
  const { item } = await runRestore(restoreCluster, {
    item: cluster({
      backup: { barmanObjectStore: { ...store, serverName: "s" }, retentionPolicy: "30d" },
      bootstrap: { initdb: { database: "d", owner: "o" } },
    }, { ...restored, "velero-cnpg/current-backup-id": "B" }),
    now: new Date("2026-11-21T03:28:47Z"),
    cluster: faked,
    settings: on,
  });
  assertEquals(item.spec, {
    backup: { barmanObjectStore: { ...store, serverName: "c-20261121-032847" }, retentionPolicy: "30d" },
    bootstrap: {
      recovery: {
        source: "clusterBackup",
        recoveryTarget: { backupID: "B" },
        database: "d",
        owner: "o",
      },
    },
    externalClusters: [{ name: "clusterBackup", barmanObjectStore: { ...store, serverName: "s" } }],
  });
  assertEquals(applied[0]?.object.data, {
    write_to_server_name: "c-20261121-032847",
    read_from_server_name: "s",
  });
});

Deno.test("in-tree names the server in the external cluster also where the store names none", async () => {
  const { item } = await runRestore(restoreCluster, {
    item: cluster({ backup: { barmanObjectStore: store } }, { ...restored, "velero-cnpg/serverName": "c" }),
    now: new Date("2026-11-21T03:28:47Z"),
    cluster: recordApply().cluster,
    settings: on,
  });
  assertEquals(item.spec, {
    backup: { barmanObjectStore: { ...store, serverName: "c-20261121-032847" } },
    bootstrap: { recovery: { source: "clusterBackup" } },
    externalClusters: [{ name: "clusterBackup", barmanObjectStore: { ...store, serverName: "c" } }],
  });
});

Deno.test("in-tree keeps the server name of a Cluster that exists", async () => {
  const lives: [live: JsonObject, after: JsonObject][] = [
    [{ backup: { barmanObjectStore: { ...store, serverName: "live" } } }, { ...store, serverName: "live" }],
    [{ backup: { barmanObjectStore: store } }, store],
    [{}, store],
  ];
  for (const [live, after] of lives) {
    const { item } = await runRestore(restoreCluster, {
      item: cluster({ backup: { barmanObjectStore: { ...store, serverName: "s" } } }, restored),
      objects: [cluster(live)],
      settings: on,
    });
    assertEquals(item.spec, { backup: { barmanObjectStore: after } });
  }
});

Deno.test("in-tree refuses a Cluster whose store is gone, with nothing written", async () => {
  for (const spec of [{}, { backup: "x" }, { backup: { barmanObjectStore: [] } }]) {
    const { applied, cluster: faked } = recordApply();
    const run = runRestore(restoreCluster, { item: cluster(spec, restored), cluster: faked, settings: on });
    assertEquals(
      (await assertRejects(() => run, Refusal)).message,
      "spec.backup.barmanObjectStore is not a map",
    );
    assertEquals(applied, []);
  }
});
