/**
 * A CloudNativePG Cluster goes through a real Velero: the restored one recovers from the archive and writes to a new one, and a Cluster
 * that exists keeps its own.
 */

import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { type Json, until } from "./api.ts";
import { BARMAN, CNPG, createCluster, object, REPLICA } from "./cnpg_world.ts";
import { archive, backup, restore } from "./runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "./testbed.ts";
import { present } from "./tools.ts";

const ignore = !present("testcluster", "velero", "fsstore");
let bed: Testbed;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS);
    await createCluster(bed.api, "shop");
  });
  Deno.test.afterAll(() => bed?.stop());
}

const clean = { phase: "Completed", errors: [], warnings: [] };

Deno.test({
  name: "cnpg: the stored Cluster names its archive and its newest base backup",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await backup(bed, "shop", {
      includedNamespaces: ["shop"],
      excludedResources: ["persistentvolumeclaims"],
    });
    assertEquals({ phase, errors, warnings }, clean);
    const files = await archive(bed, "shop");
    const stored = files.get("resources/clusters.postgresql.cnpg.io/namespaces/shop/orders.json") ?? {};
    assertEquals(stored["metadata"].annotations, {
      "velero-cnpg/serverName": "orders",
      "velero-cnpg/current-backup-id": "20260103T000000",
    });
    const live = await bed.api.get(`${CNPG}/shop/clusters/orders`) ?? {};
    assertEquals(live["metadata"].annotations, undefined);
  },
});

Deno.test({
  name:
    "cnpg: a renamed restore recovers from the old archive, writes to a new one and passes the operator's rules",
  ignore,
  async fn() {
    const { phase, errors, warnings } = await restore(bed, "renamed", {
      backupName: "shop",
      namespaceMapping: { shop: "shop-copy" },
    }, { annotations: { "velero-plugin-for-workloads/cnpg.skip-backup-objects": "suspend" } });
    assertEquals({ phase, errors, warnings }, clean);
    const made = await bed.api.get(`${CNPG}/shop-copy/clusters/orders`) ?? {};
    const { serverName } = made["spec"].plugins[0].parameters;
    assertMatch(serverName, /^orders-\d{8}-\d{6}$/);
    assertEquals(made["spec"].bootstrap, {
      recovery: {
        source: "clusterBackup",
        recoveryTarget: { backupID: "20260103T000000" },
        database: "orders",
        owner: "orders",
      },
    });
    assertEquals(made["spec"].externalClusters, [
      { name: "other-site", connectionParameters: { host: "h" } },
      {
        name: "clusterBackup",
        plugin: { name: BARMAN, parameters: { barmanObjectName: "orders-store", serverName: "orders" } },
      },
    ]);
    assertEquals([made["spec"].instances, made["spec"].replica], [3, REPLICA]);

    const override = await bed.api.get("/api/v1/namespaces/shop-copy/configmaps/cnpg-velero-override") ?? {};
    assertEquals(override["data"], { write_to_server_name: serverName, read_from_server_name: "orders" });
    assertEquals(override["metadata"].annotations, { "helm.sh/resource-policy": "keep" });
    assertEquals(
      override["metadata"].managedFields.map(({ manager, operation }: Json) => [manager, operation]),
      [["velero-cnpg-plugin", "Apply"]],
    );
    assertEquals(await bed.api.get("/api/v1/namespaces/shop/configmaps/cnpg-velero-override"), undefined);

    assertEquals(await bed.api.get(`${CNPG}/shop-copy/backups/late`), undefined);
    const schedule = await bed.api.get(`${CNPG}/shop-copy/scheduledbackups/nightly`) ?? {};
    assertEquals([schedule["spec"].immediate, schedule["spec"].suspend], [false, true]);
  },
});

Deno.test({
  name: "cnpg: a restore over a Cluster that exists moves nothing, also with the policy update",
  ignore,
  async fn() {
    const path = `${CNPG}/shop-copy/clusters/orders`;
    const before = await bed.api.get(path) ?? {};
    const map = "/api/v1/namespaces/shop-copy/configmaps/cnpg-velero-override";
    const override = await bed.api.get(map) ?? {};
    const { errors } = await restore(bed, "again", {
      backupName: "shop",
      namespaceMapping: { shop: "shop-copy" },
      includedResources: ["clusters.postgresql.cnpg.io"],
      existingResourcePolicy: "update",
    });
    assertEquals(errors, []);
    const after = await bed.api.get(path) ?? {};
    assertEquals(after["spec"], before["spec"]);
    assertEquals(
      (await bed.api.get(map))?.["metadata"].resourceVersion,
      override["metadata"].resourceVersion,
    );
  },
});

const REFUSED: [spec: Json, message: string][] = [
  [{ bootstrap: { initdb: {}, recovery: {} } }, "only one bootstrap method can be specified"],
  [{ bootstrap: { recovery: { source: "x" } } }, "recovery.source is not an external cluster"],
  [{ externalClusters: [{ name: "clusterBackup" }], replica: { source: "other-site" } }, "replica.source"],
  [{ externalClusters: [{ name: "a" }, { name: "a" }] }, "Duplicate value"],
  [
    {
      bootstrap: {
        recovery: {
          recoveryTarget: { backupID: "B" },
          volumeSnapshots: { storage: { kind: "x", name: "y" } },
        },
      },
    },
    "backupID cannot be used with volume snapshots",
  ],
  [
    {
      bootstrap: { recovery: { recoveryTarget: { targetImmediate: true, targetTime: "x", backupID: "B" } } },
    },
    "recovery targets are mutually exclusive",
  ],
  [{ bootstrap: { recovery: { recoveryTarget: { targetImmediate: true } } } }, "backupID is required"],
];

Deno.test({
  name: "cnpg: the definitions refuse what the operator's webhook refuses",
  ignore,
  async fn() {
    for (const [spec, message] of REFUSED) {
      const create = () =>
        bed.api.create(`${CNPG}/default/clusters?dryRun=All`, object("Cluster", "probe", { spec }));
      assertStringIncludes((await assertRejects(create, Error)).message, message);
    }
  },
});

Deno.test({
  name: "cnpg: a ConfigMap that cannot be written keeps the Cluster out of the restore, with the reason",
  ignore,
  async fn() {
    await bed.api.create("/api/v1/namespaces", { metadata: { name: "shop-locked" } });
    await bed.api.create("/api/v1/namespaces/shop-locked/configmaps", {
      metadata: { name: "cnpg-velero-override" },
      immutable: true,
      data: { write_to_server_name: "by hand" },
    });
    const { phase, errors } = await restore(bed, "locked", {
      backupName: "shop",
      namespaceMapping: { shop: "shop-locked" },
      includedResources: ["clusters.postgresql.cnpg.io"],
    });
    assertEquals([phase, errors.length], ["PartiallyFailed", 1], errors.join("\n"));
    for (
      const part of [
        "replicated.com/cnpg-restore-plugin: Cluster shop/orders: failed to create/update ConfigMap",
        "immutable",
        "(shop-locked/cnpg-velero-override) (rule cnpg R13)",
      ]
    ) assertStringIncludes(errors[0] ?? "", part);
    assertEquals(await bed.api.get(`${CNPG}/shop-locked/clusters/orders`), undefined);
  },
});

Deno.test({
  name:
    "cnpg: a base backup on demand is waited for, and the stored Cluster names it (protocol 4.5, 4.6, C7)",
  ignore,
  async fn() {
    const run = backup(bed, "on-demand", {
      includedNamespaces: ["shop"],
      includedResources: ["clusters.postgresql.cnpg.io"],
    }, { annotations: { "velero-plugin-for-workloads/cnpg.on-demand-backup": "true" } });
    const asked = async () => {
      const list = await bed.api.get(`${CNPG}/shop/backups?labelSelector=velero.io/backup-name=on-demand`);
      return list?.["items"] as Json[];
    };
    const [request] = await until("a Backup is asked for", async () => {
      const items = await asked();
      return items.length > 0 && items;
    });
    const { name } = request?.["metadata"] ?? {};
    assertMatch(name, /^velero-on-demand-/);
    assertEquals(request?.["spec"], {
      cluster: { name: "orders" },
      method: "plugin",
      pluginConfiguration: { name: BARMAN },
    });
    // What the operator does.
    await bed.api.patch(`${CNPG}/shop/backups/${name}/status`, {
      status: { phase: "completed", backupId: "ON-DEMAND", stoppedAt: "2026-12-01T00:00:00Z" },
    });
    const { phase, errors, warnings, object: ended } = await run;
    assertEquals({ phase, errors, warnings }, clean);
    assertEquals(ended["status"].backupItemOperationsCompleted, 1);
    const files = await archive(bed, "on-demand");
    const stored = files.get("resources/clusters.postgresql.cnpg.io/namespaces/shop/orders.json") ?? {};
    assertEquals(stored["metadata"].annotations["velero-cnpg/current-backup-id"], "ON-DEMAND");
    assertEquals((await asked()).length, 1, "finalising asks for no second one");
  },
});
