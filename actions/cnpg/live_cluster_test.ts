import { assertEquals } from "@std/assert";
import { archived, barman, cluster, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, runRestore } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { restoreCluster } from "./restore_cluster.ts";

const settings = settingsWith();

function itemFromBackup(): JsonObject {
  return archived(written(), {
    instances: 3,
    bootstrap: { initdb: { database: "app" } },
    externalClusters: [{ name: "old" }],
  });
}

// cnpg R7, T11.3: what the live Cluster has, and what the item's spec becomes.
const ROWS: [about: string, live: JsonObject, spec: JsonObject][] = [
  [
    "it recovered earlier",
    {
      instances: 5,
      bootstrap: { recovery: { source: "clusterBackup" } },
      externalClusters: [{ name: "clusterBackup" }],
      plugins: [barman({ serverName: "live", barmanObjectName: "o" })],
    },
    {
      instances: 3,
      bootstrap: { recovery: { source: "clusterBackup" } },
      externalClusters: [{ name: "clusterBackup" }],
      plugins: [barman({ serverName: "live", barmanObjectName: "o" })],
    },
  ],
  [
    "it has none of these",
    { plugins: [barman({ barmanObjectName: "o" })] },
    { instances: 3, plugins: [barman({ barmanObjectName: "o" })] },
  ],
  [
    "it has no plugins",
    { bootstrap: null },
    { instances: 3, bootstrap: null, plugins: [barman({ barmanObjectName: "o" })] },
  ],
  [
    "its plugins have the wrong type",
    { plugins: "x" },
    { instances: 3, plugins: [barman({ barmanObjectName: "o" })] },
  ],
];

for (const [about, live, spec] of ROWS) {
  Deno.test(`restoreCluster keeps the identity of a Cluster that exists: ${about} (cnpg DEV-CNPG-11)`, async () => {
    const { item, logs, requests } = await runRestore(restoreCluster, {
      item: { ...itemFromBackup(), status: { phase: "x" } },
      objects: [cluster(live)],
      settings,
    });
    assertEquals(item.spec, spec);
    assertEquals(item.status, undefined);
    assertEquals(requests, ["get clusters.postgresql.cnpg.io n/c"]);
    assertEquals(messages(logs, "warn"), [
      "Cluster n/c already exists and keeps its archive; no new server name is written",
    ]);
  });
}

Deno.test("restoreCluster looks for the Cluster in the target namespace (cnpg R6, DEV-CNPG-10)", async () => {
  const { applied, cluster: faked } = recordApply();
  const { item } = await runRestore(restoreCluster, {
    item: itemFromBackup(),
    restore: { spec: { namespaceMapping: { n: "m" } } },
    objects: [cluster({ plugins: [] })],
    cluster: faked,
    settings,
  });
  assertEquals(applied.map(({ object }) => (object.metadata as JsonObject).namespace), ["m"]);
  assertEquals((item.metadata as JsonObject).namespace, "n");
});

Deno.test("restoreCluster keeps the item's fencing, replica and plugins over a Cluster that exists", async () => {
  const fenced = { "cnpg.io/fencedInstances": '["*"]' };
  const { item } = await runRestore(restoreCluster, {
    item: archived(written(fenced), { replica: { enabled: true } }),
    objects: [cluster({ plugins: [barman({ serverName: "live", barmanObjectName: "o" })] })],
    settings: settingsWith({ "clear-fencing": true, replica: "promote", dependencies: true }),
  });
  assertEquals((item.metadata as JsonObject).annotations, written(fenced));
  assertEquals((item.spec as JsonObject).replica, { enabled: true });
});

const FAILURES: [failure: unknown, text: string][] = [
  [new ClusterError("get clusters.postgresql.cnpg.io n/c: forbidden", "Forbidden", 403), "forbidden"],
  [new ClusterError("get clusters.postgresql.cnpg.io n/c: not served", "NotServed", 404), "not served"],
  [new ClusterError("get clusters.postgresql.cnpg.io n/c: boom", "Other", 500), "boom"],
  [new DOMException("Signal timed out.", "TimeoutError"), "no answer within 30 s"],
];

for (const [failure, text] of FAILURES) {
  Deno.test(`restoreCluster goes on as if absent, with a warning: ${text}`, async () => {
    const { applied, cluster: faked } = recordApply();
    const { logs } = await runRestore(restoreCluster, {
      item: itemFromBackup(),
      cluster: { ...faked, get: () => Promise.reject(failure) },
      settings,
    });
    assertEquals(applied.length, 1);
    const [warning = "", ...more] = messages(logs, "warn");
    assertEquals(more, []);
    assertEquals(
      warning.startsWith("cannot find out whether Cluster n/c exists, so it is restored as if it did not: "),
      true,
    );
    assertEquals(warning.endsWith(text), true);
  });
}
