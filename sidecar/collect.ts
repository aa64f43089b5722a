/**
 * What the sidecar knows at one moment: the spool's counters, laid over zeros for every action there is.
 *
 * @module
 */

import { ALERTED_REASONS, DURATION_BUCKETS, OUTCOMES, seriesKey, VERBS } from "./metrics.ts";
import type { SpoolFiles } from "./spool/files.ts";
import { addUp, fold, readSpool, type SpoolTexts } from "./spool/fold.ts";
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

/**
 * Makes the function that folds the files of ended processes and adds everything up; it never throws.
 *
 * As long as nothing changes it gives the very same view, so that what was made of it can be kept: plugin processes run a few times a
 * day, a scraper comes twice a minute.
 */
export function createCollector(files: SpoolFiles, actions: readonly ActionName[]): () => View {
  let last: { texts: SpoolTexts; problem: string | undefined; view: View } | undefined;
  return () => {
    const problem = tryFold(files);
    let texts;
    try {
      texts = readSpool(files, last?.texts);
    } catch (error) {
      const state = { readable: false, files: 0, bytes: 0, discarded: 0 };
      return { snapshot: undefined, spool: { ...state, problem: `Cannot read: ${text(error)}` } };
    }
    if (last === undefined || last.problem !== problem || !same(last.texts, texts)) {
      last = { texts, problem, view: viewOf(texts, actions, problem) };
    }
    return last.view;
  };
}

function same(a: SpoolTexts, b: SpoolTexts): boolean {
  return a.totals === b.totals && a.listed.length === b.listed.length &&
    a.processes.length === b.processes.length &&
    a.listed.every(({ name, bytes }, at) => b.listed[at]?.name === name && b.listed[at]?.bytes === bytes) &&
    a.processes.every(({ id, text }, at) => b.processes[at]?.id === id && b.processes[at]?.text === text);
}

/** @returns what keeps it from folding. */
function tryFold(files: SpoolFiles): string | undefined {
  try {
    files.makeFolder();
    fold(files);
    return undefined;
  } catch (error) {
    return `Cannot fold: ${text(error)}`;
  }
}

function viewOf(texts: SpoolTexts, actions: readonly ActionName[], problem: string | undefined): View {
  const { snapshot: counted, discarded } = addUp(texts);
  const snapshot = zeros(actions);
  addSnapshot(snapshot, counted);
  const { listed } = texts;
  const bytes = listed.reduce((sum, file) => sum + file.bytes, 0);
  const spool = { readable: true, files: listed.length, bytes, discarded };
  return { snapshot, spool: problem === undefined ? spool : { ...spool, problem } };
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
    for (const reason of ALERTED_REASONS) counters.set(seriesKey("errors", source, action, kind, reason), 0);
    counters.set(seriesKey("additionalItems", source, action, kind), 0);
    const cells = new Array<number>(DURATION_BUCKETS.length + 2).fill(0);
    histograms.set(seriesKey("duration", source, action, kind), cells);
  }
  for (const verb of VERBS) counters.set(seriesKey("retries", verb), 0);
  for (const metric of ["starts", "imageBytes", "graphNodes", "fileSystemBackups"] as const) {
    counters.set(seriesKey(metric), 0);
  }
  return snapshot;
}
