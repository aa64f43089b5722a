/**
 * A view as one row per action and one per run, for people and for `/actions`.
 *
 * @module
 */

import type { ActionName, View } from "./collect.ts";
import { DURATION_BUCKETS, METRICS, seriesKey } from "./metrics.ts";
import { runOf, RUNS } from "./spool/runs.ts";
import type { Note } from "./spool/values.ts";

/** Calls by how they ended. */
interface Outcomes {
  readonly changed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly errors: number;
}

/** An error text and its time. */
export interface ErrorText {
  readonly time: Date;
  readonly text: string;
}

/** What an action did until now. */
export interface ActionRow extends ActionName, Outcomes {
  readonly calls: number;
  readonly additionalItems: number;
  /** Time of all calls together, in seconds. */
  readonly seconds: number;
  /** Calls by the bucket of `DURATION_BUCKETS` that their time falls into, then those that took longer than any. */
  readonly durations: readonly number[];
  /** When it was called last, absent when never. */
  readonly last?: Date;
  readonly lastError?: ErrorText;
}

/** What the actions did in one backup, restore or deletion of a backup. */
export interface RunRow extends Outcomes {
  readonly kind: string;
  /** Empty, like `uid`, when Velero did not say. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When the first call began. */
  readonly begun: Date;
  /** When the last call ended, as far as is known. */
  readonly ended: Date;
  /** From the one to the other, in seconds. */
  readonly seconds: number;
  /** Time of all calls together, in seconds. */
  readonly actionSeconds: number;
  /** Items, each counted once for each action that it went through. */
  readonly items: number;
  /** The first of its errors, at most five. */
  readonly firstErrors: readonly ErrorText[];
}

/** The rows of all actions known or counted, sorted by source, kind and name; empty when the spool cannot be read. */
export function summarize({ snapshot }: View): ActionRow[] {
  if (snapshot === undefined) return [];
  const { counters, histograms, latest, notes } = snapshot;
  const rows = [...histograms].flatMap(([key, cells]): ActionRow[] => {
    const [metric, source = "", action = "", kind = ""] = key.split("\t");
    if (metric !== METRICS.duration.name) return [];
    const labels = [source, action, kind];
    const outcome = (word: string) => counters.get(seriesKey("executions", ...labels, word)) ?? 0;
    const parts = {
      changed: outcome("changed"),
      unchanged: outcome("unchanged"),
      skipped: outcome("skipped"),
      errors: outcome("error"),
    };
    const last = latest.get(seriesKey("lastExecution", ...labels));
    const error = notes.get(["error", ...labels].join("\t"));
    return [{
      source,
      action,
      kind,
      calls: parts.changed + parts.unchanged + parts.skipped + parts.errors,
      ...parts,
      additionalItems: counters.get(seriesKey("additionalItems", ...labels)) ?? 0,
      seconds: (cells[0] ?? 0) / 1e6,
      // Those of another version may have other buckets.
      durations: cells.length === DURATION_BUCKETS.length + 2 ? cells.slice(1) : [],
      ...(last === undefined ? {} : { last: new Date(last * 1000) }),
      ...(error === undefined ? {} : { lastError: errorText(error) }),
    }];
  });
  const order = ({ source, kind, action }: ActionRow) => `${source}\t${kind}\t${action}`;
  return rows.sort((a, b) => order(a) < order(b) ? -1 : 1);
}

/** The latest runs, the one that began last first; empty when the spool cannot be read. */
export function summarizeRuns({ snapshot }: View): RunRow[] {
  const latest = [...snapshot?.runs ?? []].sort(([, a], [, b]) => b.ended - a.ended).slice(0, RUNS);
  const rows = latest.map(([key, run]): RunRow => {
    const [changed = 0, unchanged = 0, skipped = 0, errors = 0] = run.outcomes;
    return {
      ...runOf(key),
      begun: new Date(run.begun),
      ended: new Date(run.ended),
      seconds: (run.ended - run.begun) / 1000,
      actionSeconds: run.microseconds / 1e6,
      items: changed + unchanged + skipped + errors,
      changed,
      unchanged,
      skipped,
      errors,
      firstErrors: run.errors.map(errorText),
    };
  });
  return rows.sort((a, b) => b.begun.getTime() - a.begun.getTime());
}

function errorText({ time, text }: Note): ErrorText {
  return { time: new Date(time), text };
}
