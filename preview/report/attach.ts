/**
 * What plugins said on their own, put to the items that it is about.
 *
 * @module
 */

import { reasonToSkip } from "../run/step.ts";
import type { ItemReport, Note, Remark, RunReport } from "./report.ts";

/** A line of a plugin's log. */
export interface Said {
  readonly level: string;
  readonly message: string;
  /** The line's extra fields; `kind`, `namespace` and `name` of the item. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** How the plugin is called in a note. */
  readonly plugin?: string;
}

/**
 * Lines that begin with an action and name an item become remarks of that action's call; other warnings and errors become notes.
 * Lines come when the plugin has written them, which is not when the call is over; so this is done when the run is.
 */
export function attach(report: RunReport, lines: readonly Said[]): { report: RunReport; notes: Note[] } {
  const items = Map.groupBy(report.items, ({ item }) => `${item.namespace}/${item.name}`);
  const remarks = new Map<ItemReport, Map<string, Remark[]>>();
  const notes: Note[] = [];
  for (const line of lines) {
    const level = LEVELS.find((known) => known === line.level);
    if (level === undefined) continue;
    const { action, text } = takeApart(line.message);
    const { kind = "", namespace = "", name = "" } = line.fields;
    const about = action === undefined ? undefined : items.get(`${namespace}/${name}`)
      ?.find((item) => isOfKind(item, String(kind)) && item.steps.some((step) => step.action === action));
    if (action !== undefined && about !== undefined) {
      if (!OUTCOME.test(text)) add(remarks, about, action, { level, text });
    } else if (level !== "info") {
      notes.push({ text: line.plugin === undefined ? line.message : `${line.plugin}: ${line.message}` });
    }
  }
  if (remarks.size === 0) return { report, notes };
  return {
    report: { ...report, items: report.items.map((item) => withRemarks(item, remarks.get(item))) },
    notes,
  };
}

const LEVELS = ["info", "warn", "error"] as const;

/** The runner's own line about every item that it passes on, which says what the report says anyway. */
export const OUTCOME = /^(?:changed|unchanged|skipped)(?:, \d+ additional items)?$/;

/** The action with which a line about an item begins, and the rest. */
export function takeApart(message: string): { action: string | undefined; text: string } {
  const [, action, text = message] = /^([^\s:]+\/[^\s:]+): (.*)$/s.exec(message) ?? [];
  return { action, text };
}

function isOfKind({ item: { resource } }: ItemReport, kind: string): boolean {
  return kind === "" || resource.replaceAll("-", "").startsWith(kind.toLowerCase());
}

function add(
  remarks: Map<ItemReport, Map<string, Remark[]>>,
  item: ItemReport,
  action: string,
  remark: Remark,
): void {
  const ofItem = remarks.get(item) ?? new Map<string, Remark[]>();
  remarks.set(item, ofItem);
  ofItem.set(action, [...ofItem.get(action) ?? [], remark]);
}

function withRemarks(
  item: ItemReport,
  remarks: ReadonlyMap<string, readonly Remark[]> | undefined,
): ItemReport {
  if (remarks === undefined) return item;
  const steps = item.steps.map((step) => {
    const said = remarks.get(step.action);
    return said === undefined ? step : { ...step, remarks: [...step.remarks ?? [], ...said] };
  });
  const [before, after] = [item.steps.at(-1), steps.at(-1)];
  // The words that stand in for a reason until it is known.
  const isUnsaid = before !== undefined && item.outcome === "skipped" && item.reason === reasonToSkip(before);
  return isUnsaid && after !== undefined
    ? { ...item, steps, reason: reasonToSkip(after) }
    : { ...item, steps };
}
