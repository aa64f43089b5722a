/**
 * The counters of one process, or of many added up.
 *
 * Everything in a snapshot only grows: counters, buckets and runs are added, timestamps and texts are replaced by newer ones. So adding
 * snapshots in any order and grouping gives the same result. Times are whole microseconds, because sums of floating point numbers
 * would depend on the order.
 *
 * @module
 */

import { addRuns, isRun, type Run } from "./runs.ts";
import { areAmounts, isAmount, isNote, isRecord, type Note } from "./values.ts";

/** Counters by series key (see `seriesKey` in metrics.ts). */
export interface Snapshot {
  readonly counters: Map<string, number>;
  /** Sum in microseconds, then the count of each bucket (not cumulative), the last one without upper bound. */
  readonly histograms: Map<string, number[]>;
  /** Seconds since 1970; the greatest wins. */
  readonly latest: Map<string, number>;
  /** Last error of an action (`error`, source, action, kind) and the last build (`build`); the newest wins. */
  readonly notes: Map<string, Note>;
  /** Backups, restores and deletions by key (see `runOf` in runs.ts). */
  readonly runs: Map<string, Run>;
}

/** A snapshot of nothing. */
export function emptySnapshot(): Snapshot {
  return { counters: new Map(), histograms: new Map(), latest: new Map(), notes: new Map(), runs: new Map() };
}

/** Adds `other` to `target`. */
export function addSnapshot(target: Snapshot, other: Snapshot): void {
  for (const [key, value] of other.counters) {
    target.counters.set(key, (target.counters.get(key) ?? 0) + value);
  }
  for (const [key, cells] of other.histograms) {
    const own = target.histograms.get(key);
    if (own?.length !== cells.length) target.histograms.set(key, [...cells]);
    else for (const [at, cell] of cells.entries()) own[at] = (own[at] ?? 0) + cell;
  }
  for (const [key, value] of other.latest) {
    target.latest.set(key, Math.max(target.latest.get(key) ?? 0, value));
  }
  for (const [key, note] of other.notes) {
    if ((target.notes.get(key)?.time ?? -1) <= note.time) target.notes.set(key, note);
  }
  addRuns(target.runs, other.runs);
}

/** A snapshot as plain JSON. */
export function toJson(snapshot: Snapshot): unknown {
  return Object.fromEntries(Object.entries(snapshot).map(([part, map]) => [part, Object.fromEntries(map)]));
}

/**
 * Reads what {@link toJson} wrote.
 *
 * @throws {TypeError} when the value is anything else.
 */
export function fromJson(value: unknown): Snapshot {
  const part = <T>(name: keyof Snapshot, check: (entry: unknown) => entry is T): Map<string, T> => {
    const map = isRecord(value) ? value[name] : undefined;
    if (!isRecord(map)) throw new TypeError(`Snapshot has no object "${name}"`);
    return new Map(
      Object.entries(map).map(([key, entry]) => {
        if (!check(entry)) throw new TypeError(`Snapshot has a wrong value in "${name}"`);
        return [key, entry];
      }),
    );
  };
  return {
    counters: part("counters", isAmount),
    histograms: part("histograms", areAmounts),
    latest: part("latest", isAmount),
    notes: part("notes", isNote),
    // The first versions of the plugin wrote none.
    runs: isRecord(value) && value.runs === undefined ? new Map() : part("runs", isRun),
  };
}
