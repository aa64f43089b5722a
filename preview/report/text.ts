/**
 * A report as plain text, readable in 100 columns.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import { isObject, type JsonValue, stringifyJson } from "../../objects/json.ts";
import { type Change, formatPath } from "./diff.ts";
import type { ActionReport, ItemReport, Note, RunReport, Step } from "./report.ts";
import { groupResource } from "../run/resources.ts";

const COLUMNS = 100;

/** The registered actions, one paragraph per kind. */
export function formatActions(actions: readonly ActionReport[]): string[] {
  return [...Map.groupBy(actions, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
    wrap(`${kind}: ${ofKind.map(({ name }) => name).join(", ")}`, 2)
  );
}

/** Everything that happened: the items that actions saw one by one, the others counted, then notes and totals. */
export function formatReport(report: RunReport): string[] {
  const { items, warnings, errors, operations, milliseconds } = report;
  const told = items.filter((item) => item.steps.length > 0 || item.reason !== undefined);
  const steps = items.flatMap((item) => item.steps);
  const calls = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  return [
    ...told.flatMap(formatItem),
    ...formatOthers(items.filter((item) => !told.includes(item))),
    ...operations.map(({ item, action, operationID, progress, error }) => {
      const state = error ?? (progress?.completed ? "completed" : `${progress?.description || "going on"}`);
      return fit(`  operation ${operationID} of ${action} for ${formatPlace(item)}: ${state}`);
    }),
    ...warnings.flatMap((note) => formatNote("warning", note)),
    ...errors.flatMap((note) => formatNote("error", note)),
    "",
    `  ${totals(items)}; ${count(warnings.length, "warning")}, ${count(errors.length, "error")};` +
    ` ${count(steps.length, "call")} of actions in ${ms(calls)}, ${ms(milliseconds)} in all`,
  ];
}

function formatItem({ item, target, askedBy, steps, outcome, reason, differences }: ItemReport): string[] {
  const place = formatPlace(item) + (target === undefined ? "" : ` -> ${target}`);
  const lines = [columns(`  ${place}`, outcome)];
  if (askedBy !== undefined) {
    lines.push(...wrap(`asked for by ${askedBy.action} for ${formatPlace(askedBy.item)}`, 4));
  }
  if (reason !== undefined) lines.push(...wrap(`because ${reason}`, 4));
  const found = formatChanges(differences ?? []);
  if (found.length > 0) lines.push("    from the cluster's object to the backup's:");
  return [...lines, ...found, ...steps.flatMap(formatStep)];
}

function formatStep(step: Step): string[] {
  const lines = [columns(`    ${step.action}`, ms(step.milliseconds))];
  lines.push(...formatChanges(step.changes));
  for (const item of step.additionalItems) {
    lines.push(fit(`      asks for ${formatPlace(item)}${step.mustInclude ? " (past the filters)" : ""}`));
  }
  for (const { verb, item, changes } of step.effects ?? []) {
    lines.push(fit(`      would ${verb} ${formatPlace(item)} in the cluster`));
    lines.push(...formatChanges(changes).map((line) => fit(`  ${line}`)));
  }
  if (step.operationID !== undefined) lines.push(fit(`      began operation ${step.operationID}`));
  if (step.ready !== undefined) lines.push(`      additional items ${step.ready ? "are" : "were not"} ready`);
  if (step.error !== undefined) lines.push(...wrap(`failed: ${step.error}`, 6));
  return lines.length > 1 ? lines : [columns(`    ${step.action}: no change`, ms(step.milliseconds))];
}

/** Changes, one or two lines each. */
export function formatChanges(changes: readonly Change[]): string[] {
  return changes.flatMap(leaves).flatMap(formatChange);
}

// A new or removed object is told key by key, as far as it has keys.
function leaves(change: Change): Change[] {
  const { path, before, after } = change;
  const only = before === undefined ? after : after === undefined ? before : undefined;
  if (!isObject(only) || Object.keys(only).length === 0) return [change];
  return Object.entries(only).flatMap(([key, value]) => {
    const leaf = value ?? null;
    return leaves({ path: [...path, key], ...(before === undefined ? { after: leaf } : { before: leaf }) });
  });
}

// On one line when it fits, else the value below its name.
function formatChange({ path, before, after }: Change): string[] {
  const name = formatPath(path);
  const [sign, told] = before === undefined
    ? ["+", `= ${value(after)}`]
    : after === undefined
    ? ["-", `(was ${value(before)})`]
    : ["~", `: ${value(before)} -> ${value(after)}`];
  const line = `      ${sign} ${name}${told.startsWith(":") ? "" : " "}${told}`;
  return line.length <= COLUMNS
    ? [line]
    : [`      ${sign} ${name}`, fit(`          ${told.replace(/^: /, "")}`)];
}

function value(json: JsonValue | undefined): string {
  return json === undefined ? "" : stringifyJson(json);
}

function formatOthers(items: readonly ItemReport[]): string[] {
  const groups = Map.groupBy(items, ({ item, outcome }) => `${outcome} ${groupResource(item)}`);
  const counted = [...groups].map(([, group]) => {
    const [first] = group;
    return `${first === undefined ? "" : groupResource(first.item)} ${group.length}`;
  });
  return counted.length === 0 ? [] : ["  seen by no action:", ...wrap(counted.join(", "), 4)];
}

/** A warning or an error, wrapped. */
export function formatNote(word: string, { item, text }: Note): string[] {
  return wrap(`${word}: ${item === undefined ? "" : `${formatPlace(item)}: `}${text}`, 2);
}

/** An item by its resource, namespace and name. */
export function formatPlace(item: ResourceIdentifier): string {
  return `${groupResource(item)} ${item.namespace === "" ? "" : `${item.namespace}/`}${item.name}`;
}

function totals(items: readonly ItemReport[]): string {
  const groups = Map.groupBy(items, (item) => item.outcome);
  return [...groups].map(([outcome, group]) => `${group.length} ${outcome}`).join(", ") || "no items";
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}

function columns(left: string, right: string): string {
  return fit(left.padEnd(COLUMNS - right.length - 1), COLUMNS - right.length - 1) + ` ${right}`;
}

function fit(line: string, width = COLUMNS): string {
  return line.length <= width ? line : `${line.slice(0, width - 3)}...`;
}

/** A paragraph in 100 columns; the lines behind the first are indented further. */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = " ".repeat(indent + 2);
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
