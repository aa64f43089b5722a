import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import type { RunRow } from "../../sidecar/summary.ts";
import { startSidecar } from "./sidecar_process.ts";

const ignore = Deno.permissions.querySync({ name: "run" }).state !== "granted";

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const PVC = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "p", namespace: "n", annotations: { "volumehealth.storage.kubernetes.io/health": "ok" } },
};

async function withFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function start(env: Record<string, string>, log: (level: string, message: string) => void = () => {}) {
  // Loaded here, because it wants to read the environment at once.
  const { startPlugin } = await import("../../preview/host/plugin.ts");
  return await startPlugin({
    path: await bundledPlugin(),
    args: ["--log-level", "debug"],
    env: pluginEnvironment("/nowhere", env),
    log: ({ level, message }) => log(level, message),
  });
}

const RESTORE = { metadata: { name: "copy-of-shop", namespace: "velero", uid: "u-1" } };

const restore = (plugin: Awaited<ReturnType<typeof start>>, item: unknown, run: unknown = RESTORE) =>
  plugin.execute("RestoreItemAction", "lubronzhan.io/pvc-restore", { item: encode(item), run: encode(run) });

Deno.test({
  name:
    "what plugin processes did is served by the sidecar, also of one that was killed (protocol 8.7, 12.7)",
  ignore,
  fn: () =>
    withFolder(async (dir) => {
      const sidecar = await startSidecar(dir);
      const metric = async (line: string) => {
        const text = await (await fetch(`${sidecar.url}/metrics`)).text();
        return Number(text.split("\n").find((other) => other.startsWith(`${line} `))?.slice(line.length + 1));
      };
      const labels = 'source="vmgroup",action="lubronzhan.io/pvc-restore",kind="RestoreItemAction"';
      const calls = (outcome: string) =>
        metric(`velero_plugin_action_executions_total{${labels},outcome="${outcome}"}`);
      try {
        assertEquals(await metric("velero_plugin_process_starts_total"), 0);
        assertEquals(await calls("changed"), 0);
        const first = await start({ WORKLOADS_METRICS_DIR: dir });
        await restore(first, PVC);
        await restore(first, { ...PVC, metadata: { name: "p", namespace: "n" } });
        await assertRejects(() => restore(first, []));
        assertEquals(await first.stop(), true);
        assertEquals([await calls("changed"), await calls("unchanged"), await calls("error")], [1, 1, 1]);
        assertEquals(await metric(`velero_plugin_action_errors_total{${labels},reason="invalid_item"}`), 1);
        assertEquals(await metric("velero_plugin_process_starts_total"), 1);

        // Another process of the same run, and then one of another run with the same name.
        const second = await start({ WORKLOADS_METRICS_DIR: dir });
        await restore(second, PVC);
        await restore(second, PVC, { metadata: { ...RESTORE.metadata, uid: "u-2" } });
        const end = Date.now() + 30_000;
        while (await calls("changed") < 3 && Date.now() < end) await new Promise((r) => setTimeout(r, 50));
        Deno.kill(second.pid, "SIGKILL");
        await second.stop();
        for (let scrape = 0; scrape < 3; scrape++) assertEquals(await calls("changed"), 3);
        assertEquals(await metric("velero_plugin_process_starts_total"), 2);
        const files = [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
        assertEquals(files, ["fold.lock", "totals.json"]);
        const { runs } = await (await fetch(`${sidecar.url}/actions`)).json();
        const [other, run] = runs.map((
          { kind, namespace, name, uid, items, changed, unchanged, errors }: RunRow,
        ) => (
          { kind, namespace, name, uid, items, changed, unchanged, errors }
        ));
        const named = { kind: "Restore", namespace: "velero", name: "copy-of-shop" };
        assertEquals(run, { ...named, uid: "u-1", items: 4, changed: 2, unchanged: 1, errors: 1 });
        assertEquals(other, { ...named, uid: "u-2", items: 1, changed: 1, unchanged: 0, errors: 0 });
        assertStringIncludes(
          runs[1].firstErrors[0].text,
          "lubronzhan.io/pvc-restore: item is not a JSON object",
        );
        const page = await (await fetch(sidecar.url)).text();
        assertStringIncludes(page, "is not a JSON object");
        assertStringIncludes(page, "</span> copy-of-shop</th>");
        const metrics = await (await fetch(`${sidecar.url}/metrics`)).text();
        assertEquals(metrics.includes("copy-of-shop"), false);
      } finally {
        assertEquals(await sidecar.stop(), 0);
      }
    }),
});

Deno.test({
  name: "a plugin whose spool cannot be written warns once and works",
  ignore,
  fn: () =>
    withFolder(async (dir) => {
      Deno.writeTextFileSync(`${dir}/file`, "");
      const warnings: string[] = [];
      const plugin = await start({ WORKLOADS_METRICS_DIR: `${dir}/file/spool` }, (level, message) => {
        if (level === "warn") warnings.push(message);
      });
      const { item } = await restore(plugin, PVC);
      assertEquals(JSON.parse(new TextDecoder().decode(item)).metadata, { name: "p", namespace: "n" });
      assertEquals(await plugin.stop(), true);
      assertEquals(warnings.length, 1);
      assertMatch(warnings[0] ?? "", /^Cannot keep counters in .*: Not a directory/);
    }),
});

Deno.test({
  name: "a plugin without a folder for counters says so at debug level only",
  ignore,
  fn: () =>
    withFolder(async () => {
      const lines: string[] = [];
      const plugin = await start({}, (level, message) => lines.push(`${level}: ${message}`));
      await restore(plugin, PVC);
      assertEquals(await plugin.stop(), true);
      assertEquals(lines.filter((line) => line.includes("counted")), [
        "debug: nothing is counted: neither WORKLOADS_METRICS_DIR nor VELERO_SCRATCH_DIR is set",
      ]);
      assertEquals(lines.filter((line) => /^(warn|error)/.test(line)), []);
    }),
});
