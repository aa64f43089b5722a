import { assertEquals } from "@std/assert";
import type { View } from "./collect.ts";
import { describe, expose, OPENMETRICS, PROMETHEUS } from "./exposition.ts";
import { METRICS, seriesKey } from "./metrics.ts";
import { emptySnapshot, type Snapshot } from "./spool/snapshot.ts";

const SPOOL = { readable: true, files: 2, bytes: 4096, discarded: 0 };

function viewOf(parts: Partial<Snapshot>): View {
  return { snapshot: { ...emptySnapshot(), ...parts }, spool: SPOOL };
}

/** The samples of one metric. */
function samples(view: View, name: string): string[] {
  return expose(view, PROMETHEUS).split("\n").filter((line) => line.startsWith(name));
}

const ONE_OF_EACH = viewOf({
  counters: new Map([
    [seriesKey("retries", "get"), 0],
    [seriesKey("requests", "get", "404"), 12],
    [seriesKey("retries", "list"), 3],
    [seriesKey("starts"), 7],
  ]),
  latest: new Map([[seriesKey("lastExecution", "cnpg", "a/b", "K"), 1795262400.25]]),
  histograms: new Map([
    [seriesKey("duration", "cnpg", "a/b", "K"), [2_750_000, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 1]],
  ]),
  notes: new Map([["build", { time: 1, text: "1.2.3\t2.9.6" }]]),
});

const L = 'source="cnpg",action="a/b",kind="K"';

const DURATION = `velero_plugin_action_duration_seconds_bucket{${L},le="0.001"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.0025"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.005"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.01"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.025"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.05"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.1"} 1
velero_plugin_action_duration_seconds_bucket{${L},le="0.25"} 3
velero_plugin_action_duration_seconds_bucket{${L},le="0.5"} 3
velero_plugin_action_duration_seconds_bucket{${L},le="1.0"} 3
velero_plugin_action_duration_seconds_bucket{${L},le="2.5"} 4
velero_plugin_action_duration_seconds_bucket{${L},le="5.0"} 4
velero_plugin_action_duration_seconds_bucket{${L},le="10.0"} 4
velero_plugin_action_duration_seconds_bucket{${L},le="+Inf"} 5
velero_plugin_action_duration_seconds_sum{${L}} 2.75
velero_plugin_action_duration_seconds_count{${L}} 5
`;

Deno.test("expose() writes the Prometheus text format", () => {
  assertEquals(
    expose(ONE_OF_EACH, PROMETHEUS),
    `# HELP velero_plugin_action_duration_seconds Duration of one call of an action, including its requests to the cluster.
# TYPE velero_plugin_action_duration_seconds histogram
${DURATION}# HELP velero_plugin_last_execution_timestamp_seconds When an action was called last, in seconds since 1970.
# TYPE velero_plugin_last_execution_timestamp_seconds gauge
velero_plugin_last_execution_timestamp_seconds{${L}} 1795262400.25
# HELP velero_plugin_cluster_requests_total Requests to the Kubernetes API by verb and HTTP status; code 0 means no answer.
# TYPE velero_plugin_cluster_requests_total counter
velero_plugin_cluster_requests_total{verb="get",code="404"} 12
# HELP velero_plugin_cluster_retries_total Requests to the Kubernetes API that were sent again after a failure.
# TYPE velero_plugin_cluster_retries_total counter
velero_plugin_cluster_retries_total{verb="get"} 0
velero_plugin_cluster_retries_total{verb="list"} 3
# HELP velero_plugin_process_starts_total Plugin processes that Velero started and that ended normally or did some work.
# TYPE velero_plugin_process_starts_total counter
velero_plugin_process_starts_total 7
# HELP velero_plugin_build_info Always 1. The labels have the versions of the plugin that ran last and of its runtime.
# TYPE velero_plugin_build_info gauge
velero_plugin_build_info{version="1.2.3",deno="2.9.6"} 1
# HELP velero_plugin_spool_readable 1 when the sidecar can read the spool folder, else 0.
# TYPE velero_plugin_spool_readable gauge
velero_plugin_spool_readable 1
# HELP velero_plugin_spool_files Files in the spool: one for each running plugin process, and those that are not yet added to the totals.
# TYPE velero_plugin_spool_files gauge
velero_plugin_spool_files 2
# HELP velero_plugin_spool_bytes Size of all files in the spool.
# TYPE velero_plugin_spool_bytes gauge
velero_plugin_spool_bytes 4096
# HELP velero_plugin_spool_discarded_files_total Files in the spool that could not be read and were removed. Their counts are lost.
# TYPE velero_plugin_spool_discarded_files_total counter
velero_plugin_spool_discarded_files_total 0
`,
  );
});

Deno.test("expose() writes OpenMetrics", () => {
  assertEquals(
    expose(ONE_OF_EACH, OPENMETRICS),
    `# HELP velero_plugin_action_duration_seconds Duration of one call of an action, including its requests to the cluster.
# TYPE velero_plugin_action_duration_seconds histogram
${DURATION}# HELP velero_plugin_last_execution_timestamp_seconds When an action was called last, in seconds since 1970.
# TYPE velero_plugin_last_execution_timestamp_seconds gauge
velero_plugin_last_execution_timestamp_seconds{${L}} 1795262400.25
# HELP velero_plugin_cluster_requests Requests to the Kubernetes API by verb and HTTP status; code 0 means no answer.
# TYPE velero_plugin_cluster_requests counter
velero_plugin_cluster_requests_total{verb="get",code="404"} 12
# HELP velero_plugin_cluster_retries Requests to the Kubernetes API that were sent again after a failure.
# TYPE velero_plugin_cluster_retries counter
velero_plugin_cluster_retries_total{verb="get"} 0
velero_plugin_cluster_retries_total{verb="list"} 3
# HELP velero_plugin_process_starts Plugin processes that Velero started and that ended normally or did some work.
# TYPE velero_plugin_process_starts counter
velero_plugin_process_starts_total 7
# HELP velero_plugin_build Always 1. The labels have the versions of the plugin that ran last and of its runtime.
# TYPE velero_plugin_build info
velero_plugin_build_info{version="1.2.3",deno="2.9.6"} 1
# HELP velero_plugin_spool_readable 1 when the sidecar can read the spool folder, else 0.
# TYPE velero_plugin_spool_readable gauge
velero_plugin_spool_readable 1
# HELP velero_plugin_spool_files Files in the spool: one for each running plugin process, and those that are not yet added to the totals.
# TYPE velero_plugin_spool_files gauge
velero_plugin_spool_files 2
# HELP velero_plugin_spool_bytes Size of all files in the spool.
# TYPE velero_plugin_spool_bytes gauge
velero_plugin_spool_bytes 4096
# HELP velero_plugin_spool_discarded_files Files in the spool that could not be read and were removed. Their counts are lost.
# TYPE velero_plugin_spool_discarded_files counter
velero_plugin_spool_discarded_files_total 0
# EOF
`,
  );
});

const VALUES: readonly [what: string, value: string, written: string][] = [
  ["a line feed", "a\nb", "a\\nb"],
  ["a quote", 'a"b', 'a\\"b'],
  ["a backslash", "a\\b", "a\\\\b"],
  ["a backslash before n", "a\\nb", "a\\\\nb"],
  ["all three, twice", '\\"\n\\"\n', '\\\\\\"\\n\\\\\\"\\n'],
  ["a forged sample", 'x"} 1\nup{a="', 'x\\"} 1\\nup{a=\\"'],
  ["a carriage return, a brace and other scripts", "\r{é中}=,#", "\r{é中}=,#"],
  ["nothing", "", ""],
];

for (const [what, value, written] of VALUES) {
  Deno.test(`expose() escapes a label value with ${what}`, () => {
    const view = viewOf({ counters: new Map([[seriesKey("requests", value, "200"), 1]]) });
    const line = `velero_plugin_cluster_requests_total{verb="${written}",code="200"} 1`;
    assertEquals(samples(view, "velero_plugin_cluster_requests"), [line]);
  });
}

Deno.test("describe() escapes a help text as each format wants it", () => {
  const metric = { ...METRICS.starts, help: 'A "b" \\ c\nd.' };
  assertEquals(describe(metric, PROMETHEUS).split("\n")[0], `# HELP ${metric.name} A "b" \\\\ c\\nd.`);
  assertEquals(
    describe(metric, OPENMETRICS).split("\n")[0],
    '# HELP velero_plugin_process_starts A \\"b\\" \\\\ c\\nd.',
  );
});

const NUMBERS: readonly [number, string][] = [
  [0, "0"],
  [0.5, "0.5"],
  [1e21, "1e+21"],
  [1e-7, "1e-7"],
  [Number.MAX_SAFE_INTEGER, "9007199254740991"],
  [Infinity, "+Inf"],
];

for (const [value, written] of NUMBERS) {
  Deno.test(`expose() writes the value ${written}`, () => {
    const view = viewOf({ counters: new Map([[seriesKey("starts"), value]]) });
    assertEquals(samples(view, METRICS.starts.name), [`${METRICS.starts.name} ${written}`]);
  });
}

const STRANGE: readonly [what: string, view: View][] = [
  ["of an unknown metric", viewOf({ counters: new Map([["velero_plugin_future_total\ta", 1]]) })],
  ["with too few labels", viewOf({ counters: new Map([[seriesKey("requests", "get"), 1]]) })],
  ["with too many labels", viewOf({ counters: new Map([[seriesKey("starts", "a"), 1]]) })],
  ["of another type", viewOf({ latest: new Map([[seriesKey("starts"), 1]]) })],
  ["of the sidecar's own", viewOf({ latest: new Map([[seriesKey("files"), 1]]) })],
  ["with other buckets", viewOf({ histograms: new Map([[seriesKey("duration", "a", "b", "c"), [1, 1]]]) })],
  ["of a build without runtime", viewOf({ notes: new Map([["build", { time: 1, text: "1.2.3" }]]) })],
];

for (const [what, view] of STRANGE) {
  Deno.test(`expose() leaves out a series ${what}`, () => {
    assertEquals(expose(view, OPENMETRICS), expose(viewOf({}), OPENMETRICS));
  });
}

Deno.test("expose() of a spool that cannot be read has only the state of the spool", () => {
  const spool = { readable: false, files: 0, bytes: 0, discarded: 0 };
  const text = expose({ snapshot: undefined, spool }, OPENMETRICS);
  assertEquals(text.split("\n").filter((line) => !/^# (?:HELP|TYPE)/.test(line)), [
    "velero_plugin_spool_readable 0",
    "velero_plugin_spool_files 0",
    "velero_plugin_spool_bytes 0",
    "# EOF",
    "",
  ]);
});
