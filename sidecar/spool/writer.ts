/**
 * Counts what one plugin process does and keeps it in the spool.
 *
 * The process's file holds everything counted so far and is replaced as a whole. It is written at most once a second while there is
 * something new, and at the end. Counting never fails an action: when the folder cannot be written there is one warning.
 *
 * @module
 */

import type { Execution } from "../../actions/runner/observer.ts";
import { DURATION_BUCKETS, type MetricKey, seriesKey, VERBS } from "../metrics.ts";
import { type Listed, type OpenFile, type SpoolFiles, spoolFiles } from "./files.ts";
import { fold } from "./fold.ts";
import { formatProcess } from "./format.ts";
import { countRun } from "./runs.ts";
import { emptySnapshot } from "./snapshot.ts";
import { shortNote } from "./values.ts";

/** What a spool is made of. */
export interface SpoolOptions {
  /** The folder; made when it is not there. */
  readonly dir: string;
  /** Version of this program. */
  readonly version: string;
  /** Gets the one warning when counters cannot be kept. */
  readonly warn: (message: string) => void;
  /** For tests: another folder. */
  readonly files?: SpoolFiles;
  /** For tests: milliseconds since 1970. */
  readonly now?: () => number;
  /** For tests: the process's own name in the spool. */
  readonly id?: string;
}

/** Gets what the live cluster does. */
export interface ClusterObserver {
  /** A request that ended; status 0 when there was no answer. */
  request(verb: string, status: number): void;
  /** A request that is sent again. */
  retry(verb: string): void;
}

/** The counters of one process. */
export interface Spool {
  /** For the runner. */
  observer(execution: Execution): void;
  /** For the live cluster. */
  readonly clusterObserver: ClusterObserver;
  /** For what actions count themselves. */
  count(metric: MetricKey, labels?: readonly string[], amount?: number): void;
  /** Writes what is not written yet, at once. For the end of the process; it may be called more than once. */
  flush(): void;
}

const WRITE_EVERY_MS = 1000;

// Without a sidecar each process that ends leaves a file, so the next ones fold them; see `makeRoom`.
const FOLD_ABOVE_FILES = 12;
const FOLD_ABOVE_BYTES = 512 * 1024;
const FULL_BYTES = 896 * 1024;

/** Starts counting; the start of the process is the first count. Nothing is read or written yet. */
export function createSpool(options: SpoolOptions): Spool {
  const { warn, version, files = spoolFiles(options.dir), now = Date.now, id = crypto.randomUUID() } =
    options;
  const snapshot = emptySnapshot();
  let changed = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let warned = false;
  let roomMade = false;
  // The last file written, kept open for its lock: it says that this process lives.
  let own: OpenFile | undefined;

  const add = (metric: MetricKey, labels: readonly string[], amount: number) => {
    const key = seriesKey(metric, ...labels);
    snapshot.counters.set(key, (snapshot.counters.get(key) ?? 0) + amount);
  };
  add("starts", [], 1);
  snapshot.notes.set("build", { time: now(), text: `${version}\t${Deno.version.deno}` });

  function write(): void {
    if (!roomMade) makeRoom(files);
    roomMade = true;
    own = writeFile(files, id, formatProcess(snapshot), own);
    changed = false;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!changed) return;
    try {
      write();
    } catch (error) {
      if (warned) return;
      warned = true;
      const reason = error instanceof Error ? error.message : String(error);
      warn(`Cannot keep counters in ${options.dir}, the actions go on without: ${reason}`);
    }
  }

  function touch(): void {
    changed = true;
    if (timer !== undefined) return;
    timer = setTimeout(flush, WRITE_EVERY_MS);
    // The process must not live longer for its counters; it flushes them at its end.
    Deno.unrefTimer(timer);
  }

  return {
    observer(execution) {
      const { source, action, kind, outcome, seconds, additionalItems, reason, error } = execution;
      const labels = [source, action, kind];
      add("executions", [...labels, outcome], 1);
      add("additionalItems", labels, additionalItems);
      if (reason !== undefined) add("errors", [...labels, reason], 1);
      observe(snapshot.histograms, seriesKey("duration", ...labels), seconds);
      const time = now();
      snapshot.latest.set(seriesKey("lastExecution", ...labels), time / 1000);
      if (error !== undefined) {
        snapshot.notes.set(["error", ...labels].join("\t"), shortNote(time, error));
      }
      countRun(snapshot.runs, execution, time);
      touch();
    },
    clusterObserver: {
      request(verb, status) {
        add("requests", [known(verb), String(status)], 1);
        touch();
      },
      retry(verb) {
        add("retries", [known(verb)], 1);
        touch();
      },
    },
    count(metric, labels = [], amount = 1) {
      add(metric, labels, amount);
      touch();
    },
    flush,
  };
}

function known(verb: string): string {
  return (VERBS as readonly string[]).includes(verb) ? verb : "other";
}

function observe(histograms: Map<string, number[]>, key: string, seconds: number): void {
  let cells = histograms.get(key);
  if (cells === undefined) histograms.set(key, cells = new Array(DURATION_BUCKETS.length + 2).fill(0));
  const bucket = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
  const at = 1 + (bucket === -1 ? DURATION_BUCKETS.length : bucket);
  cells[0] = (cells[0] ?? 0) + Math.round(seconds * 1e6);
  cells[at] = (cells[at] ?? 0) + 1;
}

// Once per process, before its first write. Files of living processes cannot be folded, nor can any without locks.
function makeRoom(files: SpoolFiles): void {
  files.makeFolder();
  const size = (listed: readonly Listed[]) => listed.reduce((sum, { bytes }) => sum + bytes, 0);
  const before = files.list();
  if (before.length <= FOLD_ABOVE_FILES && size(before) <= FOLD_ABOVE_BYTES) return;
  try {
    fold(files);
  } catch {
    // Not being able to fold is no reason not to write, as long as there is room.
  }
  const bytes = size(files.list());
  if (bytes > FULL_BYTES) throw new Error(`it holds ${bytes} bytes that cannot be folded`);
}

const ATTEMPTS = 3;

/** Replaces the process's file in one step and gives the new one, locked; closes the one before. */
function writeFile(
  files: SpoolFiles,
  id: string,
  text: string,
  before: OpenFile | undefined,
): OpenFile | undefined {
  for (let attempt = 1;; attempt++) {
    try {
      const file = placeFile(files, id, text);
      before?.close();
      return file;
    } catch (error) {
      // A fold may take a temporary file that is not locked yet for one of a killed process and remove it.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function placeFile(files: SpoolFiles, id: string, text: string): OpenFile | undefined {
  const temporary = `${id}.tmp`;
  const file = files.open(temporary, "make");
  try {
    // Locked before it gets its name, so that a file with that name is never without the lock of a living process.
    if (file?.tryLock() === "busy") throw new Error(`${temporary} is in use`);
    file?.write(text);
    files.rename(temporary, `${id}.json`);
    return file;
  } catch (error) {
    file?.close();
    throw error;
  }
}
