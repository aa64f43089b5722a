/**
 * A report as plain text. What needs a decision stands at the end, where a terminal shows it.
 *
 * @module
 */

import { describeCopy } from "../../images/recorded_copy.ts";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { groupResource } from "../run/resources.ts";
import { hasFailed, type PreviewReport } from "./document.ts";
import { COLUMNS, counted, fit, formatChanges, formatPlace, wrap } from "./lines.ts";
import { type Paint, plain, type Tone } from "./paint.ts";
import type { ActionReport, ItemReport, Note, OperationReport, Outcome, Step } from "./report.ts";
import { hasMore, isQuiet } from "./quiet.ts";
import { visible } from "./visible.ts";
import { titleOf, verdictOf } from "./words.ts";

/** The registered actions, one paragraph per kind. */
export function formatActions(actions: readonly ActionReport[]): string[] {
  return [...Map.groupBy(actions, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
    wrap(`${kind}: ${ofKind.map(({ name }) => name).join(", ")}`, 2)
  );
}

/** Everything that happened: changed items one by one, the others by resource, then what was left out, notes, totals and the verdict. */
export function formatReport(report: PreviewReport, paint: Paint = plain): string[] {
  const { items, warnings, failure, notModelled, operations, verdict } = report;
  // The verdict says why all of it fails.
  const errors = failure === undefined ? report.errors : report.errors.slice(1);
  const told = items.filter((item) => item.outcome !== "skipped" && hasMore(item));
  const left = items.filter(({ outcome }) => outcome === "skipped");
  const others = items.filter((item) => item.outcome !== "skipped" && !hasMore(item));
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", paint("strong", title), ...lines];
  return [
    ...wrap(titleOf(report), 0).map((line) => paint("strong", line)),
    ...section(`In detail (${told.length})`, told.flatMap((item) => formatItem(item, paint))),
    ...section(`Unchanged (${others.length})`, formatOthers(others)),
    ...section(`Left out (${left.length})`, formatLeft(left, paint)),
    ...section("Written to the cluster by actions", effects(items)),
    ...section("Operations", operations.flatMap((operation) => formatOperation(operation, paint))),
    ...section(
      `Not modelled: what Velero would also do (${notModelled.length})`,
      notModelled.flatMap(formatNote),
    ),
    ...section(
      `Warnings (${warnings.length})`,
      warnings.flatMap(formatNote).map((line) => paint("warn", line)),
    ),
    ...section(
      `Errors (${errors.length})`,
      errors.flatMap(formatNote).map((line) => paint("bad", line)),
    ),
    "",
    ...(failure === undefined ? wrap(totals(report), 0) : []),
    ...(notModelled.length === 0 ? [] : [
      `Not counted: ${counted(notModelled.length, "thing")} that a preview cannot show; see «Not modelled».`,
    ]),
    ...wrap(verdictOf(report), 0).map((line) => paint(VERDICTS[verdict], line)),
  ];
}

const VERDICTS = { fine: "good", warnings: "warn", fails: "bad" } as const;

const TONES: Readonly<Record<Outcome, Tone>> = {
  stored: "good",
  created: "good",
  updated: "changed",
  exists: "warn",
  skipped: "warn",
  failed: "bad",
};

function formatItem(report: ItemReport, paint: Paint): string[] {
  const { item, target, askedBy, steps, outcome, reason, differences } = report;
  const lines = [columns(`  ${placed(item, target)}`, outcome, TONES[outcome], paint)];
  if (askedBy !== undefined) {
    const text = `asked for by ${formatPlace(askedBy.item)} (${askedBy.action})`;
    lines.push(...wrap(text, 4).map((line) => paint("soft", line)));
  }
  if (reason !== undefined && !steps.some(({ error }) => error !== undefined && reason.includes(error))) {
    lines.push(...wrap(`because ${reason}`, 4).map((line) => paint(TONES[outcome], line)));
  }
  const found = formatChanges(differences ?? [], 6, paint);
  if (found.length > 0) lines.push("    from the cluster's object to the backup's:", ...found);
  const quiet = steps.filter(isQuiet);
  return [
    ...lines,
    ...steps.filter((step) => !isQuiet(step)).flatMap((step) => formatStep(step, paint)),
    ...(quiet.length === 0 ? [] : [paint("soft", fit(`    no change by ${nameOrCount(quiet)}`))]),
  ];
}

function nameOrCount([first, ...more]: readonly Step[]): string {
  return more.length === 0 ? visible(first?.action ?? "") : `${more.length + 1} other actions`;
}

function formatStep(step: Step, paint: Paint): string[] {
  const { action, changes, remarks = [], additionalItems, mustInclude, effects = [], imageCopies = [] } =
    step;
  const past = mustInclude ? ", past the filters" : "";
  const asked = additionalItems.flatMap(({ reason, ...item }) =>
    wrap(`asks for ${formatPlace(item)}${reason === undefined ? past : ` (${reason}${past})`}`, 6)
  );
  return [
    fit(`    ${visible(action)}`),
    // What it has changed is seen; the words of warnings and errors stand below the items.
    ...remarks.filter(({ level }) => level === "info" && changes.length === 0)
      .flatMap(({ text }) => wrap(text, 6)).map((line) => paint("soft", line)),
    ...formatChanges(changes, 6, paint),
    ...asked,
    ...effects.flatMap(({ verb, item, changes }) => [
      fit(`      would ${verb} ${formatPlace(item)} in the cluster`),
      ...formatChanges(changes, 8, paint),
    ]),
    ...imageCopies.flatMap((copy) => wrap(visible(describeCopy(copy)), 6)),
    ...(step.operationID === undefined ? [] : wrap(`began operation ${step.operationID}`, 6)),
    ...(step.ready === undefined ? [] : [`      additional items ${step.ready ? "are" : "were not"} ready`]),
    ...(step.error === undefined ? [] : wrap(`failed: ${step.error}`, 6).map((line) => paint("bad", line))),
  ];
}

// Names of the first few, by resource.
const NAMES = 12;

function formatOthers(items: readonly ItemReport[]): string[] {
  const groups = Map.groupBy(items, ({ item }) => groupResource(item));
  return [...groups].toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(([resource, group]) => {
    const names = group.slice(0, NAMES).map(({ item: { namespace, name } }) =>
      namespace === "" ? name : `${namespace}/${name}`
    );
    const more = group.length > NAMES ? ` and ${group.length - NAMES} more` : "";
    return wrap(`${group.length} ${resource}: ${names.join(", ")}${more}`, 2);
  });
}

function formatLeft(items: readonly ItemReport[], paint: Paint): string[] {
  const why = ({ reason = "", steps }: ItemReport) => {
    const action = steps.at(-1)?.action;
    return action === undefined || reason.includes(action) ? reason : `${reason} (${action})`;
  };
  return [...Map.groupBy(items, why)].flatMap(([reason, group]) => [
    ...group.slice(0, NAMES).map(({ item }) => fit(`  ${formatPlace(item)}`)),
    ...(group.length > NAMES ? [`  and ${group.length - NAMES} more`] : []),
    ...wrap(reason, 4).map((line) => paint("soft", line)),
  ]);
}

function effects(items: readonly ItemReport[]): string[] {
  return items.flatMap(({ item, steps }) =>
    steps.flatMap(({ action, effects = [] }) =>
      effects.flatMap((effect) =>
        wrap(`${effect.verb} ${formatPlace(effect.item)}, by ${action} for ${formatPlace(item)}`, 2)
      )
    )
  );
}

function formatOperation(operation: OperationReport, paint: Paint): string[] {
  const { item, action, operationID, progress, error } = operation;
  const state = error ?? progress?.error ??
    (progress?.completed ? "completed" : progress?.description || "going on");
  const lines = wrap(`${operationID} of ${action} for ${formatPlace(item)}: ${state}`, 2);
  return hasFailed(operation) ? lines.map((line) => paint("bad", line)) : lines;
}

function formatNote({ item, action, text }: Note): string[] {
  const said = `${item === undefined ? "" : `${formatPlace(item)}: `}${text}`;
  return wrap(`${said}${action === undefined ? "" : ` (${action})`}`, 2);
}

function totals({ totals, items }: PreviewReport): string {
  const calls = items.flatMap(({ steps }) => steps).reduce((sum, step) => sum + step.milliseconds, 0);
  return `${counted(totals.items, "item")}, ${totals.changed} changed by actions; ` +
    `${counted(totals.warnings, "warning")}, ${counted(totals.errors, "error")}; ` +
    `${counted(totals.calls, "call")} of actions in ${ms(calls)}`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}

function placed(item: ResourceIdentifier, target: string | undefined): string {
  return formatPlace(item) + (target === undefined ? "" : ` -> ${visible(target)}`);
}

function columns(left: string, right: string, tone: Tone, paint: Paint): string {
  const width = COLUMNS - right.length - 1;
  return `${paint("strong", fit(left, width))}${" ".repeat(Math.max(0, width - left.length))} ${
    paint(tone, right)
  }`;
}
