/**
 * Reads what `deploy/monitoring` holds, and finds the programs that check it.
 *
 * @module
 */

import { parse } from "yaml";
import { METRICS } from "../../sidecar/metrics.ts";

/** The repository's folder of manifests, with a slash behind. */
export const DEPLOY = new URL("../../deploy/", import.meta.url).pathname;

/** Where `tests/tools/install_browser_and_prometheus.sh` puts programs. */
const TOOLS = new URL("../../build/tools/", import.meta.url).pathname;

/** The path of the first of these files that is there. */
function found(...paths: string[]): string | undefined {
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** `prometheus` or `promtool`, `undefined` when it is not there. */
export function prometheusTool(name: "prometheus" | "promtool"): string | undefined {
  return found(`${TOOLS}${name}`, `/usr/bin/${name}`);
}

/** An alert. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The content of a rule file as Prometheus reads it. */
export interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

/** The rules inside the manifests for the operator: the plugin's and the gate's. */
export async function readRules(): Promise<RuleFile> {
  const files = ["monitoring/prometheusrule.yaml", "gate/prometheusrule.yaml"];
  const read = async (file: string): Promise<RuleFile> =>
    parse(await Deno.readTextFile(`${DEPLOY}${file}`)).spec;
  return { groups: (await Promise.all(files.map(read))).flatMap(({ groups }) => groups) };
}

/** A panel of the dashboard. */
export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly targets: readonly { readonly expr: string }[];
}

/** The panels of the dashboard. */
export async function readPanels(): Promise<readonly Panel[]> {
  return JSON.parse(await Deno.readTextFile(`${DEPLOY}monitoring/dashboard.json`)).panels;
}

/** A query of the dashboard as Grafana would send it, over `range`. */
export function grafanaQuery(expr: string, range: string): string {
  return expr.replaceAll("$__range", range).replaceAll("$__rate_interval", range).replaceAll("$source", ".*");
}

/** Names of metrics in an expression, without the suffixes of a histogram's series. */
export function metricsIn(expr: string): string[] {
  const names = Object.values(METRICS).map(({ name }) => name as string);
  return [...expr.matchAll(/\bvelero_[a-z_]+\b/g)].map(([name]) => {
    const family = name.replace(/_(bucket|sum|count)$/, "");
    return names.includes(family) ? family : name;
  });
}
