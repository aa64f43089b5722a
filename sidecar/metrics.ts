/**
 * The one table of metrics: exposition, documentation and the checks of dashboard and alerts are made from it.
 *
 * Label values are bounded: registered names, closed lists, HTTP statuses. Never a namespace or the name of an object, but
 * for the Schedules of the gate, of which there are few and at most `MOST_SCHEDULES`.
 *
 * @module
 */

import { MOST_SCHEDULES, STATES } from "./gate/states.ts";

/** One metric family. */
export interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info";
  readonly help: string;
  /** Label names in the order in which the spool writes their values, each with its possible values in words. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds, for histograms only. */
  readonly buckets?: readonly number[];
  /** Who counts: plugin processes through the spool, the sidecar itself at the scrape, or the gate through its ConfigMap. */
  readonly from: "plugin" | "sidecar" | "gate";
}

/** Upper bounds of the duration histogram, in seconds. */
export const DURATION_BUCKETS = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
] as const;

/** Values of the label `outcome`. */
export const OUTCOMES = ["changed", "unchanged", "skipped", "error"] as const;

/** Values of the label `reason`; the list of `actions/lib/refusal.ts`, which a test compares. */
export const REASONS = [
  "unsafe",
  "not_restorable",
  "pod_missing",
  "lookup_failed",
  "invalid_label",
  "settings",
  "invalid_item",
  "forbidden",
  "cluster",
  "deadline",
  "internal",
] as const;

/** Reasons that an alert looks for: their series begin at zero, those of the others with the first error. */
export const ALERTED_REASONS = [
  "settings",
  "forbidden",
  "internal",
] as const satisfies readonly (typeof REASONS[number])[];

/** Values of the label `verb`; anything else is counted as `other`. */
export const VERBS = ["get", "list", "create", "patch", "delete", "discover", "version"] as const;

const VERB_VALUES = [...VERBS, "other"].join(", ");

const ACTION = {
  source: "superphenix, vmgroup, cnpg, …",
  action: "the registered name",
  kind: "BackupItemAction, RestoreItemActionV2, …",
};

const SCHEDULE = { schedule: `the name of a Schedule, ${MOST_SCHEDULES} at most` };

const table = {
  executions: {
    name: "velero_plugin_action_executions_total",
    type: "counter",
    help: "Calls of an action by how they ended.",
    labels: { ...ACTION, outcome: OUTCOMES.join(", ") },
    from: "plugin",
  },
  errors: {
    name: "velero_plugin_action_errors_total",
    type: "counter",
    help: "Failed calls of an action by reason.",
    labels: { ...ACTION, reason: REASONS.join(", ") },
    from: "plugin",
  },
  duration: {
    name: "velero_plugin_action_duration_seconds",
    type: "histogram",
    help: "Duration of one call of an action, including its requests to the cluster.",
    labels: ACTION,
    buckets: DURATION_BUCKETS,
    from: "plugin",
  },
  additionalItems: {
    name: "velero_plugin_action_additional_items_total",
    type: "counter",
    help: "Items that an action added to a backup, a restore or an item block.",
    labels: ACTION,
    from: "plugin",
  },
  lastExecution: {
    name: "velero_plugin_last_execution_timestamp_seconds",
    type: "gauge",
    help: "When an action was called last, in seconds since 1970.",
    labels: ACTION,
    from: "plugin",
  },
  requests: {
    name: "velero_plugin_cluster_requests_total",
    type: "counter",
    help: "Requests to the Kubernetes API by verb and HTTP status; code 0 means no answer.",
    labels: { verb: VERB_VALUES, code: "an HTTP status, or 0" },
    from: "plugin",
  },
  retries: {
    name: "velero_plugin_cluster_retries_total",
    type: "counter",
    help: "Requests to the Kubernetes API that were sent again after a failure.",
    labels: { verb: VERB_VALUES },
    from: "plugin",
  },
  imageBlobs: {
    name: "velero_plugin_image_blobs_total",
    type: "counter",
    help: "Image layers and configurations, by what the plugin did with them.",
    labels: { result: "copied, mounted, existing, failed" },
    from: "plugin",
  },
  imageBytes: {
    name: "velero_plugin_image_bytes_copied_total",
    type: "counter",
    help: "Bytes of image layers copied between registries.",
    labels: {},
    from: "plugin",
  },
  graphNodes: {
    name: "velero_plugin_graph_nodes_omitted_total",
    type: "counter",
    help: "Optional objects left out of a virtual machine's graph because they could not be read.",
    labels: {},
    from: "plugin",
  },
  fileSystemBackups: {
    name: "velero_plugin_file_system_backups_total",
    type: "counter",
    help: "Virtual machines whose disks were backed up by file system, from which they cannot be restored.",
    labels: {},
    from: "plugin",
  },
  collisions: {
    name: "velero_plugin_collisions_total",
    type: "counter",
    help: "Identities of restored virtual machines that another machine already had.",
    labels: { field: "mac, uuid, serial" },
    from: "plugin",
  },
  starts: {
    name: "velero_plugin_process_starts_total",
    type: "counter",
    help: "Plugin processes that Velero started and that ended normally or did some work.",
    labels: {},
    from: "plugin",
  },
  build: {
    name: "velero_plugin_build_info",
    type: "info",
    help: "Always 1. The labels have the versions of the plugin that ran last and of its runtime.",
    labels: { version: "of this project", deno: "version of the runtime" },
    from: "plugin",
  },
  readable: {
    name: "velero_plugin_spool_readable",
    type: "gauge",
    help: "1 when the sidecar can read the spool folder, else 0.",
    labels: {},
    from: "sidecar",
  },
  files: {
    name: "velero_plugin_spool_files",
    type: "gauge",
    help:
      "Files in the spool: one for each running plugin process, and those that are not yet added to the totals.",
    labels: {},
    from: "sidecar",
  },
  bytes: {
    name: "velero_plugin_spool_bytes",
    type: "gauge",
    help: "Size of all files in the spool.",
    labels: {},
    from: "sidecar",
  },
  discarded: {
    name: "velero_plugin_spool_discarded_files_total",
    type: "counter",
    help: "Files in the spool that could not be read and were removed. Their counts are lost.",
    labels: {},
    from: "sidecar",
  },
  gateState: {
    name: "velero_plugin_preview_state",
    type: "gauge",
    help:
      "1 for the state of the newest backup of a Schedule when the gate previewed its restore, 0 for the others.",
    labels: { ...SCHEDULE, state: STATES.join(", ") },
    from: "gate",
  },
  gateItems: {
    name: "velero_plugin_preview_items",
    type: "gauge",
    help: "Items of the previewed restore.",
    labels: SCHEDULE,
    from: "gate",
  },
  gateFailures: {
    name: "velero_plugin_preview_failures",
    type: "gauge",
    help: "What would fail in the previewed restore.",
    labels: SCHEDULE,
    from: "gate",
  },
  gateWarnings: {
    name: "velero_plugin_preview_warnings",
    type: "gauge",
    help: "Warnings of the previewed restore, without those for objects that exist.",
    labels: SCHEDULE,
    from: "gate",
  },
  gateBackup: {
    name: "velero_plugin_preview_backup_timestamp_seconds",
    type: "gauge",
    help: "When Velero began the backup whose restore was previewed, in seconds since 1970.",
    labels: SCHEDULE,
    from: "gate",
  },
  gateChecked: {
    name: "velero_plugin_preview_check_timestamp_seconds",
    type: "gauge",
    help: "When the gate checked the Schedule last, in seconds since 1970.",
    labels: SCHEDULE,
    from: "gate",
  },
  gatePaused: {
    name: "velero_plugin_preview_schedule_paused",
    type: "gauge",
    help: "1 when the Schedule is paused, else 0.",
    labels: SCHEDULE,
    from: "gate",
  },
  gateEnded: {
    name: "velero_plugin_preview_last_run_timestamp_seconds",
    type: "gauge",
    help: "When the gate ended last, in seconds since 1970; 0 before its first run.",
    labels: {},
    from: "gate",
  },
  gateOmitted: {
    name: "velero_plugin_preview_schedules_omitted",
    type: "gauge",
    help: "Schedules that the gate left out because there are too many.",
    labels: {},
    from: "gate",
  },
} as const satisfies Record<string, Metric>;

/** Names the metrics in code. */
export type MetricKey = keyof typeof table;

/** All metrics. */
export const METRICS: Readonly<Record<MetricKey, Metric>> = table;

/** The key of a series in the spool: the metric's name and the label values in the table's order. */
export function seriesKey(metric: MetricKey, ...values: readonly string[]): string {
  return [METRICS[metric].name, ...values].join("\t");
}
