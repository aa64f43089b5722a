/**
 * What of a report a person must look at, by what it means.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import { hasFailed, type PreviewReport } from "./document.ts";
import type { ItemReport, Note, Step } from "./report.ts";

/** Something that is said of one object or of several. */
export interface Finding {
  readonly text: string;
  /** Who says so; absent for Velero itself. */
  readonly action?: string;
  /** The objects that it is about, in the order of the report. */
  readonly items: readonly ResourceIdentifier[];
}

/** What a person must look at. */
export interface Findings {
  /** What would not be done: failed items and operations, and errors beside them. */
  readonly failures: readonly Finding[];
  /** What is in the cluster already, in another form. */
  readonly existing: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly notModelled: readonly Finding[];
  /** What would be left out, by reason. */
  readonly skipped: readonly Finding[];
}

/** How often that is said: once for each object. A text without an object is said once. */
export function timesSaid(findings: readonly Finding[]): number {
  return findings.reduce((sum, { items }) => sum + Math.max(1, items.length), 0);
}

/** Sorts a report; equal texts about several objects are told once. */
export function findingsOf(report: PreviewReport): Findings {
  const { items, errors, operations } = report;
  const failed = items.filter(({ outcome }) => outcome === "failed");
  const existing = items.filter(({ outcome, differences }) =>
    outcome === "exists" && differences !== undefined
  );
  const reasons = new Map([...failed, ...existing].map((item) => [keyOf(item.item), reasonOf(item)]));
  // Velero's own lines repeat why an item failed or was left alone, sometimes with more words around it.
  const isNew = ({ item, text }: Note) => {
    const reason = item === undefined ? undefined : reasons.get(keyOf(item));
    return reason === undefined || reason === "" || !text.includes(reason);
  };
  return {
    failures: gather([
      ...failed.map((item) => noteOf(item, reasonOf(item), failing(item)?.action)),
      ...errors.filter(isNew),
      ...operations.filter(hasFailed).map(({ item, action, operationID, error, progress }) => ({
        item,
        action,
        text: `operation ${operationID}: ${error ?? progress?.error ?? ""}`,
      })),
    ]),
    existing: gather(existing.map((item) => noteOf(item, reasonOf(item), undefined))),
    warnings: gather(report.warnings.filter(isNew)),
    notModelled: gather(report.notModelled),
    skipped: gather(
      items.filter(({ outcome }) => outcome === "skipped")
        .map((item) => noteOf(item, item.reason ?? "", item.steps.at(-1)?.action)),
    ),
  };
}

function failing({ steps }: ItemReport): Step | undefined {
  return steps.findLast(({ error }) => error !== undefined);
}

function reasonOf(item: ItemReport): string {
  return (item.outcome === "failed" ? failing(item)?.error : undefined) ?? item.reason ?? "";
}

function noteOf({ item }: ItemReport, text: string, action: string | undefined): Note {
  return { item, text, ...(action === undefined ? {} : { action }) };
}

// Action and object stand beside the text; without them equal texts about several objects are seen to be equal.
function bare({ item, action, text }: Note): string {
  const said = action !== undefined && text.startsWith(`${action}: `) ? text.slice(action.length + 2) : text;
  if (item === undefined) return said;
  const [, kind, rest] = /^([A-Z]\w+) (.*)$/s.exec(said) ?? [];
  const place = item.namespace === "" ? item.name : `${item.namespace}/${item.name}`;
  return kind !== undefined && rest?.startsWith(`${place}: `) ? rest.slice(place.length + 2) : said;
}

function gather(notes: readonly Note[]): Finding[] {
  const groups = Map.groupBy(notes, (note) => `${note.action ?? ""}\0${bare(note)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const items = group.flatMap(({ item }) => item === undefined ? [] : [item]);
    return [{ text: bare(first), items, ...(first.action === undefined ? {} : { action: first.action }) }];
  });
}

function keyOf({ group, resource, namespace, name }: ResourceIdentifier): string {
  return [group, resource, namespace, name].join("\0");
}
