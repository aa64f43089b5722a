/**
 * Two runs of the same input with different plugins, and where their results differ.
 *
 * @module
 */

import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { isObject } from "../../objects/json.ts";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { differences } from "../report/differences.ts";
import type { Change } from "../report/diff.ts";
import type { ItemReport, RunReport } from "../report/report.ts";
import { groupResource } from "./resources.ts";

/** What one plugin made of the input. */
export interface ComparedRun {
  readonly report: RunReport;
  /** The objects that came out, by `resource.group/namespace/name`: stored in the backup, or in the cluster after the restore. */
  readonly objects: ReadonlyMap<string, JsonObject>;
}

/** One item whose result differs. */
export interface Difference {
  readonly item: ResourceIdentifier;
  /** What became of it in each run; `absent` when the run never met it, `written` when an action wrote it. */
  readonly outcomes: readonly [first: string, second: string];
  /** Why, where the outcomes differ. */
  readonly reasons: readonly [first: string | undefined, second: string | undefined];
  /** From the first run's object to the second's. */
  readonly changes: readonly Change[];
  /** Items that only one of them asked for. */
  readonly onlyFirstAsks: readonly string[];
  readonly onlySecondAsks: readonly string[];
}

/** Everything that differs, by place. Equal results by different actions are no difference. */
export function compareRuns(first: ComparedRun, second: ComparedRun): Difference[] {
  const [one, two] = [byPlace(first), byPlace(second)];
  const keys = new Set([...one.keys(), ...two.keys(), ...first.objects.keys(), ...second.objects.keys()]);
  return [...keys].sort().flatMap((key) => {
    const [a, b] = [one.get(key), two.get(key)];
    const outcomes = [outcomeOf(key, a, first), outcomeOf(key, b, second)] as const;
    const same = outcomes[0] === outcomes[1];
    const [asksA, asksB] = [asks(a), asks(b)];
    const found: Difference = {
      item: (a ?? b)?.item ?? itemOf(key),
      outcomes,
      reasons: same ? [undefined, undefined] : [a?.reason, b?.reason],
      changes: differences(withoutChance(first.objects.get(key)), withoutChance(second.objects.get(key))),
      onlyFirstAsks: [...asksA.difference(asksB)].sort(),
      onlySecondAsks: [...asksB.difference(asksA)].sort(),
    };
    const equal = same && found.changes.length === 0 && found.onlyFirstAsks.length === 0 &&
      found.onlySecondAsks.length === 0;
    return equal ? [] : [found];
  });
}

// An item of a restore stands at its place in the target.
function byPlace({ report }: ComparedRun): Map<string, ItemReport> {
  return new Map(report.items.map((item) => {
    const { target = item.item.namespace } = item;
    return [keyOf({ ...item.item, namespace: target }), item];
  }));
}

function asks(report: ItemReport | undefined): Set<string> {
  return new Set(report?.steps.flatMap((step) => step.additionalItems.map(keyOf)));
}

function keyOf(item: ResourceIdentifier): string {
  return `${groupResource(item)}/${item.namespace}/${item.name}`;
}

function itemOf(key: string): ResourceIdentifier {
  const [full = "", namespace = "", name = ""] = key.split("/");
  const dot = full.indexOf(".");
  const [resource, group] = dot < 0 ? [full, ""] : [full.slice(0, dot), full.slice(dot + 1)];
  return { group, resource, namespace, name };
}

// An object without an item was written by an action, or is a namespace, which Velero makes unseen.
function outcomeOf(key: string, report: ItemReport | undefined, { objects }: ComparedRun): string {
  return report?.outcome ?? (objects.has(key) ? "written" : "absent");
}

// A cluster fills these in anew each time.
function withoutChance(object: JsonObject | undefined): JsonObject | undefined {
  if (object === undefined || !isObject(object.metadata)) return object;
  const { uid: _u, resourceVersion: _r, creationTimestamp: _c, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as Record<string, JsonValue> };
}
