import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { createLiveCluster } from "../../cluster/live/live.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { createApiServer } from "../../cluster/served/serve.ts";
import { object } from "../testing/world.ts";
import { createRightsWatch } from "./rights.ts";

const core = (resource: string) => ({ group: "", version: "v1", resource });
const BACKUPS = { group: "velero.io", version: "v1", resource: "backups" };

/** A cluster that allows nothing at that path. */
function watch(path: string) {
  const inner = createMemoryCluster({ objects: [object("v1", "Secret", "n/s"), object("v1", "Pod", "n/p")] });
  const { handler } = createApiServer(inner, { faults: [{ path, status: 403 }] });
  const rights = createRightsWatch();
  const cluster = rights.around(createLiveCluster({
    server: { url: "http://x", fetch: (url, init) => handler(new Request(url, init)) },
  }));
  return { cluster, rights };
}

Deno.test("createRightsWatch() names the verbs and resources that are forbidden", async () => {
  const { cluster, rights } = watch("*/namespaces/*");
  const asked = [
    () => cluster.get(core("pods"), "n", "p"),
    () => cluster.get(core("pods"), "n", "q"),
    () => Array.fromAsync(cluster.list(BACKUPS, { namespace: "n" })),
    () => cluster.create(BACKUPS, object("velero.io/v1", "Backup", "n/b")),
    () => cluster.apply(core("configmaps"), object("v1", "ConfigMap", "n/c"), { manager: "m" }),
    () => cluster.patch(core("configmaps"), "n", "c", {}, { type: "merge" }),
    () => cluster.delete(core("pods"), "n", "p"),
  ];
  for (const ask of asked) await assertRejects(ask, ClusterError);
  assertEquals(rights.missing(), [
    "get pods",
    "list backups.velero.io",
    "create backups.velero.io",
    "patch configmaps",
    "delete pods",
  ]);
});

Deno.test("createRightsWatch() takes a Secret that may not be read for absent, and for nothing that is missing", async () => {
  const { cluster, rights } = watch("*secrets/s");
  assertEquals(await cluster.get(core("secrets"), "n", "s"), undefined);
  assertEquals((await cluster.get(core("pods"), "n", "p"))?.kind, "Pod");
  assertEquals(rights.missing(), []);
});

Deno.test("createRightsWatch() lets other failures of a Secret pass", async () => {
  const inner = createMemoryCluster({ absentGroups: [""] });
  const { around } = createRightsWatch();
  await assertRejects(() => around(inner).get(core("secrets"), "n", "s"), ClusterError);
});
