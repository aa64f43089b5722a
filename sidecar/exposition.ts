/**
 * A view as Prometheus text or OpenMetrics, through prom-client's writer.
 *
 * @module
 */

import { type Metric as ClientMetric, Registry, type RegistryContentType } from "prom-client";
import type { View } from "./collect.ts";
import { type Metric, type MetricKey, METRICS } from "./metrics.ts";
import type { Snapshot } from "./spool/snapshot.ts";

/** Media types of the two formats. */
export const PROMETHEUS = Registry.PROMETHEUS_CONTENT_TYPE;
export const OPENMETRICS = Registry.OPENMETRICS_CONTENT_TYPE;

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
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

function pluginValues(snapshot: Snapshot): Map<string, Value[]> {
  const values = new Map<string, Value[]>();
  const put = (key: string, make: (metric: Metric, labels: Record<string, string>) => Value[]) => {
    const [name = "", ...rest] = key.split("\t");
    const metric = BY_NAME.get(name);
    const names = Object.keys(metric?.labels ?? {});
    // Series that another version of the plugin wrote stay in the totals, but are shown by the version that knows them.
    if (metric === undefined || names.length !== rest.length) return;
    const labels = Object.fromEntries(names.map((label, at) => [label, rest[at] ?? ""]));
    const list = values.get(name) ?? [];
    list.push(...make(metric, labels));
    values.set(name, list);
  };
  for (const part of [snapshot.counters, snapshot.latest]) {
    for (const [key, value] of part) put(key, (_, labels) => [{ labels, value }]);
  }
  for (const [key, cells] of snapshot.histograms) {
    put(key, (metric, labels) => histogram(metric, labels, cells));
  }
  const build = snapshot.notes.get("build");
  if (build !== undefined) put(`${METRICS.build.name}\t${build.text}`, (_, labels) => [{ labels, value: 1 }]);
  return values;
}

function histogram(
  { name, buckets = [] }: Metric,
  labels: Record<string, string>,
  [microseconds = 0, ...cells]: readonly number[],
): Value[] {
  if (cells.length !== buckets.length + 1) return [];
  let count = 0;
  const rows = cells.map((cell, at): Value => {
    count += cell;
    return { labels: { ...labels, le: buckets[at] ?? "+Inf" }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...rows,
    { labels, value: microseconds / 1e6, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
