/**
 * `deno task bench [--plugin PATH] [--against PATH] [--calls N] [--starts N] [-o json]`: start-up, memory, latency, throughput and API
 * requests of a plugin executable, beside a bare server and, when asked, beside a second executable.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { createMemoryCluster } from "../cluster/memory/memory.ts";
import { serveCluster } from "../cluster/served/serve.ts";
import { WORLD } from "./cases.ts";
import { coldStart, type Figures, measure, type Plan, quantile } from "./measure.ts";
import { type Column, toTable } from "./report.ts";

const file = (path: string) => new URL(path, import.meta.url).pathname;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    plugin: { type: "string", default: file("../tests/plugin.sh") },
    against: { type: "string" },
    calls: { type: "string", default: "20000" },
    starts: { type: "string", default: "15" },
    output: { type: "string", short: "o", default: "table" },
  },
});

const paths: Record<string, string> = {
  plugin: values.plugin,
  ...(values.against === undefined ? {} : { against: values.against }),
  bare: file("bare_server.sh"),
};

const cluster = serveCluster(createMemoryCluster({ objects: WORLD }));
const folder = await Deno.makeTempDir({ prefix: "workloads-bench-" });
try {
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, cluster.kubeconfig());
  const plan: Plan = {
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      DENO: Deno.execPath(),
      ...denoCache(),
      VELERO_NAMESPACE: "velero",
    },
    clusterEnv: { KUBECONFIG: kubeconfig },
    calls: Number(values.calls),
    requests: () => cluster.requests().length,
  };
  const starts = await measureStarts(plan, Number(values.starts));
  const columns: Column[] = [];
  for (const [title, path] of Object.entries(paths)) {
    const figures: Figures = { start: starts[title] ?? NaN, ...await measure(path, plan) };
    columns.push({ title, figures });
  }
  const report = values.output === "json"
    ? JSON.stringify(Object.fromEntries(columns.map(({ title, figures }) => [title, figures])), undefined, 2)
    : `${toTable(columns)}\n\nstart in relation to the bare server: ${
      ((starts.plugin ?? NaN) / (starts.bare ?? NaN)).toFixed(2)
    }`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${report}\n`));
} finally {
  await cluster.close();
  await Deno.remove(folder, { recursive: true });
}

// The launchers need the module cache; nothing else of the environment may lead to a cluster.
function denoCache(): Record<string, string> {
  const folder = Deno.env.get("DENO_DIR");
  const home = Deno.env.get("HOME");
  if (folder !== undefined) return { DENO_DIR: folder };
  return home === undefined ? {} : { DENO_DIR: `${home}/.cache/deno` };
}

// In turn, so that a drift of the machine's speed meets all of them.
async function measureStarts(plan: Plan, rounds: number): Promise<Record<string, number>> {
  const samples: Record<string, number[]> = {};
  for (let round = -1; round < rounds; round++) {
    for (const [title, path] of Object.entries(paths)) {
      const took = await coldStart(path, plan.env);
      if (round >= 0) (samples[title] ??= []).push(took);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([title, sample]) => [title, quantile(sample, 0.5)]));
}
