/**
 * Names and contents of the files in the spool.
 *
 * | file | holds |
 * | --- | --- |
 * | `ID.json` | everything one process has counted; that process holds a lock on it as long as it lives |
 * | `totals.json` | the sum of the processes that ended |
 * | `fold.lock` | empty; locked by whoever adds ended processes to the totals |
 * | `*.tmp` | the next version of one of the first two |
 *
 * @module
 */

import { emptySnapshot, fromJson, type Snapshot, toJson } from "./snapshot.ts";
import { isRecord } from "./values.ts";

/** Of both kinds of files. A file of another format is not read. */
export const FORMAT = 1;

/** Name of the sum of all ended processes. */
export const TOTALS = "totals.json";
/** Its next version. */
export const TOTALS_TEMPORARY = "totals.tmp";
/** Where totals that cannot be read are put aside; one is kept. */
export const TOTALS_BROKEN = "totals.broken";
/** Locked while processes are added to the totals. */
export const FOLD_LOCK = "fold.lock";

const PROCESS_FILE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/;
const PROCESS_TEMPORARY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** The process whose file this is, `undefined` when it is none. */
export function processOf(name: string): string | undefined {
  return PROCESS_FILE.exec(name)?.[1];
}

/** True for the next version of a process's file. */
export function isProcessTemporary(name: string): boolean {
  return PROCESS_TEMPORARY.test(name);
}

/** The sum of ended processes. */
export interface Totals {
  /** Other at each writing, so that a reader notices a new version. */
  readonly version: string;
  /** Processes that are in `snapshot` although their file may still be there. */
  readonly folded: readonly string[];
  /** Files that could not be read and were removed. */
  readonly discarded: number;
  readonly snapshot: Snapshot;
}

/** Totals before anything was folded. */
export function noTotals(): Totals {
  return { version: "", folded: [], discarded: 0, snapshot: emptySnapshot() };
}

/** Writes the file of a process. */
export function formatProcess(snapshot: Snapshot): string {
  return JSON.stringify({ format: FORMAT, snapshot: toJson(snapshot) });
}

/** Reads the file of a process; `undefined` when it is torn or of another format. */
export function parseProcess(text: string): Snapshot | undefined {
  return parse(text, ({ snapshot }) => fromJson(snapshot));
}

/** Writes the totals. */
export function formatTotals({ snapshot, ...rest }: Totals): string {
  return JSON.stringify({ format: FORMAT, ...rest, snapshot: toJson(snapshot) });
}

/** Reads the totals; `undefined` when they are torn or of another format. */
export function parseTotals(text: string): Totals | undefined {
  return parse(text, ({ version, folded, discarded, snapshot }) => {
    if (typeof version !== "string" || typeof discarded !== "number" || !Array.isArray(folded)) {
      throw new TypeError("Totals lack a field");
    }
    return { version, folded: folded.map(String), discarded, snapshot: fromJson(snapshot) };
  });
}

const TOTALS_HEAD = /^\{"format":\d+,"version":"[0-9a-f-]{36}"/;

/** So many bytes of the totals are enough for {@link versionOf}. */
export const TOTALS_HEAD_BYTES = 64;

/** What tells two versions of the totals from each other, by their beginning; `undefined` when they are damaged. */
export function versionOf(totals: string | undefined): string | undefined {
  return TOTALS_HEAD.exec(totals ?? "")?.[0];
}

function parse<T>(text: string, read: (value: Record<string, unknown>) => T): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value.format === FORMAT ? read(value) : undefined;
  } catch {
    return undefined;
  }
}
