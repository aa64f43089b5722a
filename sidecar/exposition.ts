/**
 * A view as Prometheus text 0.0.4 or as OpenMetrics 1.0.0, written from the table of metrics.
 *
 * Not by prom-client: the counts come from other processes, so only its writer would be used; its dependency
 * bintrees ends `deno compile` with a stack overflow, it takes MBs of memory, and its last release is of December 2024.
 *
 * @module
 */

import type { View } from "./collect.ts";
import { gateSamples } from "./gate/exposition.ts";
import { type GateView, NO_GATE } from "./gate/reader.ts";
import { type Metric, type MetricKey, METRICS } from "./metrics.ts";

/** Media types of the two formats. */
export const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
export const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** A format by its media type. */
export type Format = typeof PROMETHEUS | typeof OPENMETRICS;

/** The whole exposition. The formats differ in what they say about a family, not in its samples. */
export function expose(view: View, format: Format, gate: GateView = NO_GATE): string {
  const text = families(samplesOf(view), format) + exposeGate(gate, format);
  return format === OPENMETRICS ? `${text}# EOF\n` : text;
}

/** The gate's part of it alone; a file of this is what a textfile collector reads. */
export function exposeGate(gate: GateView, format: Format): string {
  const samples = new Map<string, string>();
  for (const [key, values, value] of gateSamples(gate)) {
    const { name, labels } = METRICS[key];
    const pairs = labelPairs(Object.keys(labels), values);
    const series = pairs === "" ? name : `${name}{${pairs}}`;
    samples.set(name, `${samples.get(name) ?? ""}${series} ${value}\n`);
  }
  return families(samples, format);
}

function families(samples: ReadonlyMap<string, string>, format: Format): string {
  let text = "";
  for (const metric of Object.values(METRICS)) {
    const lines = samples.get(metric.name);
    if (lines !== undefined) text += describe(metric, format) + lines;
  }
  return text;
}

/** What a sample has behind the name of its family in OpenMetrics. */
const SUFFIXES: Readonly<Record<Metric["type"], string>> = {
  counter: "_total",
  gauge: "",
  histogram: "",
  info: "_info",
};

/** The two lines before the samples of a family. */
export function describe({ name, help, type }: Metric, format: Format): string {
  if (format === PROMETHEUS) {
    const text = help.replaceAll(/[\\\n]/g, escaped);
    return `# HELP ${name} ${text}\n# TYPE ${name} ${type === "info" ? "gauge" : type}\n`;
  }
  const family = name.slice(0, name.length - SUFFIXES[type].length);
  return `# HELP ${family} ${escape(help)}\n# TYPE ${family} ${type}\n`;
}

/** The lines of each family by the metric's name. */
function samplesOf({ snapshot, spool }: View): Map<string, string> {
  const samples = new Map<string, string>();
  const add = (name: string, suffix: string, labels: string, value: number) => {
    const series = `${name}${suffix}${labels === "" ? "" : `{${labels}}`}`;
    samples.set(name, `${samples.get(name) ?? ""}${series} ${value === Infinity ? "+Inf" : value}\n`);
  };
  const { counters = [], latest = [], histograms = [], notes } = snapshot ?? {};
  const build = notes?.get("build");
  const info = build === undefined ? [] : [[`${METRICS.build.name}\t${build.text}`, 1] as const];
  for (const [type, part] of [["counter", counters], ["gauge", latest], ["info", info]] as const) {
    for (const [key, value] of part) {
      const series = parseKey(key, type);
      if (series !== undefined) add(series.metric.name, "", series.labels, value);
    }
  }
  for (const [key, [microseconds = 0, ...cells]] of histograms) {
    const series = parseKey(key, "histogram");
    if (series === undefined) continue;
    const { metric: { name, buckets = [] }, labels } = series;
    if (cells.length !== buckets.length + 1) continue;
    let count = 0;
    for (const [at, cell] of cells.entries()) {
      count += cell;
      add(name, "_bucket", `${labels},le="${bound(buckets[at])}"`, count);
    }
    add(name, "_sum", labels, microseconds / 1e6);
    add(name, "_count", labels, count);
  }
  const own = (key: MetricKey, value: number) => add(METRICS[key].name, "", "", value);
  own("readable", spool.readable ? 1 : 0);
  own("files", spool.files);
  own("bytes", spool.bytes);
  if (spool.readable) own("discarded", spool.discarded);
  return samples;
}

const BY_NAME: ReadonlyMap<string, Metric> = new Map(
  Object.values(METRICS).map((metric) => [metric.name, metric]),
);

/** `undefined` for series of another version of the plugin: they stay in the totals, for the version that knows them. */
function parseKey(key: string, type: Metric["type"]): { metric: Metric; labels: string } | undefined {
  const [name = "", ...values] = key.split("\t");
  const metric = BY_NAME.get(name);
  if (metric?.type !== type || metric.from !== "plugin") return undefined;
  const names = Object.keys(metric.labels);
  if (names.length !== values.length) return undefined;
  return { metric, labels: labelPairs(names, values) };
}

function labelPairs(names: readonly string[], values: readonly string[]): string {
  return names.map((label, at) => `${label}="${escape(values[at] ?? "")}"`).join(",");
}

// OpenMetrics wants floats here, and Prometheus 3 makes them so: the same series in whatever format it was scraped.
function bound(value: number | undefined): string {
  if (value === undefined) return "+Inf";
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function escape(text: string): string {
  return text.replaceAll(/[\\\n"]/g, escaped);
}

function escaped(character: string): string {
  return character === "\n" ? "\\n" : `\\${character}`;
}
