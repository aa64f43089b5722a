/**
 * Writes the tables of docs/metrics.md from the code's own table of metrics: `deno task docs`.
 *
 * @module
 */

import { type Metric, METRICS } from "../sidecar/metrics.ts";
import { renderTable } from "./generate_settings.ts";

/** Where the page stands. */
export const METRICS_PAGE = new URL("metrics.md", import.meta.url);

const MARK = { begin: "<!-- metrics: generated -->", end: "<!-- metrics: end -->" };

/** The page with its table made anew; everything outside the two marks stays as it is. */
export function withTable(page: string): string {
  const [before, rest] = page.split(MARK.begin);
  const after = rest?.split(MARK.end)[1];
  if (before === undefined || after === undefined) throw new TypeError(`The page lacks ${MARK.begin}`);
  return `${before}${MARK.begin}\n\n${tables()}\n${MARK.end}${after}`;
}

function tables(): string {
  const metrics: Metric[] = Object.values(METRICS);
  const head = ["metric", "type", "labels", "meaning"];
  const table = (from: Metric["from"]) =>
    renderTable([head, ...metrics.filter((metric) => metric.from === from).map(row)]);
  const labels = new Map(metrics.flatMap((metric) => Object.entries(metric.labels)));
  return [
    `Counted by plugin processes:\n\n${table("plugin")}`,
    `By the sidecar itself:\n\n${table("sidecar")}`,
    `By the gate, where one is installed ([preview.md](preview.md#as-a-gate)):\n\n${table("gate")}`,
    renderTable([["label", "values"], ...[...labels].map(([label, values]) => [`\`${label}\``, values])]),
  ].join("\n");
}

function row({ name, type, labels, help, buckets }: Metric): string[] {
  const names = Object.keys(labels).map((label) => `\`${label}\``).join(", ");
  const bounds = buckets === undefined ? "" : ` Buckets: ${buckets.join(", ")}.`;
  return [`\`${name}\``, type, names, help + bounds];
}

if (import.meta.main) {
  await Deno.writeTextFile(METRICS_PAGE, withTable(await Deno.readTextFile(METRICS_PAGE)));
}
