import { assertEquals } from "@std/assert";
import { archived, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { runRestore } from "../../tests/kit/run_action.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { createRecordingCluster } from "../../cluster/memory/recording.ts";
import type { JsonObject } from "../../objects/json.ts";
import { CONFIG_MAPS } from "./constants.ts";
import { restoreCluster } from "./restore_cluster.ts";

const override = (more: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cnpg-velero-override", namespace: "n", labels: { mine: "x" } },
  ...more,
});

async function restoreOver(existing: JsonObject, times: readonly string[]) {
  const cluster = createMemoryCluster({ objects: [existing] });
  for (const time of times) {
    await runRestore(restoreCluster, {
      item: archived(written()),
      now: new Date(time),
      cluster,
      settings: settingsWith(),
    });
  }
  return await cluster.get(CONFIG_MAPS, "n", "cnpg-velero-override");
}

// cnpg 5.2: exactly its own fields are taken over, also those of a ConfigMap that the backup brought back.
Deno.test("writeOverride() keeps other keys, labels and annotations of an existing ConfigMap", async () => {
  const existing = override({ data: { other: "kept", write_to_server_name: "by hand" } });
  const found = await restoreOver(existing, ["2026-11-21T03:28:47Z", "2026-11-22T03:28:47Z"]);
  assertEquals(found?.data, {
    other: "kept",
    write_to_server_name: "c-20261122-032847",
    read_from_server_name: "s",
  });
  const { labels, annotations } = found?.metadata as JsonObject;
  assertEquals([labels, annotations], [{ mine: "x" }, { "helm.sh/resource-policy": "keep" }]);
});

// cnpg R13: in preview mode it is not written but reported.
Deno.test("writeOverride() shows as an effect of a preview and writes nothing", async () => {
  const memory = createMemoryCluster();
  const cluster = createRecordingCluster(memory);
  await runRestore(restoreCluster, {
    item: archived(written()),
    restore: { spec: { namespaceMapping: { n: "m" } } },
    now: new Date("2026-11-21T03:28:47Z"),
    cluster,
    settings: settingsWith(),
  });
  assertEquals(memory.objects(), []);
  assertEquals(cluster.effects().map(({ verb, namespace, name }) => [verb, namespace, name]), [
    ["apply", "m", "cnpg-velero-override"],
  ]);
});
