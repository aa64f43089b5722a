import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupOf, pod, settingsWith } from "../../tests/kit/openshift.ts";
import { actionOf, messages, runBackup } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { openshift } from "./mod.ts";

const ACTION = actionOf(openshift, "BackupItemAction", "openshift.io/07-pod-backup-plugin");
const FIX = { "oadp.openshift.io/includes-dm-dc-fix": "true" };
const SCC: JsonObject = {
  apiVersion: "security.openshift.io/v1",
  kind: "SecurityContextConstraints",
  metadata: { name: "anyuid" },
};
const ID = {
  group: "security.openshift.io",
  resource: "securitycontextconstraints",
  namespace: "",
  name: "anyuid",
};
const ADMITTED = pod(["x"], {}, { annotations: { "openshift.io/scc": "anyuid", a: "b" } });

const back = (item: JsonObject, world: Partial<Parameters<typeof runBackup>[1]> = {}) =>
  runBackup(ACTION, { item, backup: backupOf(), settings: settingsWith(), ...world });

Deno.test("backup of a pod: openshift T13.6.11, the SCC exists (openshift A17)", async () => {
  const { result, logs } = await back(ADMITTED, { objects: [SCC] });
  assertEquals(result, {
    item: pod(["x"], {}, { annotations: { "openshift.io/scc": "anyuid", a: "b", ...FIX } }),
    additionalItems: [ID],
  });
  assertEquals(messages(logs, "warn"), []);
});

Deno.test("backup of a pod: openshift T13.6.11, the SCC is gone or its API is", async () => {
  for (const world of [{}, { absentGroups: ["security.openshift.io"] }]) {
    const { result, logs } = await back(ADMITTED, world);
    assertEquals(result.additionalItems, undefined);
    assertEquals(messages(logs, "warn"), [
      "SecurityContextConstraints anyuid, which admitted the pod, is gone and not backed up",
    ]);
  }
});

Deno.test("backup of a pod: openshift T13.6.11, the SCC cannot be read", async () => {
  for (const reason of ["Forbidden", "NoCluster"] as const) {
    const get: Cluster["get"] = () => Promise.reject(new ClusterError(`get: ${reason}`, reason, 0));
    await assertRejects(() => back(ADMITTED, { cluster: { get } }), ClusterError, reason);
  }
});

Deno.test("backup of a pod: openshift T13.6.11, no annotation, no request", async () => {
  for (const annotations of [undefined, null, {}, { "openshift.io/scc": "" }, { "openshift.io/scc": 5 }]) {
    const metadata: JsonObject = annotations === undefined ? {} : { annotations };
    const { result, requests } = await back(pod(["x"], {}, metadata), { objects: [SCC] });
    assertEquals(result, { item: pod(["x"], {}, { annotations: { ...annotations, ...FIX } }) });
    assertEquals(requests, ["serves imagestreams.image.openshift.io"]);
  }
});

Deno.test("backup of a pod: pods of one SCC ask once (openshift IMP-03)", async () => {
  const states = new Map<string, unknown>();
  const requests = [];
  for (let index = 0; index < 100; index++) {
    requests.push(...(await back(ADMITTED, { objects: [SCC], states })).requests);
  }
  assertEquals(requests.filter((request) => !request.startsWith("serves")), [
    "get securitycontextconstraints.security.openshift.io anyuid",
  ]);
});

Deno.test("backup of a pod: annotations that are no object are refused (openshift IMP-02)", async () => {
  await assertRejects(
    () => back(pod(["x"], {}, { annotations: "x" })),
    Refusal,
    "metadata.annotations is not an object",
  );
});
