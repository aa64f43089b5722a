/**
 * What several calls of one backup or restore read together (openshift IMP-03, kubevirt 11).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";

/** What is remembered, and for how long. */
export interface Memory {
  /** Who reads what, with namespace and name where there are several: `openshift secrets n`. */
  readonly key: string;
  /** The Backup or Restore; a process may see several. */
  readonly run: JsonObject | undefined;
  /** How many milliseconds after it was read the value is read again; absent: never. */
  readonly maxAge?: number;
}

interface Entry {
  readonly value: Promise<unknown>;
  /** When the reading ended; absent while it goes on. */
  since?: number;
  /** The signal of the call that reads. */
  readonly signal: AbortSignal;
}

/** How many values are remembered; the least recently used one is dropped first. */
export const CAPACITY = 200;

/**
 * The value that `load` gives, read once for all calls that ask with the same key.
 *
 * Calls at the same time share one load. Those that wait for it get its error, which is not remembered. When a load fails because
 * the call that started it has ended, a call that still waits starts it again.
 */
export async function remember<T>(context: Context, memory: Memory, load: () => Promise<T>): Promise<T> {
  const entries = context.state("remember", () => new Map<string, Entry>());
  const { key: what, run, maxAge = Infinity } = memory;
  const key = `${
    stringAt(run, "metadata", "uid") ?? `${namespaceOf(run ?? {})}/${nameOf(run ?? {})}`
  } ${what}`;
  while (true) {
    const now = context.clock.now().getTime();
    const known = entries.get(key);
    const fresh = known !== undefined && now - (known.since ?? now) < maxAge;
    const entry = fresh ? known : begin(load(), context);
    // Put at the end, as the one asked for last.
    entries.delete(key);
    entries.set(key, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= CAPACITY) break;
      entries.delete(oldest);
    }
    try {
      return await entry.value as T;
    } catch (error) {
      if (entries.get(key) === entry) entries.delete(key);
      const othersEnd = fresh && entry.signal.aborted && !context.signal.aborted;
      if (!othersEnd) throw error;
    }
  }
}

function begin(value: Promise<unknown>, { clock, signal }: Pick<Context, "clock" | "signal">): Entry {
  const entry: Entry = { value, signal };
  value.then(() => entry.since = clock.now().getTime(), () => {});
  return entry;
}
