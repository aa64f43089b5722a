/** Previews of a live cluster: what they read there, and that they write nothing but the DownloadRequest. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { readObjects } from "../../cluster/memory/read_objects.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import type { RunReport } from "../../preview/report/report.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { createFolder, ignore, MANIFESTS, TARGET, withDownloads } from "./kit.ts";

const outcomes = ({ items }: RunReport) =>
  items.map(({ item, outcome }) => `${item.resource}.${item.group} ${item.namespace}/${item.name} ${outcome}`)
    .sort();

const writes = (requests: readonly string[]) => requests.filter((request) => !request.startsWith("GET "));

Deno.test({
  name: "preview backup: a live cluster gives what its manifests give, and is not written to",
  ignore,
}, async () => {
  await using folder = await createFolder();
  const tonight: JsonObject = {
    apiVersion: "velero.io/v1",
    kind: "Schedule",
    metadata: { name: "tonight", namespace: "velero" },
    spec: { schedule: "@daily", template: { includedNamespaces: ["shop"] } },
  };
  const objects = [...await readObjects(MANIFESTS), tonight];
  const served = serveCluster(createMemoryCluster({ objects }));
  try {
    await folder.write("kubeconfig", served.kubeconfig());
    const flags = ["--include-namespaces", "shop", "-o", "json"];
    const manifests = await folder.preview(["backup", MANIFESTS, ...flags]);
    const live = await folder.preview(["backup", "--kubeconfig", "kubeconfig", ...flags]);
    assertEquals([live.code, live.stderr], [0, ""]);
    assertEquals(outcomes(JSON.parse(live.stdout)), outcomes(JSON.parse(manifests.stdout)));
    const wire = await folder.preview(["backup", ...flags, "--plugin", await bundledPlugin()], {
      KUBECONFIG: `${folder.path}/kubeconfig`,
    });
    assertEquals(outcomes(JSON.parse(wire.stdout)), outcomes(JSON.parse(manifests.stdout)));
    assertEquals(writes(served.requests()), []);
    const scheduled = await folder.preview([
      "backup",
      "--kubeconfig",
      "kubeconfig",
      "--from-schedule",
      "tonight",
      "-o",
      "json",
    ]);
    assertEquals([scheduled.code, scheduled.stderr], [0, ""]);
    assertEquals(outcomes(JSON.parse(scheduled.stdout)), outcomes(JSON.parse(manifests.stdout)));
    const none = await folder.preview(["backup", "--kubeconfig", "kubeconfig", "--from-schedule", "none"]);
    assertEquals([none.code, none.stderr], [2, 'There is no Schedule "none" in namespace "velero"\n']);
    const other = await folder.preview(["backup", "--kubeconfig", "kubeconfig", "--kubecontext", "other"]);
    assertEquals([other.code, other.stdout], [2, ""]);
    assertStringIncludes(other.stderr, 'it has no context "other"');
  } finally {
    await served.close();
  }
});

const BACKUP: JsonObject = {
  apiVersion: "velero.io/v1",
  kind: "Backup",
  metadata: { name: "nightly", namespace: "velero" },
  spec: { storageLocation: "default" },
  status: { phase: "Completed" },
};

Deno.test({
  name: "preview restore --backup: fetches as Velero's command line does; existing objects are told",
  ignore,
}, async (t) => {
  await using folder = await createFolder();
  const made = await folder.preview([
    "backup",
    MANIFESTS,
    "--include-namespaces",
    "shop",
    "--archive",
    "b.tar.gz",
  ]);
  assertEquals(made.code, 0, made.stderr);
  const archive = await Deno.readFile(`${folder.path}/b.tar.gz`);
  const existing = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "catalog", namespace: "shop" },
    spec: { selector: { app: "other" } },
  };
  const daily = {
    ...BACKUP,
    metadata: { name: "daily-1", namespace: "velero", labels: { "velero.io/schedule-name": "daily" } },
    status: { phase: "PartiallyFailed", startTimestamp: "2026-11-24T02:00:00Z" },
  };
  const objects = [...await readObjects(TARGET), BACKUP, daily, existing];
  const cluster = createMemoryCluster({ objects });
  await using store = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(archive),
  );
  let silent = false;
  const served = serveCluster(
    withDownloads(
      cluster,
      () => silent ? undefined : `http://127.0.0.1:${store.addr.port}/b?signature=hunter2`,
    ),
  );
  const args = ["restore", "--backup", "nightly", "--kubeconfig", "kubeconfig", "-o", "json"];
  const restore = async (more: readonly string[]) => {
    served.clearRequests();
    const { code, stdout, stderr } = await folder.preview([...args, ...more]);
    assertEquals([code, stderr, stdout.includes("hunter2")], [0, "", false]);
    return JSON.parse(stdout) as RunReport;
  };
  const service = ({ items }: RunReport) => items.find(({ item }) => item.resource === "services");
  try {
    await folder.write("kubeconfig", served.kubeconfig());
    await t.step("an existing object is left alone, with what differs", async () => {
      const { outcome, reason, differences = [] } = service(await restore([])) ?? {};
      assertEquals([outcome, reason], [
        "exists",
        "it exists in the cluster and differs from the backed-up version",
      ]);
      assertEquals(differences.find(({ path }) => path.join(".") === "spec.selector.app")?.before, "other");
    });
    await t.step("by the name of its Schedule", async () => {
      const from = ["restore", "--from-schedule", "daily", "--kubeconfig", "kubeconfig", "-o", "json"];
      const none = await folder.preview(from);
      assertEquals([none.code, none.stdout], [2, ""]);
      assertStringIncludes(
        none.stderr,
        'Schedule "daily" has no backup in namespace "velero" that is Completed.',
      );
      const { code, stdout, stderr } = await folder.preview([...from, "--allow-partially-failed"]);
      assertEquals([code, stderr], [0, ""]);
      assertEquals(JSON.parse(stdout).run.backupName, "daily-1");
    });
    await t.step("or would be updated", async () => {
      assertEquals(service(await restore(["--existing-resource-policy", "update"]))?.outcome, "updated");
    });
    await t.step("the only write is the DownloadRequest, which it deletes again", () => {
      const path = "/apis/velero.io/v1/namespaces/velero/downloadrequests";
      const [made, deleted = "", ...more] = writes(served.requests());
      assertEquals([made, more], [`POST ${path} -> 201`, []]);
      assertMatch(deleted, new RegExp(`^DELETE ${path}/nightly-preview-\\S+ -> 200$`));
      assertEquals(cluster.objects().length, objects.length);
    });
    await t.step("one that is never answered ends", async () => {
      silent = true;
      const { code, stdout, stderr } = await folder.preview([...args, "--download-timeout", "1s"]);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, "within 1 s. Check that its server is running");
    });
  } finally {
    await served.close();
  }
});
