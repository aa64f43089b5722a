/**
 * A real Velero runs backups and a restore through the plugin while a real Prometheus scrapes the sidecar: counters, the queries of
 * the dashboard and the alerts have the values that Velero's own logs and objects give.
 */

import { assertAlmostEquals, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import type { RunRow } from "../../sidecar/summary.ts";
import { until } from "../velero/api.ts";
import { backup, restore } from "../velero/runs.ts";
import { BEST_ACCESS, startTestbed, type Testbed } from "../velero/testbed.ts";
import { present } from "../velero/tools.ts";
import { createVirtualMachine } from "../velero/virtual_machine.ts";
import { grafanaQuery, prometheusTool, readPanels, readRules } from "./monitoring.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type SidecarProcess, startSidecar } from "./sidecar_process.ts";

const ignore = !present("testcluster", "velero", "fsstore") || prometheusTool("prometheus") === undefined;

let bed: Testbed;
let sidecar: SidecarProcess;
let prometheus: Prometheus;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed(BEST_ACCESS);
    sidecar = await startSidecar(`${bed.folder}/scratch/velero-plugin-for-workloads`);
    prometheus = await startPrometheus(new URL(sidecar.url).host, await readRules());
    await prometheus.scraped();
    await createVirtualMachine(bed.api, "shop");
    // What the restore action of PVCs removes.
    await bed.api.create("/api/v1/namespaces/shop/persistentvolumeclaims", {
      metadata: { name: "data", annotations: { "volumehealth.storage.kubernetes.io/health": "accessible" } },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
  });
  Deno.test.afterAll(async () => {
    await prometheus?.stop();
    await sidecar?.stop();
    await bed?.stop();
  });
}

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `prometheus: ${name}`, ignore, fn });

const BACKUP_ACTION = {
  action: "superphenix.net/backup-virtualmachine",
  kind: "BackupItemAction",
  source: "superphenix",
};

/** How often each action says in the logs of Velero's runs that it changed or skipped an item. */
async function told(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const folder of ["backups", "restores"]) {
    for await (const { name } of Deno.readDir(`${bed.folder}/store/b1/${folder}`)) {
      const log = `${folder}/${name}/${folder === "restores" ? "restore-" : ""}${name}-logs.gz`;
      const file = await Deno.open(`${bed.folder}/store/b1/${log}`);
      const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
      for (const [, action = ""] of text.matchAll(/msg="([a-z.-]+\/[\w-]+): (?:changed|skipped)[",]/g)) {
        counts.set(action, (counts.get(action) ?? 0) + 1);
      }
    }
  }
  return counts;
}

const only = (values: Map<string, number>) => {
  assertEquals(values.size, 1);
  return [...values.values()][0] ?? NaN;
};

test("the target is up and was scraped as OpenMetrics, and everything begins at zero", async () => {
  const { health, lastError } = await prometheus.target();
  assertEquals([health, lastError], ["up", ""]);
  const executions = await prometheus.query("velero_plugin_action_executions_total");
  assertGreater(executions.size, 20);
  assertEquals([...executions.values()].filter((value) => value !== 0), []);
  // In OpenMetrics the family has no suffix.
  const metadata = await prometheus.metadata("velero_plugin_action_executions");
  assertEquals(metadata, ["counter"]);
});

test("a backup and a restore are counted as Velero's logs tell them", async () => {
  assertEquals((await backup(bed, "first", { includedNamespaces: ["shop"] })).phase, "Completed");
  const mapped = { backupName: "first", namespaceMapping: { shop: "copy" } };
  assertEquals((await restore(bed, "copy", mapped)).phase, "Completed");
  await until("the processes have ended", async () => (await bed.plugins()).length === 0);
  await prometheus.scraped();
  const changed = await prometheus.query(
    'sum by (action) (velero_plugin_action_executions_total{outcome=~"changed|skipped"}) > 0',
  );
  const lines = await told();
  assertEquals(lines.get(BACKUP_ACTION.action), 1);
  const expected = [...lines].map(([action, count]): [string, number] => [JSON.stringify({ action }), count]);
  assertEquals(new Map([...changed].sort()), new Map(expected.sort()));
  assertEquals(only(await prometheus.query("velero_plugin_process_starts_total")), await bed.starts());
});

test("a backup that fails for its settings is an error with its reason, and raises two alerts", async () => {
  await bed.api.create("/api/v1/namespaces/velero/configmaps", {
    metadata: {
      name: "workloads",
      labels: { "velero.io/plugin-config": "", "velero-plugin-for-workloads": "" },
    },
    data: { "superphenix.require-addresses": "maybe" },
  });
  const { action, kind, source } = BACKUP_ACTION;
  assertEquals((await backup(bed, "second", { includedNamespaces: ["shop"] })).phase, "PartiallyFailed");
  await until("the process has ended", async () => (await bed.plugins()).length === 0);
  await prometheus.scraped();
  assertEquals(
    await prometheus.query("velero_plugin_action_errors_total > 0"),
    new Map([[JSON.stringify({ action, kind, reason: "settings", source }), 1]]),
  );
  const alerts = await until("alerts fire", async () => {
    const firing = await prometheus.query('ALERTS{alertstate="firing"}');
    return firing.size > 1 && [...firing.keys()].map((key) => JSON.parse(key).alertname).sort();
  });
  assertEquals(alerts, ["VeleroPluginActionErrors", "VeleroPluginSettingsInvalid"]);
});

test("the runs are told as Velero names them, and no metric knows their names", async () => {
  const answer = await (await fetch(`${sidecar.url}/actions`)).json();
  const runs: RunRow[] = answer.runs;
  const expected = [["Backup", "second"], ["Restore", "copy"], ["Backup", "first"]] as const;
  assertEquals(
    runs.map(({ kind, namespace, name }) => [kind, namespace, name]),
    expected.map(
      ([kind, name]) => [kind, "velero", name],
    ),
  );
  for (const { kind, name, uid, begun, ended } of runs) {
    const { metadata, status } = await bed.api.get(
      `/apis/velero.io/v1/namespaces/velero/${kind.toLowerCase()}s/${name}`,
    ) ?? {};
    assertEquals(uid, metadata.uid);
    // Velero rounds to seconds.
    assertEquals(new Date(begun).getTime() >= Date.parse(status.startTimestamp), true, name);
    assertEquals(new Date(ended).getTime() < Date.parse(status.completionTimestamp) + 1000, true, name);
  }
  const [second, copy, first] = runs;
  assertEquals([first?.errors, copy?.errors, second?.errors], [0, 0, 1]);
  assertStringIncludes(second?.firstErrors[0]?.text ?? "", 'superphenix.require-addresses is "maybe"');
  // Each call is in one run.
  const calls: number = answer.actions.reduce((sum: number, { calls }: { calls: number }) => sum + calls, 0);
  assertEquals(runs.reduce((sum, { items }) => sum + items, 0), calls);
  const metrics = await (await fetch(`${sidecar.url}/metrics`)).text();
  for (const { name, uid } of runs) {
    assertEquals(metrics.includes(`"${name}"`) || metrics.includes(uid), false, name);
  }
});

test("every query of the dashboard and of the alerts can be asked, and the panels show what happened", async () => {
  await prometheus.scraped();
  const shown = new Map<string, Map<string, number>[]>();
  for (const { title, targets } of await readPanels()) {
    const answers = await Promise.all(targets.map(({ expr }) => prometheus.query(grafanaQuery(expr, "30m"))));
    shown.set(title, answers);
  }
  for (const { expr } of (await readRules()).groups.flatMap(({ rules }) => rules)) {
    await prometheus.query(expr);
  }
  const total = async (outcome: string) =>
    only(await prometheus.query(`sum(velero_plugin_action_executions_total{outcome=~"${outcome}"})`));
  // `increase()` extrapolates by parts of a scrape interval.
  const about = (title: string, value: number) =>
    assertAlmostEquals(only(shown.get(title)?.[0] ?? new Map()), value, 0.1 * value + 0.01, title);
  about("Calls", await total(".*"));
  about("Changed", await total("changed"));
  about("Errors", 1);
  assertGreater(await total("changed"), 1);
  const [calls, errors, last] = shown.get("Actions") ?? [];
  assertEquals(errors?.size, 1);
  assertEquals(calls?.size, last?.size);
  assertGreater(calls?.size ?? 0, 2);
  assertGreater(Date.now() + 1000, Math.max(...last?.values() ?? []));
  for (
    const title of [
      "Calls by outcome",
      "Time of a call, 50th and 99th percentile",
      "Requests to the API server",
    ]
  ) {
    const values = shown.get(title)?.flatMap((answer) => [...answer.values()]) ?? [];
    assertGreater(Math.max(...values), 0, title);
    assertEquals(values.some(Number.isNaN), false, title);
  }
});

test("a pod whose sidecar was killed goes on with the same counts", async () => {
  const before = await prometheus.query("velero_plugin_action_executions_total");
  Deno.kill(sidecar.pid, "SIGKILL");
  await sidecar.ended;
  sidecar = await startSidecar(
    `${bed.folder}/scratch/velero-plugin-for-workloads`,
    new URL(sidecar.url).port,
  );
  await prometheus.scraped();
  assertEquals(await prometheus.query("velero_plugin_action_executions_total"), before);
  assertEquals(only(await prometheus.query("resets(velero_plugin_process_starts_total[30m])")), 0);
});
