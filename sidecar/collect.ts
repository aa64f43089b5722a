/**
 * What the sidecar knows at one moment: the spool's counters, laid over zeros for every action there is.
 *
 * @module
 */

import { DURATION_BUCKETS, OUTCOMES, REASONS, seriesKey, VERBS } from "./metrics.ts";
import type { SpoolFiles } from "./spool/files.ts";
import { fold, gather } from "./spool/fold.ts";
import { addSnapshot, emptySnapshot, type Snapshot } from "./spool/snapshot.ts";

/** An action as the sidecar lists it. */
export interface ActionName {
  readonly source: string;
  readonly action: string;
  readonly kind: string;
}

/** The state of the spool folder. */
export interface SpoolState {
  /** False when the folder cannot be read; then there are no counters. */
  readonly readable: boolean;
  /** What keeps the sidecar from reading or folding, for people. */
  readonly problem?: string;
  readonly files: number;
  readonly bytes: number;
  readonly discarded: number;
}

/** Counters and the state of their spool. */
export interface View {
  /** Absent when the spool cannot be read: zeros would look like a restart and later be counted twice. */
  readonly snapshot: Snapshot | undefined;
  readonly spool: SpoolState;
}

/** Folds the files of ended processes and adds everything up. Never throws. */
export function collect(files: SpoolFiles, actions: readonly ActionName[]): View {
  let problem: string | undefined;
  try {
    files.makeFolder();
    fold(files);
  } catch (error) {
    problem = `Cannot fold: ${text(error)}`;
  }
  try {
    const { snapshot: counted, listed, discarded } = gather(files);
    const snapshot = zeros(actions);
    addSnapshot(snapshot, counted);
    const bytes = listed.reduce((sum, file) => sum + file.bytes, 0);
    const state = { readable: true, files: listed.length, bytes, discarded };
    return { snapshot, spool: problem === undefined ? state : { ...state, problem } };
  } catch (error) {
    const state = { readable: false, files: 0, bytes: 0, discarded: 0 };
    return { snapshot: undefined, spool: { ...state, problem: `Cannot read: ${text(error)}` } };
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// `increase()` does not see the first count of a series that was not there before, and that may be the one error to alert on.
function zeros(actions: readonly ActionName[]): Snapshot {
  const snapshot = emptySnapshot();
  const { counters, histograms } = snapshot;
  for (const { source, action, kind } of actions) {
    for (const outcome of OUTCOMES) counters.set(seriesKey("executions", source, action, kind, outcome), 0);
    for (const reason of REASONS) counters.set(seriesKey("errors", source, action, kind, reason), 0);
    counters.set(seriesKey("additionalItems", source, action, kind), 0);
    const cells = new Array<number>(DURATION_BUCKETS.length + 2).fill(0);
    histograms.set(seriesKey("duration", source, action, kind), cells);
  }
  for (const verb of VERBS) counters.set(seriesKey("retries", verb), 0);
  for (const metric of ["starts", "imageBytes", "graphNodes"] as const) counters.set(seriesKey(metric), 0);
  return snapshot;
}
