/**
 * What the actions did in each backup, restore and deletion.
 *
 * Several processes may belong to one run: Velero starts the plugin anew after a crash, for the finaliser of a backup, and for each
 * look at an operation (protocol 4.10 and 4.11). They all know the run by the same key, and are added up like everything else here.
 *
 * @module
 */

import type { Execution, RunName } from "../../actions/runner/observer.ts";
import { OUTCOMES } from "../metrics.ts";
import { areAmounts, isAmount, isNote, isRecord, type Note, shortNote } from "./values.ts";

/** One run as far as its actions tell it. */
export interface Run {
  /** When the first call began, in milliseconds since 1970. */
  begun: number;
  /** When the last call ended, likewise. */
  ended: number;
  /** Time of all calls together. */
  microseconds: number;
  /** Calls by outcome, in the order of `OUTCOMES`. */
  outcomes: number[];
  /** The first errors. */
  errors: Note[];
}

/** So many runs are kept: those in which something happened last. */
export const RUNS = 50;

/** So many errors of a run are kept; Velero's own log of the run has all. */
export const RUN_ERRORS = 5;

/** Counts a call that ended now. */
export function countRun(runs: Map<string, Run>, call: Execution, now: number): void {
  if (call.run === undefined) return;
  const key = keyOf(call.run);
  const begun = Math.max(0, now - Math.round(call.seconds * 1000));
  let run = runs.get(key);
  if (run === undefined) {
    run = { begun, ended: now, microseconds: 0, outcomes: OUTCOMES.map(() => 0), errors: [] };
    runs.set(key, run);
    dropOldRuns(runs);
  }
  run.begun = Math.min(run.begun, begun);
  run.ended = Math.max(run.ended, now);
  run.microseconds += Math.round(call.seconds * 1e6);
  const at = OUTCOMES.indexOf(call.outcome);
  run.outcomes[at] = (run.outcomes[at] ?? 0) + 1;
  if (call.error !== undefined && run.errors.length < RUN_ERRORS) {
    run.errors.push(shortNote(now, call.error));
  }
}

/** Adds `other` to `target`, without a bound: what is kept is decided when all is added up. */
export function addRuns(target: Map<string, Run>, other: ReadonlyMap<string, Run>): void {
  for (const [key, run] of other) {
    const own = target.get(key);
    if (own === undefined) {
      target.set(key, { ...run, outcomes: [...run.outcomes] });
      continue;
    }
    own.begun = Math.min(own.begun, run.begun);
    own.ended = Math.max(own.ended, run.ended);
    own.microseconds += run.microseconds;
    own.outcomes = own.outcomes.map((count, at) => count + (run.outcomes[at] ?? 0));
    own.errors = [...own.errors, ...run.errors].sort(byTime).slice(0, RUN_ERRORS);
  }
}

// By text at the same time, so that the order in which files are added does not matter.
function byTime(a: Note, b: Note): number {
  return a.time - b.time || Number(a.text > b.text) - Number(a.text < b.text);
}

/** Keeps the {@link RUNS} in which something happened last. */
export function dropOldRuns(runs: Map<string, Run>): void {
  if (runs.size <= RUNS) return;
  const order = [...runs].sort(([a, one], [b, other]) => other.ended - one.ended || (a < b ? -1 : 1));
  for (const [key] of order.slice(RUNS)) runs.delete(key);
}

/** True for what {@link countRun} makes. */
export function isRun(value: unknown): value is Run {
  if (!isRecord(value)) return false;
  const { begun, ended, microseconds, outcomes, errors } = value;
  return [begun, ended, microseconds].every(isAmount) && areAmounts(outcomes) &&
    outcomes.length === OUTCOMES.length && Array.isArray(errors) && errors.every(isNote);
}

function keyOf({ kind, namespace, name, uid }: RunName): string {
  return `${kind}\t${namespace}\t${name}\t${uid}`;
}

/** The run behind a key of {@link countRun}. */
export function runOf(key: string): RunName {
  const [kind = "", namespace = "", name = "", uid = ""] = key.split("\t");
  return { kind: kind as RunName["kind"], namespace, name, uid };
}
