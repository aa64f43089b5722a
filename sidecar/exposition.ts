/**
 * A view as Prometheus text or OpenMetrics, through prom-client's writer.
 *
 * @module
 */

import type { Metric as ClientMetric, RegistryContentType } from "prom-client";
// The writer alone: the package as a whole would double what the sidecar takes.
// @ts-types="./prom_registry.d.ts"
import Registry from "prom-client/lib/registry.js";
import type { View } from "./collect.ts";
import { type Metric, type MetricKey, METRICS } from "./metrics.ts";
import type { Snapshot } from "./spool/snapshot.ts";

/** Media types of the two formats. */
export const PROMETHEUS = Registry.PROMETHEUS_CONTENT_TYPE;
export const OPENMETRICS = Registry.OPENMETRICS_CONTENT_TYPE;

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  /** Labels that stay the same object from scrape to scrape; the writer keeps their text. */
  readonly sharedLabels?: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** The whole exposition. */
export function expose({ snapshot, spool }: View, contentType: RegistryContentType): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(contentType);
  const values = snapshot === undefined ? new Map<string, Value[]>() : pluginValues(snapshot);
  const own = (key: MetricKey, value: number) => values.set(METRICS[key].name, [{ labels: {}, value }]);
  own("readable", spool.readable ? 1 : 0);
  own("files", spool.files);
  own("bytes", spool.bytes);
  if (spool.readable) own("discarded", spool.discarded);
  for (const { name, help, type } of Object.values(METRICS)) {
    const found = values.get(name);
    if (found === undefined) continue;
    // The writer renames the object for OpenMetrics, so `get` must give the object itself.
    const metric = { name, help, type, values: found, aggregator: "sum", get: () => metric };
    registry.registerMetric(metric as unknown as ClientMetric);
  }
  return registry.metrics();
}

const BY_NAME: ReadonlyMap<string, Metric> = new Map(
  Object.values(METRICS).map((metric) => [metric.name, metric]),
);

type Labels = Readonly<Record<string, string>>;

// What a series key says, for each that was seen; there are as many as there are series.
const series = new Map<string, { metric: Metric; labels: Labels } | undefined>();

/** `undefined` for series of another version of the plugin: they stay in the totals, for the version that knows them. */
function parseKey(key: string): { metric: Metric; labels: Labels } | undefined {
  if (series.has(key)) return series.get(key);
  const [name = "", ...values] = key.split("\t");
  const metric = BY_NAME.get(name);
  const names = Object.keys(metric?.labels ?? {});
  const known = metric !== undefined && names.length === values.length;
  const labels = Object.fromEntries(names.map((label, at) => [label, values[at] ?? ""]));
  const parsed = known ? { metric, labels } : undefined;
  series.set(key, parsed);
  return parsed;
}

const NONE = {};

function pluginValues(snapshot: Snapshot): Map<string, Value[]> {
  const values = new Map<string, Value[]>();
  const listOf = ({ name }: Metric) => {
    const list = values.get(name) ?? [];
    values.set(name, list);
    return list;
  };
  for (const part of [snapshot.counters, snapshot.latest]) {
    for (const [key, value] of part) {
      const found = parseKey(key);
      if (found !== undefined) listOf(found.metric).push({ labels: NONE, sharedLabels: found.labels, value });
    }
  }
  for (const [key, cells] of snapshot.histograms) {
    const found = parseKey(key);
    if (found !== undefined) addHistogram(listOf(found.metric), found.metric, found.labels, cells);
  }
  const build = snapshot.notes.get("build");
  const found = build && parseKey(`${METRICS.build.name}\t${build.text}`);
  if (found !== undefined) listOf(found.metric).push({ labels: found.labels, value: 1 });
  return values;
}

function addHistogram(
  list: Value[],
  { name, buckets = [] }: Metric,
  sharedLabels: Labels,
  [microseconds = 0, ...cells]: readonly number[],
): void {
  if (cells.length !== buckets.length + 1) return;
  let count = 0;
  for (const [at, cell] of cells.entries()) {
    count += cell;
    list.push({
      labels: { le: buckets[at] ?? "+Inf" },
      sharedLabels,
      value: count,
      metricName: `${name}_bucket`,
    });
  }
  list.push({ labels: NONE, sharedLabels, value: microseconds / 1e6, metricName: `${name}_sum` });
  list.push({ labels: NONE, sharedLabels, value: count, metricName: `${name}_count` });
}
