/**
 * A previewed restore in few words: would it work, and if not, why.
 *
 * @module
 */

import { itemKey } from "../archive/archive.ts";
import { hasFailed, type PreviewReport } from "../report/document.ts";
import type { Note } from "../report/report.ts";

/** What a restore would come to. */
export interface Verdict {
  /** False when something would fail. */
  readonly works: boolean;
  readonly items: number;
  readonly failures: number;
  readonly warnings: number;
  /** Failures, then warnings, a line each. */
  readonly reasons: readonly string[];
}

/**
 * Judges a restore into the cluster that the backup was made of. That its objects are still there, and have changed since, is as it
 * should be; the warnings that Velero has for them do not count.
 */
export function judge(
  report: Pick<PreviewReport, "items" | "errors" | "operations" | "warnings">,
): Verdict {
  const told = new Set(report.errors.map(({ item }) => item === undefined ? "" : itemKey(item)));
  const failures = [
    ...report.errors.map(inWords),
    ...report.items.filter(({ item, outcome }) => outcome === "failed" && !told.has(itemKey(item)))
      .map(({ item, reason = "it would fail" }) => inWords({ item, text: reason })),
    ...report.operations.filter(hasFailed).map(({ item, action, error, progress }) =>
      inWords({ item, action, text: error ?? progress?.error ?? "" })
    ),
  ];
  const present = new Map(
    report.items.filter(({ outcome }) => outcome === "exists").map(({ item, reason }) => [
      itemKey(item),
      reason,
    ]),
  );
  const isPresent = ({ item, text }: Note) => item !== undefined && present.get(itemKey(item)) === text;
  const warnings = report.warnings.filter((note) => !isPresent(note)).map(inWords);
  return {
    works: failures.length === 0,
    items: report.items.length,
    failures: failures.length,
    warnings: warnings.length,
    reasons: [...failures, ...warnings],
  };
}

function inWords({ item, action, text }: Note): string {
  const by = action === undefined || text.startsWith(action) ? text : `${action}: ${text}`;
  return item === undefined ? by : `${itemKey(item)}: ${by}`;
}
