/**
 * Real Helm renders the example chart of docs/cnpg.md against an API server: before a restore with the chart's own server name, after it
 * with what the restore action wrote, so that an upgrade moves the recovered database nowhere.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { CONFIG_MAPS } from "../../actions/cnpg/constants.ts";
import { restoreCluster } from "../../actions/cnpg/restore_cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import { settingsWith } from "../kit/cnpg.ts";
import { runRestore } from "../kit/run_action.ts";
import { present, ROOT, tool } from "./tools.ts";

const ignore = !present("helm");
const CHART = `${ROOT}examples/cnpg-chart`;

/** The objects of the chart by kind, as `helm` renders them for namespace `shop` of that cluster. */
async function render(cluster: MemoryCluster): Promise<Record<string, JsonObject>> {
  const folder = await Deno.makeTempDir({ prefix: "helm-" });
  const server = serveCluster(cluster);
  try {
    await Deno.writeTextFile(`${folder}/kubeconfig`, server.kubeconfig());
    const args = ["template", "shop-db", CHART, "--namespace", "shop", "--dry-run=server"];
    const { success, stdout, stderr } = await new Deno.Command(tool("helm"), {
      args: [...args, "--kubeconfig", `${folder}/kubeconfig`],
      env: { HOME: folder, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    const objects = parseAllDocuments(new TextDecoder().decode(stdout)).map((one) =>
      one.toJS() as JsonObject
    );
    return Object.fromEntries(objects.map((object) => [String(object.kind), object]));
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Restores a rendered Cluster as Velero would, ten minutes after the last time. */
async function restore(cluster: MemoryCluster, rendered: JsonObject, minute: number): Promise<JsonObject> {
  const spec = rendered.spec as { plugins: { parameters: JsonObject }[] };
  const annotations = { "velero-cnpg/serverName": spec.plugins[0]?.parameters.serverName ?? "" };
  const metadata = { ...rendered.metadata as JsonObject, namespace: "shop", annotations };
  const { item } = await runRestore(restoreCluster, {
    item: { ...rendered, metadata },
    now: new Date(Date.UTC(2026, 10, 22, 9, minute, 3)),
    cluster,
    settings: settingsWith(),
  });
  return item;
}

const archiveOf = ({ spec }: JsonObject) => {
  const { plugins, bootstrap, externalClusters } = spec as JsonObject;
  return { plugins, bootstrap, externalClusters };
};

Deno.test({
  name: "helm renders the example chart with what a restore wrote",
  ignore,
  fn: async () => {
    const cluster = createMemoryCluster();
    const before = await render(cluster);
    assertEquals(Object.keys(before).sort(), ["Cluster", "ObjectStore"]);
    const parameters = { barmanObjectName: "orders-store", serverName: "orders" };
    assertEquals(archiveOf(before.Cluster ?? {}), {
      plugins: [{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters }],
      bootstrap: { initdb: { database: "orders", owner: "orders" } },
      externalClusters: undefined,
    });

    // Twice: the second restore starts from what the first one left.
    let rendered = before.Cluster ?? {};
    for (const [minute, reads] of [[15, "orders"], [25, "orders-20261122-091503"]] as const) {
      const restored = await restore(cluster, rendered, minute);
      rendered = (await render(cluster)).Cluster ?? {};
      assertEquals(archiveOf(rendered), archiveOf(restored));
      const map = await cluster.get(CONFIG_MAPS, "shop", "cnpg-velero-override");
      assertEquals(map?.data, {
        read_from_server_name: reads,
        write_to_server_name: `orders-20261122-09${minute}03`,
      });
    }
  },
});

Deno.test({
  name: "helm prefers the override of the Cluster's own",
  ignore,
  fn: async () => {
    const map = (name: string, server: string): JsonObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "shop" },
      data: { write_to_server_name: server, read_from_server_name: `old-${server}` },
    });
    const cluster = createMemoryCluster({
      objects: [map("cnpg-velero-override", "other"), map("cnpg-velero-override-orders", "mine")],
    });
    const text = JSON.stringify((await render(cluster)).Cluster);
    assertStringIncludes(text, '"serverName":"mine"');
    assertStringIncludes(text, '"serverName":"old-mine"');
    assertEquals(text.includes("other"), false);
  },
});
