/**
 * The gate from end to end: a real Velero makes backups of Schedules, the gate looks at them with the rights of deploy/gate and no
 * others, the sidecar exports what it left in the ConfigMap, a real Prometheus scrapes it, and the alert fires for the backup that would
 * not restore, and for no other.
 */

import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { GATE_CONFIG_MAP, parseGate, type ScheduleResult } from "../../sidecar/gate/result.ts";
import { createFolder, type Folder } from "../preview/kit.ts";
import { createManifests, createToken, withToken } from "../velero/account.ts";
import { type Json, until } from "../velero/api.ts";
import { backup } from "../velero/runs.ts";
import { startTestbed, type Testbed } from "../velero/testbed.ts";
import { present, ROOT } from "../velero/tools.ts";
import { grafanaQuery, prometheusTool, readPanels, readRules } from "./monitoring.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type SidecarProcess, startSidecar } from "./sidecar_process.ts";

const ignore = !present("testcluster", "velero", "fsstore") || prometheusTool("prometheus") === undefined;
const VELERO = "/apis/velero.io/v1/namespaces/velero";

let bed: Testbed;
let folder: Folder;
let sidecar: SidecarProcess;
let prometheus: Prometheus;
let command: string[];

if (!ignore) {
  Deno.test.beforeAll(async () => {
    bed = await startTestbed("kubeconfig");
    await createManifests(bed.api, "deploy/gate/gate.yaml");
    const administrator = await Deno.readTextFile(`${bed.folder}/cluster/kubeconfig`);
    folder = await createFolder();
    await folder.write("kubeconfig", withToken(administrator, await createToken(bed.api, GATE_CONFIG_MAP)));
    command = await commandOfGate();
    // The sidecar as the account `velero`, which may read the result by deploy/gate alone.
    sidecar = await startSidecar(`${bed.folder}/scratch/velero-plugin-for-workloads`, "0", {
      KUBECONFIG: `${bed.folder}/plugin.kubeconfig`,
      VELERO_NAMESPACE: "velero",
    });
    prometheus = await startPrometheus(new URL(sidecar.url).host, await readRules());
    await prometheus.scraped();
    await createWorld();
  });
  Deno.test.afterAll(async () => {
    await prometheus?.stop();
    await sidecar?.stop();
    await folder?.[Symbol.asyncDispose]();
    await bed?.stop();
  });
}

/** The words behind the name of the program in the CronJob's container. */
async function commandOfGate(): Promise<string[]> {
  const documents = parseAllDocuments(await Deno.readTextFile(`${ROOT}deploy/gate/gate.yaml`)).map((one) =>
    one.toJS()
  );
  const { spec } = documents.find(({ kind }) => kind === "CronJob").spec.jobTemplate.spec.template;
  const [, preview, ...args]: string[] = spec.containers[0].command;
  assertEquals(preview, "preview");
  return args;
}

const machine = (name: string, macAddress: string): Json => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { name },
  spec: {
    runStrategy: "Halted",
    template: {
      spec: {
        domain: {
          devices: { interfaces: [{ name: "default", bridge: {}, macAddress }] },
          memory: { guest: "1Gi" },
        },
        networks: [{ name: "default", pod: {} }],
      },
    },
  },
});

const MAC = "02:00:00:00:00:01";

async function createWorld(): Promise<void> {
  const { api } = bed;
  for (const name of ["vms", "db", "other"]) await api.create("/api/v1/namespaces", { metadata: { name } });
  await api.create("/apis/kubevirt.io/v1/namespaces/vms/virtualmachines", machine("web", MAC));
  await api.create("/api/v1/namespaces/vms/secrets", {
    metadata: { name: "s" },
    stringData: { password: "hunter2" },
  });
  await api.create("/api/v1/namespaces/vms/services", {
    metadata: { name: "web" },
    spec: { ports: [{ port: 80 }] },
  });
  // It can be backed up, but its restore does not find the name of its archive (cnpg R4).
  const barman = "barman-cloud.cloudnative-pg.io";
  const cnpg = "/apis/postgresql.cnpg.io/v1/namespaces/db";
  const object = (kind: string, name: string, rest: Json) => ({
    apiVersion: "postgresql.cnpg.io/v1",
    kind,
    metadata: { name },
    ...rest,
  });
  await api.create(
    `${cnpg}/clusters`,
    object("Cluster", "orders", {
      spec: {
        instances: 1,
        plugins: [{ name: barman, isWALArchiver: true, parameters: { serverName: "orders" } }],
      },
    }),
  );
  await api.create(
    `${cnpg}/backups`,
    object("Backup", "late", {
      spec: { cluster: { name: "orders" }, method: "plugin", pluginConfiguration: { name: barman } },
      status: {
        phase: "completed",
        method: "plugin",
        backupId: "20260103T000000",
        stoppedAt: "2026-01-03T00:10:00Z",
      },
    }),
  );
  for (const name of ["vms", "db", "new"]) {
    await api.create(`${VELERO}/schedules`, {
      apiVersion: "velero.io/v1",
      kind: "Schedule",
      metadata: { name },
      // Once a year, at a time when nobody runs this.
      spec: { schedule: "0 0 29 2 *", template: { includedNamespaces: [name], snapshotVolumes: false } },
    });
  }
  for (const name of ["vms", "db"]) {
    const labels = { "velero.io/schedule-name": name };
    const run = await backup(bed, `${name}-1`, { includedNamespaces: [name] }, { labels });
    assertEquals(run.phase, "Completed", run.errors.join("\n"));
  }
  // Since the backup, another machine has got the address.
  await api.create("/apis/kubevirt.io/v1/namespaces/other/virtualmachines", machine("twin", MAC));
}

async function gate(more: readonly string[] = []) {
  const said = await folder.preview([...command, "--kubeconfig", "kubeconfig", "-o", "json", ...more]);
  const schedules: readonly ScheduleResult[] = said.stdout === "" ? [] : parseGate(said.stdout).schedules;
  return { ...said, of: (name: string) => schedules.find(({ schedule }) => schedule === name) };
}

const test = (name: string, fn: () => Promise<void>) => Deno.test({ name: `gate: ${name}`, ignore, fn });

const valueOf = async (expr: string) => [...(await prometheus.query(expr)).values()][0];

test("before its first run the gate ended in 1970", async () => {
  await until(
    "the sidecar has seen the ConfigMap",
    async () => await valueOf("velero_plugin_preview_last_run_timestamp_seconds") === 0,
  );
});

test("with the rights of deploy/gate it finds what would restore and what would not, and leaves nothing behind", async () => {
  const { code, of, stderr, stdout } = await gate();
  assertEquals([code, stderr], [1, ""], stdout);
  assertEquals([of("vms")?.state, of("db")?.state, of("new")?.state], [
    "restorable",
    "not_restorable",
    "no_backup",
  ]);
  assertEquals(of("vms")?.counts?.failures, 0);
  assertStringIncludes(of("vms")?.reasons.join("\n") ?? "", `MAC address ${MAC} of VirtualMachine vms/web`);
  assertStringIncludes(of("vms")?.reasons.join("\n") ?? "", "is in use by VirtualMachine other/twin");
  assertEquals(of("db")?.counts?.failures, 1);
  assertStringIncludes(of("db")?.reasons[0] ?? "", "(rule cnpg R4)");
  const { metadata, status } = await bed.api.get(`${VELERO}/backups/vms-1`) as Json;
  assertEquals(of("vms")?.backup, {
    name: metadata.name,
    phase: status.phase,
    started: new Date(status.startTimestamp),
  });
  assertEquals((await bed.api.get(`${VELERO}/downloadrequests`) as Json)["items"], []);
  assertEquals((await bed.api.get(`${VELERO}/restores`) as Json)["items"], []);
});

test("Prometheus has the result, and the alert fires for the one schedule and not for the other", async () => {
  const firing = await until("the alert fires", async () => {
    const alerts = await prometheus.query(
      'ALERTS{alertstate="firing",alertname=~"VeleroPlugin(Backup|Preview).*"}',
    );
    return alerts.size > 0 && alerts;
  });
  assertEquals([...firing.keys()].map((key) => JSON.parse(key)), [{
    alertname: "VeleroPluginBackupNotRestorable",
    alertstate: "firing",
    schedule: "db",
    severity: "critical",
  }]);
  // Prometheus looks at one rule after the other.
  const pending = await until("the next alert is pending", async () => {
    const alerts = await prometheus.query(
      'ALERTS{alertstate="pending",alertname="VeleroPluginScheduleWithoutBackup"}',
    );
    return alerts.size > 0 && alerts;
  });
  assertEquals([...pending.keys()].map((key) => JSON.parse(key).schedule), ["new"]);
  const series = (labels: object) => JSON.stringify(labels);
  assertEquals(
    await prometheus.query('velero_plugin_preview_state{state="restorable"}'),
    new Map([
      [series({ schedule: "db", state: "restorable" }), 0],
      [series({ schedule: "new", state: "restorable" }), 0],
      [series({ schedule: "vms", state: "restorable" }), 1],
    ]),
  );
  assertGreater(await valueOf('velero_plugin_preview_items{schedule="vms"}'), 1);
  assertGreater(await valueOf('velero_plugin_preview_warnings{schedule="vms"}'), 0);
  assertEquals(await valueOf('velero_plugin_preview_failures{schedule="db"}'), 1);
  const { status } = await bed.api.get(`${VELERO}/backups/db-1`) as Json;
  assertEquals(
    await valueOf('velero_plugin_preview_backup_timestamp_seconds{schedule="db"}'),
    Date.parse(status.startTimestamp) / 1000,
  );
  const page = await (await fetch(`${sidecar.url}/`)).text();
  assertStringIncludes(page, "is in use by VirtualMachine other/twin");
  const shown = new Map<string, (number | undefined)[]>();
  for (const { title, targets } of await readPanels()) {
    const answers = targets.map(({ expr }) => prometheus.query(grafanaQuery(expr, "30m")));
    shown.set(title, (await Promise.all(answers)).map((answer) => [...answer.values()][0]));
  }
  assertEquals([shown.get("Would restore"), shown.get("Would not restore"), shown.get("Not known")], [[1], [
    1,
  ], [1, 0]]);
});

test("with --fail-on warning an address that another machine has makes a backup one that would not restore", async () => {
  const { code, of } = await gate(["--fail-on", "warning"]);
  assertEquals([code, of("vms")?.state], [1, "not_restorable"]);
});

test("a backup that was mended lets the alert end, and a schedule that is gone has no series", async () => {
  const path = "/apis/postgresql.cnpg.io/v1/namespaces/db/clusters/orders";
  const cluster = await bed.api.get(path) as Json;
  const [plugin] = cluster["spec"].plugins;
  plugin.parameters.barmanObjectName = "orders-store";
  await bed.api.patch(path, { spec: { plugins: [plugin] } });
  const labels = { "velero.io/schedule-name": "db" };
  assertEquals((await backup(bed, "db-2", { includedNamespaces: ["db"] }, { labels })).phase, "Completed");
  await bed.api.delete(`${VELERO}/schedules/new`);
  const { code, of } = await gate();
  assertEquals([code, of("new")], [0, undefined]);
  assertEquals(
    [of("db")?.state, of("db")?.backup?.name],
    ["restorable", "db-2"],
    of("db")?.reasons.join("\n"),
  );
  await until(
    "the alert ends",
    async () =>
      (await prometheus.query('ALERTS{alertstate="firing",alertname="VeleroPluginBackupNotRestorable"}'))
        .size === 0,
  );
  assertEquals((await prometheus.query('velero_plugin_preview_state{schedule="new"}')).size, 0);
});

const ROLE = "/apis/rbac.authorization.k8s.io/v1/namespaces/velero/roles/velero-plugin-preview-gate";
const CLUSTER_ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/velero-plugin-preview-gate";
const TOKEN = `system:serviceaccount:velero:${GATE_CONFIG_MAP}`;

// Each verb of the Role, and of the ClusterRole those that this world leads to.
const VERBS: readonly [role: string, verb: string, resource: string][] = [
  [ROLE, "list", "schedules.velero.io"],
  [ROLE, "get", "backups.velero.io"],
  [ROLE, "list", "backups.velero.io"],
  [ROLE, "get", "backupstoragelocations.velero.io"],
  [ROLE, "create", "downloadrequests.velero.io"],
  [ROLE, "get", "downloadrequests.velero.io"],
  [ROLE, "delete", "downloadrequests.velero.io"],
  [ROLE, "list", "configmaps"],
  [ROLE, "patch", "configmaps"],
  [CLUSTER_ROLE, "get", "namespaces"],
  [CLUSTER_ROLE, "get", "virtualmachines.kubevirt.io"],
  [CLUSTER_ROLE, "list", "virtualmachines.kubevirt.io"],
];

/** The rules without that verb, wherever that resource is named, or all of its group. */
function without(rules: readonly Json[], verb: string, plural: string, group: string): Json[] {
  return rules.map((rule) =>
    rule["apiGroups"].includes(group) && [plural, "*"].some((one) => rule["resources"].includes(one))
      ? { ...rule, verbs: rule["verbs"].filter((one: string) => one !== verb) }
      : rule
  ).filter((rule) => rule["verbs"].length > 0);
}

for (const [role, verb, resource] of VERBS) {
  test(`without the verb ${verb} of ${resource} it names the verb`, async () => {
    const [plural = "", ...rest] = resource.split(".");
    const group = rest.join(".");
    const { rules } = await bed.api.get(role) as Json;
    const allowed = async (expected: boolean) =>
      await until(`${verb} ${resource} is ${expected}`, async () => {
        const resourceAttributes = {
          verb,
          group,
          resource: plural,
          namespace: "velero",
          name: GATE_CONFIG_MAP,
        };
        const spec = { user: TOKEN, groups: ["system:authenticated"], resourceAttributes };
        const review = await bed.api.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec });
        return review["status"].allowed === expected;
      });
    await bed.api.patch(role, { rules: without(rules, verb, plural, group) });
    try {
      await allowed(false);
      const { code, of, stderr, stdout } = await gate();
      assertEquals(code, 2, `${stderr}${stdout}`);
      const said = [stderr, ...of("vms")?.reasons ?? []].join("\n");
      assertStringIncludes(said, `${verb} ${resource}`);
      assertEquals([undefined, "unchecked", "restorable"].includes(of("vms")?.state), true);
      assertEquals(said.includes("hunter2"), false);
    } finally {
      await bed.api.patch(role, { rules });
      await allowed(true);
    }
  });
}
