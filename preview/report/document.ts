/**
 * The report of one preview as it leaves the program: what happened, of which Backup or Restore, and what it comes to.
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import type { Difference } from "../run/compare.ts";
import type { ItemReport, Note, OperationReport, Outcome, Relation, RunReport } from "./report.ts";

/** The version of the reports' form. A change that could break a reader makes another one. */
export const REPORT_VERSION = "velero-plugin-for-workloads/preview-v1";

/** The Backup or Restore that was previewed. */
export interface PreviewedRun {
  readonly namespace: string;
  readonly name: string;
  /** The Backup that is restored from; absent for a backup. */
  readonly backupName?: string;
  /** Namespaces that are restored under another name. */
  readonly namespaceMapping?: Readonly<Record<string, string>>;
}

/** `fails`: an item, an action or an operation would fail. `warnings`: nothing would, but there is something to look at. */
export type Verdict = "fine" | "warnings" | "fails";

/** How many of what. */
export interface Totals extends Readonly<Record<Outcome, number>> {
  readonly items: number;
  /** Items that an action changed. */
  readonly changed: number;
  /** Calls of actions. */
  readonly calls: number;
  /** Writes to the cluster that actions asked for. */
  readonly effects: number;
  readonly operations: number;
  readonly failedOperations: number;
  readonly warnings: number;
  readonly errors: number;
  readonly notModelled: number;
}

/** One preview. */
export interface PreviewReport extends RunReport {
  readonly apiVersion: typeof REPORT_VERSION;
  readonly kind: "BackupPreview" | "RestorePreview";
  /** When it was made, as RFC 3339. */
  readonly madeAt: string;
  /** Version of the program. */
  readonly madeBy: string;
  readonly run: PreviewedRun;
  readonly verdict: Verdict;
  readonly totals: Totals;
  /** What belongs to the machines, groups and database clusters among the items. */
  readonly relations: readonly Relation[];
}

/** Two previews with different plugins. */
export interface ComparisonReport {
  readonly apiVersion: typeof REPORT_VERSION;
  readonly kind: "PreviewComparison";
  readonly madeAt: string;
  readonly madeBy: string;
  readonly of: "backup" | "restore";
  readonly run: PreviewedRun;
  readonly plugins: readonly [first: string, second: string];
  /** Why Velero would fail the whole run with a plugin; absent where it fails with none. Then nothing is compared. */
  readonly failures?: readonly [first: string | null, second: string | null];
  /** Items that the first run met. */
  readonly items: number;
  readonly differences: readonly Difference[];
}

/** Who makes a report, and when. */
export interface Maker {
  readonly madeAt: Date;
  readonly madeBy: string;
}

/**
 * Completes the report of a run.
 *
 * @param run The Backup or Restore.
 * @param notes What was said beside the calls for items; they count as warnings.
 */
export function createReport(
  report: RunReport,
  run: JsonObject,
  notes: readonly Note[],
  { madeAt, madeBy }: Maker,
  relations: readonly Relation[] = [],
): PreviewReport {
  const warnings = [...report.warnings, ...warningsOf(report.items), ...notes];
  const whole = { ...report, warnings };
  const totals = totalsOf(whole);
  return {
    apiVersion: REPORT_VERSION,
    kind: run.kind === "Restore" ? "RestorePreview" : "BackupPreview",
    madeAt: madeAt.toISOString(),
    madeBy,
    run: previewedRun(run),
    verdict: totals.errors + totals.failed + totals.failedOperations > 0
      ? "fails"
      : totals.warnings > 0
      ? "warnings"
      : "fine",
    totals,
    relations,
    ...whole,
  };
}

/** What a report says of a Backup or Restore. */
export function previewedRun(run: JsonObject): PreviewedRun {
  const backupName = run.kind === "Restore" ? stringAt(run, "spec", "backupName") : undefined;
  const mapping = objectAt(run, "spec", "namespaceMapping");
  const texts = Object.entries(isObject(mapping) ? mapping : {}).map(([from, to]) => [from, String(to)]);
  return {
    namespace: namespaceOf(run),
    name: nameOf(run),
    ...(backupName === undefined ? {} : { backupName }),
    ...(texts.length === 0 ? {} : { namespaceMapping: Object.fromEntries(texts) }),
  };
}

/** True for an operation that has ended badly or cannot be asked about. */
export function hasFailed({ error, progress }: OperationReport): boolean {
  return error !== undefined || progress?.error !== undefined;
}

// What actions warned of while they were called. The error of a call that failed is the item's own.
function warningsOf(items: readonly ItemReport[]): Note[] {
  return items.flatMap(({ item, steps }) =>
    steps.flatMap(({ action, remarks = [] }) =>
      remarks.filter(({ level }) => level !== "info").map(({ text }) => ({ item, action, text }))
    )
  );
}

function totalsOf({ items, operations, warnings, errors, notModelled }: RunReport): Totals {
  const totals = { stored: 0, created: 0, updated: 0, exists: 0, skipped: 0, failed: 0 };
  let [changed, calls, effects] = [0, 0, 0];
  for (const { outcome, steps } of items) {
    totals[outcome]++;
    if (steps.some(({ changes }) => changes.length > 0)) changed++;
    for (const step of steps) {
      calls++;
      effects += step.effects?.length ?? 0;
    }
  }
  return {
    items: items.length,
    ...totals,
    changed,
    calls,
    effects,
    operations: operations.length,
    failedOperations: operations.filter(hasFailed).length,
    warnings: warnings.length,
    errors: errors.length,
    notModelled: notModelled.length,
  };
}
