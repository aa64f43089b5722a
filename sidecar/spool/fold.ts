/**
 * Adds ended processes to the totals, so that the spool stays small.
 *
 * Exact whatever is killed when: the totals are replaced in one step by a version that holds the counts of the ended processes *and*
 * names them; a file whose process is named there does not count any more, so it does not matter when it is removed. A name is dropped
 * only after its file is gone.
 *
 * @module
 */

import type { Listed, OpenFile, SpoolFiles } from "./files.ts";
import {
  FOLD_LOCK,
  formatTotals,
  isProcessTemporary,
  noTotals,
  parseProcess,
  parseTotals,
  processOf,
  TOTALS,
  type Totals,
  TOTALS_BROKEN,
  TOTALS_HEAD_BYTES,
  TOTALS_TEMPORARY,
  versionOf,
} from "./format.ts";
import { dropOldRuns } from "./runs.ts";
import { addSnapshot, type Snapshot } from "./snapshot.ts";

/**
 * Folds all ended processes.
 *
 * @returns false when another process is at it, or locks do not exist here; nothing was changed then.
 * @throws what the file system says, for example when it is full or read-only. The counts are as they were.
 */
export function fold(files: SpoolFiles): boolean {
  const lock = files.open(FOLD_LOCK, "make");
  try {
    if (lock?.tryLock() !== "locked") return false;
    foldLocked(files);
    return true;
  } finally {
    lock?.close();
  }
}

function foldLocked(files: SpoolFiles): void {
  const ended: { name: string; id: string; text: string }[] = [];
  for (const { name } of files.list()) {
    if (isProcessTemporary(name)) removeAbandoned(files, name);
    const id = processOf(name);
    const text = id === undefined ? undefined : readEnded(files, name);
    if (id !== undefined && text !== undefined) ended.push({ name, id, text });
  }
  // As almost always: the totals are not even read.
  if (ended.length === 0) return;
  const { totals, broken } = readTotals(files);
  const before = new Set(totals.folded);
  const added = ended.filter(({ id }) => !before.has(id));
  let discarded = totals.discarded + (broken ? 1 : 0);
  for (const { text } of added) {
    const snapshot = parseProcess(text);
    if (snapshot === undefined) discarded++;
    else addSnapshot(totals.snapshot, snapshot);
  }
  if (added.length > 0 || broken) {
    dropOldRuns(totals.snapshot.runs);
    const folded = ended.map(({ id }) => id);
    replaceTotals(files, { version: crypto.randomUUID(), folded, discarded, snapshot: totals.snapshot });
  }
  for (const { name } of ended) files.remove(name);
}

// Totals that cannot be read are put aside: their counts are lost, and the count of discarded files says so.
function readTotals(files: SpoolFiles): { totals: Totals; broken: boolean } {
  const text = readText(files, TOTALS);
  if (text === undefined) return { totals: noTotals(), broken: false };
  const totals = parseTotals(text);
  if (totals !== undefined) return { totals, broken: false };
  files.rename(TOTALS, TOTALS_BROKEN);
  return { totals: noTotals(), broken: true };
}

function replaceTotals(files: SpoolFiles, totals: Totals): void {
  const file = files.open(TOTALS_TEMPORARY, "make");
  try {
    file?.write(formatTotals(totals));
    // Files are removed next; their counts must not exist in a write-back cache only.
    file?.sync();
  } finally {
    file?.close();
  }
  files.rename(TOTALS_TEMPORARY, TOTALS);
}

/** The text of a file whose process has ended, `undefined` while it lives. */
function readEnded(files: SpoolFiles, name: string): string | undefined {
  return withEnded(files, name, (file) => file.read());
}

function removeAbandoned(files: SpoolFiles, name: string): void {
  withEnded(files, name, () => files.remove(name));
}

function withEnded<T>(files: SpoolFiles, name: string, use: (file: OpenFile) => T): T | undefined {
  const file = files.open(name, "read");
  if (file === undefined) return undefined;
  try {
    // A live process may have put a new file in place since it was opened; then this lock is on the old one.
    if (file.tryLock() !== "locked" || files.inode(name) !== file.inode()) return undefined;
    return use(file);
  } finally {
    file.close();
  }
}

function readText(files: SpoolFiles, name: string, bytes?: number): string | undefined {
  const file = files.open(name, "read");
  try {
    return file?.read(bytes);
  } finally {
    file?.close();
  }
}

/** Everything in the spool as it stands there, at one moment. */
export interface SpoolTexts {
  readonly totals: string | undefined;
  /** The files of processes. */
  readonly processes: readonly { readonly id: string; readonly text: string }[];
  readonly listed: readonly Listed[];
}

const ATTEMPTS = 20;

/**
 * Reads totals and files without changing anything, so it needs no lock.
 *
 * The files are read between two looks at the totals. When the totals were replaced meanwhile, a file may be counted twice or not at
 * all, so it begins anew. What is looked at is their version, at the beginning: a scraper comes for ever, and the whole text would be
 * garbage each time. For the same reason totals that are as they were `before` are not read again.
 *
 * @throws what the file system says, `Deno.errors.NotFound` when there is no folder.
 */
export function readSpool(files: SpoolFiles, before?: SpoolTexts): SpoolTexts {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const totals = isNow(files, before?.totals) ? before?.totals : readText(files, TOTALS);
    const listed = files.list();
    const processes = listed.flatMap(({ name }) => {
      const id = processOf(name);
      const text = id === undefined ? undefined : readText(files, name);
      return id === undefined || text === undefined ? [] : [{ id, text }];
    });
    if (isNow(files, totals)) return { totals, processes, listed };
  }
  throw new Error(`Cannot read the spool: its totals changed ${ATTEMPTS} times meanwhile`);
}

/** True when the totals are this text, or are absent and this is `undefined`. */
function isNow(files: SpoolFiles, totals: string | undefined): boolean {
  const head = readText(files, TOTALS, TOTALS_HEAD_BYTES);
  if (head === undefined || totals === undefined) return head === totals;
  // Damaged ones have no version, and are soon put aside.
  return (versionOf(head) ?? readText(files, TOTALS)) === (versionOf(totals) ?? totals);
}

/** Everything in the spool, added up. */
export interface Gathered {
  readonly snapshot: Snapshot;
  readonly discarded: number;
}

/** Adds up totals and files; what cannot be read is left out. */
export function addUp({ totals, processes }: SpoolTexts): Gathered {
  const { snapshot, folded, discarded } = totals === undefined
    ? noTotals()
    : parseTotals(totals) ?? noTotals();
  const done = new Set(folded);
  for (const { id, text } of processes) {
    const own = done.has(id) ? undefined : parseProcess(text);
    if (own !== undefined) addSnapshot(snapshot, own);
  }
  return { snapshot, discarded };
}

/** Reads and adds up. */
export function gather(files: SpoolFiles): Gathered {
  return addUp(readSpool(files));
}
