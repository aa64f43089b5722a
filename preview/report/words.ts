/**
 * What a report comes to, in sentences that all its forms share.
 *
 * @module
 */

import type { PreviewedRun, PreviewReport } from "./document.ts";
import { counted } from "./lines.ts";
import type { Outcome } from "./report.ts";

/** What was previewed, as a heading. */
export function titleOf({ kind, run }: Pick<PreviewReport, "kind" | "run">): string {
  return kind === "BackupPreview"
    ? `Preview of backup ${run.name}`
    : `Preview of restore ${nameOfRestore(run)}`;
}

/** A restore with where it comes from and where it goes. */
function nameOfRestore({ name, backupName, namespaceMapping = {} }: PreviewedRun): string {
  const mapped = Object.entries(namespaceMapping).map(([from, to]) => `${from} as ${to}`);
  return [
    name,
    ...(backupName === undefined ? [] : [` from backup ${backupName}`]),
    ...(mapped.length === 0 ? [] : [`, namespace ${mapped.join(", ")}`]),
  ].join("");
}

/** How it would end. */
export function verdictOf(
  report: Pick<PreviewReport, "kind" | "totals" | "verdict" | "failure">,
): string {
  const { kind, totals, verdict } = report;
  const what = kind === "BackupPreview" ? "backup" : "restore";
  const outcomes = outcomesOf(report).map(([outcome, count]) => `${count} ${OUTCOMES[outcome]}`).join(", ");
  const counts = outcomes === "" ? "there is nothing to do" : outcomes;
  if (report.failure !== undefined) {
    return endSentence(`Velero would fail this whole ${what}: ${report.failure}`);
  }
  if (verdict === "fine") return `This ${what} would work: ${counts}.`;
  if (verdict === "warnings") {
    return `This ${what} would work, but look at ${
      totals.warnings === 1 ? "the warning" : `the ${totals.warnings} warnings`
    }: ${counts}.`;
  }
  const why = totals.failed > 0
    ? `, as ${counted(totals.failed, "item")} would fail`
    : totals.failedOperations > 0
    ? `, as ${counted(totals.failedOperations, "operation")} would fail`
    : ` because of ${counted(totals.errors, "error")}`;
  return `This ${what} would be incomplete${why}: ${counts}.`;
}

/** A text with a full stop, unless it has one. */
export function endSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/** Outcomes that happened and how often, what came back first. */
export function outcomesOf({ totals }: Pick<PreviewReport, "totals">): [Outcome, number][] {
  return ORDER.map((outcome): [Outcome, number] => [outcome, totals[outcome]]).filter(([, count]) =>
    count > 0
  );
}

const ORDER: readonly Outcome[] = ["stored", "created", "updated", "exists", "skipped", "failed"];

/** Outcomes as a person would say them. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  stored: "stored",
  created: "created",
  updated: "updated",
  exists: "already there",
  skipped: "left out",
  failed: "failed",
};
