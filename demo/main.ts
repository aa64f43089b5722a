/**
 * The main job without a cluster: a sample namespace is backed up and restored under another name into a second, empty cluster. Both
 * clusters are in memory behind an API server on the loopback interface; the plugin is a process that is started as Velero starts it.
 *
 * @module
 */

import type { JsonObject } from "../objects/json.ts";
import { at, nameOf, namespaceOf } from "../objects/object.ts";
import { createMemoryCluster, type MemoryCluster } from "../cluster/memory/memory.ts";
import { readObjects } from "../cluster/memory/read_objects.ts";
import { serveCluster } from "../cluster/served/serve.ts";
import { type Archive, writeArchive } from "../preview/archive/archive.ts";
import { readArchive } from "../preview/archive/read.ts";
import { builtinHost } from "../preview/builtin/builtin.ts";
import { joinHosts } from "../preview/run/hosts.ts";
import { runBackup } from "../preview/backup/backup.ts";
import { type Plugin, startPlugin } from "../preview/host/plugin.ts";
import type { LogRecord } from "../preview/host/hclog.ts";
import { attach } from "../preview/report/attach.ts";
import { createReport, type PreviewReport } from "../preview/report/document.ts";
import { createDiscovery, type Discovery } from "../preview/run/resources.ts";
import { runRestore } from "../preview/restore/restore.ts";
import { relationsOf } from "../preview/report/graph/relations.ts";
import { renderReport } from "../preview/report/html/page.tsx";
import type { RunReport } from "../preview/report/report.ts";
import { formatActions, formatReport } from "../preview/report/text.ts";
import { VERSION } from "../cli/version.ts";
import { bundledPlugin } from "../tests/kit/bundled_plugin.ts";
import { ABSENT, EXPECTATIONS, PRESENT } from "./expectations.ts";

const NAMESPACE = "shop";
const COPY = "shop-copy";

const encoder = new TextEncoder();
const print = (...lines: string[]) => {
  if (lines.length === 0) return;
  Deno.stdout.writeSync(encoder.encode(lines.join("\n") + "\n"));
};

/** The objects of a folder of the examples. */
function readExample(name: "shop" | "other-cluster"): Promise<JsonObject[]> {
  return readObjects(new URL(`../examples/${name}`, import.meta.url).pathname);
}

/** Runs `work` with the plugin started for that cluster, as Velero starts it for one backup or restore. */
async function withPlugin<T>(
  cluster: MemoryCluster,
  directory: string,
  work: (plugin: Plugin) => Promise<T>,
): Promise<{ result: T; logs: LogRecord[]; requests: readonly string[]; started: number; clean: boolean }> {
  const served = serveCluster(cluster);
  const kubeconfig = `${directory}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, served.kubeconfig());
  const logs: LogRecord[] = [];
  const start = performance.now();
  const plugin = await startPlugin({
    path: await bundledPlugin(),
    args: ["--log-level=info", "--features="],
    env: {
      ...Deno.env.toObject(),
      DENO: Deno.execPath(),
      KUBECONFIG: kubeconfig,
      VELERO_NAMESPACE: "velero",
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    },
    log: (record) => logs.push(record),
  });
  try {
    await plugin.list();
    const started = performance.now() - start;
    const result = await work(plugin);
    const clean = await plugin.stop();
    return { result, logs, requests: served.requests(), started, clean };
  } finally {
    await plugin.stop();
    await served.close();
  }
}

/** Velero's own actions and the plugin's, in Velero's order. */
function withVelero(cluster: MemoryCluster, plugin: Plugin) {
  return joinHosts([{ name: "velero", host: builtinHost({ cluster }) }, { name: "plugin", host: plugin }]);
}

function discoveryOf({ store }: MemoryCluster): Promise<Discovery> {
  return createDiscovery(() => Promise.resolve(store.resources()));
}

/** What happened, with what the plugin warned of in its log. */
function report(
  run: RunReport,
  manifest: JsonObject,
  logs: readonly LogRecord[],
  archive: Archive,
): PreviewReport {
  const told = attach(run, logs);
  const maker = { madeAt: new Date(), madeBy: VERSION };
  return createReport(told.report, manifest, told.notes, maker, relationsOf(archive));
}

/** Writes a report for a browser; gives the path from the project's folder. */
async function writeReport(name: string, report: PreviewReport): Promise<string> {
  const path = `build/demo-${name}.html`;
  await Deno.mkdir(new URL("../build/", import.meta.url), { recursive: true });
  await Deno.writeTextFile(new URL(`../${path}`, import.meta.url), [...renderReport(report)].join(""));
  return path;
}

function tell(
  report: PreviewReport,
  run: { logs: LogRecord[]; requests: readonly string[]; started: number },
): void {
  print(...formatReport(report));
  const writes = run.requests.filter((request) => !request.startsWith("GET "));
  print(...writes.map((request) => `  the plugin wrote: ${request.replace(/\?\S*/, "")}`));
  print(
    `  plugin ready ${
      run.started.toFixed(0)
    } ms after its start, ${run.requests.length} requests to the API server, ` +
      `${run.logs.length} log lines`,
  );
}

/** Everything that is wrong with the restored namespace, and with what belongs to the cluster. */
function check(cluster: MemoryCluster): string[] {
  const copy = cluster.objects().filter((object) => ["", COPY].includes(namespaceOf(object)));
  const find = (kind: string, name: string) =>
    copy.find((object) => object.kind === kind && nameOf(object) === name);
  const wrong = PRESENT.filter(({ kind, name }) => find(kind, name) === undefined)
    .map(({ kind, name }) => `${kind} ${name} is missing`);
  wrong.push(
    ...ABSENT.filter(({ kind, name }) => find(kind, name) !== undefined)
      .map(({ kind, name }) => `${kind} ${name} must not be there`),
  );
  for (const { source, what, kind, name, path, value } of EXPECTATIONS) {
    const found = at(find(kind, name), ...path);
    const right = value instanceof RegExp
      ? typeof found === "string" && value.test(found)
      : JSON.stringify(found) === JSON.stringify(value);
    print(`  ${right ? "ok   " : "WRONG"} ${source.padEnd(12)} ${`${kind} ${name}`.padEnd(34)} ${what}`);
    if (!right) {
      wrong.push(
        `${kind} ${name}: ${what}: found ${JSON.stringify(found)}, expected ${
          value instanceof RegExp ? value : JSON.stringify(value)
        }`,
      );
    }
  }
  return wrong;
}

async function demo(directory: string): Promise<string[]> {
  const start = performance.now();
  const source = createMemoryCluster({ objects: await readExample("shop") });
  const settings = source.objects().filter((object) => namespaceOf(object) === "velero");
  const target = createMemoryCluster({ objects: [...settings, ...await readExample("other-cluster")] });
  const wrong: string[] = [];

  print("velero-plugin-for-workloads: a backup and a renamed restore, without a cluster", "");
  const backup = {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { name: "demo", namespace: "velero", labels: { "velero.io/storage-location": "default" } },
    spec: { includedNamespaces: [NAMESPACE], ttl: "720h0m0s", storageLocation: "default" },
    status: { phase: "InProgress", version: 1 },
  };
  print(`BACKUP demo of namespace ${NAMESPACE}`);
  const first = await withPlugin(source, directory, async (plugin) => {
    const host = await withVelero(source, plugin);
    const discovery = await discoveryOf(source);
    return await runBackup({ backup, cluster: source, discovery, host });
  });
  print(...formatActions(first.result.report.actions), "");
  const backupReport = report(first.result.report, backup, first.logs, first.result.archive);
  tell(backupReport, first);
  const bytes = await writeArchive(first.result.archive);
  print(`  archive of ${first.result.archive.size} items, ${(bytes.length / 1024).toFixed(1)} KiB`, "");

  const restore = {
    apiVersion: "velero.io/v1",
    kind: "Restore",
    metadata: {
      name: "demo-copy",
      namespace: "velero",
      labels: {
        "velero.kubevirt.io/restore-run-strategy": "Halted",
        "velero.kubevirt.io/generate-new-firmware-uuid": "true",
      },
    },
    spec: { backupName: "demo", includedNamespaces: ["*"], namespaceMapping: { [NAMESPACE]: COPY } },
    status: { phase: "InProgress" },
  };
  print(`RESTORE demo-copy into another cluster, as namespace ${COPY}, its VMs switched off`);
  const archive = await readArchive(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream());
  const second = await withPlugin(target, directory, async (plugin) => {
    const host = await withVelero(target, plugin);
    const discovery = await discoveryOf(target);
    return await runRestore({ restore, archive, cluster: target, discovery, host });
  });
  print(...formatActions(second.result.actions), "");
  const restoreReport = report(second.result, restore, second.logs, archive);
  tell(restoreReport, second);

  print("", "WHAT MUST BE TRUE NOW");
  wrong.push(...check(target));
  for (const [name, { errors }] of [["backup", first.result.report], ["restore", second.result]] as const) {
    wrong.push(...errors.map(({ text }) => `${name}: ${text}`));
  }
  if (!first.clean || !second.clean) wrong.push("a plugin process did not end by itself");
  print("", ...wrong.map((text) => `WRONG: ${text}`));
  print(
    wrong.length === 0
      ? `All as it must be, in ${((performance.now() - start) / 1000).toFixed(1)} s.`
      : `${wrong.length} things are wrong.`,
  );
  const written = [await writeReport("backup", backupReport), await writeReport("restore", restoreReport)];
  print(`The same for a browser: ${written.join(", ")}`);
  return wrong;
}

const directory = await Deno.makeTempDir({ prefix: "demo-" });
try {
  const wrong = await demo(directory);
  Deno.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await Deno.remove(directory, { recursive: true });
}
