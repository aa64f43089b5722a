/**
 * A real Prometheus that scrapes one target each second, with the project's own alerts.
 *
 * @module
 */

import { stringify } from "yaml";
import { start } from "../velero/child.ts";
import { until } from "../velero/api.ts";
import { freeHost } from "../kit/free_host.ts";
import { prometheusTool, type RuleFile } from "./monitoring.ts";

/** A running Prometheus. */
export interface Prometheus {
  /** The values of an instant query, by the series' labels as JSON with sorted keys, without the name and the target's own. */
  query(expr: string): Promise<Map<string, number>>;
  /** The target's last scrape. */
  target(): Promise<{ health: string; lastError: string }>;
  /** Types under which the target declares that metric family. */
  metadata(family: string): Promise<string[]>;
  /** Waits until a scrape that began after now has been stored. */
  scraped(): Promise<void>;
  stop(): Promise<void>;
}

interface Sample {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

/** Starts it; `address` is the target as `HOST:PORT`. */
export async function startPrometheus(address: string, rules: RuleFile): Promise<Prometheus> {
  const folder = await Deno.makeTempDir();
  const { host } = freeHost();
  await Deno.writeTextFile(`${folder}/rules.yaml`, stringify(rules));
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yaml"],
    scrape_configs: [{ job_name: "plugin", static_configs: [{ targets: [address] }] }],
  };
  await Deno.writeTextFile(`${folder}/prometheus.yaml`, stringify(config));
  // deno-fmt-ignore
  const args = [
    `--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${host}`,
  ];
  const child = await start("prometheus", prometheusTool("prometheus") ?? "", { args, log: `${folder}/log` });
  const url = `http://${host}`;
  const api = async (path: string) => (await (await fetch(`${url}/api/v1/${path}`)).json()).data;
  const query = async (expr: string) => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { status, error, data } = await response.json();
    if (status !== "success") throw new Error(`${expr}: ${error}`);
    return new Map((data.result as Sample[]).map(({ metric, value }) => [keyOf(metric), Number(value[1])]));
  };
  const ready = () => fetch(`${url}/-/ready`).then(async (r) => (await r.body?.cancel(), r.ok), () => false);
  await until("Prometheus is ready", ready);
  return {
    query,
    target: async () => (await api("targets")).activeTargets[0],
    metadata: async (family) => {
      const found: { type: string }[] = await api(`targets/metadata?metric=${family}`);
      return found.map(({ type }) => type);
    },
    async scraped() {
      const begin = Date.now() / 1000;
      await until("a scrape is stored", async () => {
        const [time = 0] = (await query("timestamp(velero_plugin_spool_readable)")).values();
        return time > begin;
      });
    },
    async stop() {
      await child.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function keyOf({ __name__: _, instance: __, job: ___, ...labels }: Record<string, string>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1)));
}
