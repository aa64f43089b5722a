/**
 * What surrounds every call of an action: gate, parsing, settings, deadline, context, counting, failures.
 *
 * @module
 */

import { atMost } from "../../cluster/at_most.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { withSignal } from "../../cluster/with_signal.ts";
import type { Images } from "../../images/images.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Context, Log, Random } from "../action.ts";
import { AT_ONCE } from "../lib/together.ts";
import type { Entry } from "../registry.ts";
import type { SettingsReader } from "../settings/reader.ts";
import { createCallClock } from "./call_clock.ts";
import { within } from "./deadline.ts";
import { toFailure } from "./failure.ts";
import { createGate } from "./gate.ts";
import { itemLog } from "./item_log.ts";
import type { Counter, Execution, Observer, RunName } from "./observer.ts";
import { createRunParser, parseItem, type RawRequest } from "./request.ts";
import { runName, runNameFrom } from "./run_name.ts";

/** What the calls of one process share. */
export interface CallOptions {
  readonly settings: SettingsReader;
  readonly cluster: Cluster;
  readonly images: Images;
  readonly log: Log;
  readonly now: () => Date;
  readonly random: Random;
  /** How long a call may take, in milliseconds, unless the action has its own limit. */
  readonly timeout: number;
  readonly observer?: Observer;
  readonly counter?: Counter;
}

/** A call about an item, parsed, with its context. */
export interface ItemCall {
  readonly item: JsonObject;
  /** The Backup or the Restore. */
  readonly run: JsonObject | undefined;
  readonly context: Context;
  /** True when a setting turns the action off. */
  readonly off: boolean;
}

/** The answer of a call about an item, with what is counted of it. */
export interface Counted<T> extends Pick<Execution, "outcome" | "additionalItems"> {
  readonly value: T;
}

/** The two ways in which Velero calls an action. Both throw `ActionFailure` and nothing else. */
export interface Calls {
  /** A call about an item. It is counted, and a large one waits for its turn. */
  aboutItem<T>(
    entry: Entry,
    raw: RawRequest,
    work: (call: ItemCall) => Counted<T> | Promise<Counted<T>>,
  ): Promise<T>;
  /** A question about a run: progress, cancel, readiness. It is not counted. */
  aboutRun<T>(
    entry: Entry,
    run: Uint8Array,
    work: (run: JsonObject | undefined, context: Context) => T | Promise<T>,
  ): Promise<T>;
}

// Larger calls run one at a time, because a parsed object takes many times the memory of its bytes.
const LARGE_CALL_BYTES = 2 * 1024 * 1024;

/** Makes the calls of one process. */
export function createCalls(options: CallOptions): Calls {
  const { settings, log } = options;
  const gate = createGate();
  const parseRun = createRunParser();
  const states = new Map<string, unknown>();

  const state = <T>(key: string, init: () => T): T => {
    if (!states.has(key)) states.set(key, init());
    return states.get(key) as T;
  };

  async function withContext<T>(
    entry: Entry,
    run: JsonObject | undefined,
    ownLog: Log,
    work: (context: Context, off: boolean) => T | Promise<T>,
  ): Promise<T> {
    const { source, action } = entry;
    const found = settings.of(source, run);
    // Reading the settings counts against the deadline, too: an API server that hangs must not block the call.
    const { values, actionEnabled } = found instanceof Promise
      ? await within(options.timeout, () => found)
      : found;
    const clock = createCallClock(options.now);
    try {
      return await within(action.deadline?.(values) ?? options.timeout, (signal) => {
        const context: Context = {
          cluster: atMost(withSignal(options.cluster, signal), AT_ONCE),
          images: options.images,
          settings: values,
          log: ownLog,
          signal,
          clock,
          random: options.random,
          state,
          count: (metric, labels, amount = 1) =>
            counted(action, () => options.counter?.(metric, labels, amount)),
        };
        return work(context, !actionEnabled(action.name) || action.enabled?.(values) === false);
      });
    } finally {
      clock.end();
    }
  }

  function callCounter({ source, action }: Entry): (ended: Omit<Execution, keyof Where>) => void {
    const start = performance.now();
    const where = { source: source.name, action: action.name, kind: action.kind };
    return (ended) =>
      counted(
        action,
        () => options.observer?.({ ...where, seconds: (performance.now() - start) / 1000, ...ended }),
      );
  }

  // A problem with the counters must not fail a backup.
  function counted({ name }: Entry["action"], count: () => void): void {
    try {
      count();
    } catch (error) {
      log.warn(`${name}: the call was not counted: ${error}`);
    }
  }

  return {
    async aboutItem(entry, raw, work) {
      const bytes = raw.item.length + (raw.itemFromBackup?.length ?? 0);
      const release = bytes > LARGE_CALL_BYTES ? await gate() : undefined;
      const count = callCounter(entry);
      const { kind } = entry.action;
      let item: JsonObject | undefined;
      let named: RunName | undefined;
      try {
        const parsed = item = parseItem(raw.item);
        const run = parseRun(raw.run);
        named = runName(kind, run);
        const { value, outcome, additionalItems } = await withContext(
          entry,
          run,
          itemLog(log, entry.action, parsed),
          (context, off) => work({ item: parsed, run, context, off }),
        );
        count({ run: named, outcome, additionalItems });
        return value;
      } catch (error) {
        const failure = toFailure(error, entry.action, item);
        const { reason, message } = failure;
        const run = named ?? runNameFrom(kind, raw.run);
        count({ run, outcome: "error", additionalItems: 0, reason, error: message });
        throw failure;
      } finally {
        release?.();
      }
    },

    async aboutRun(entry, bytes, work) {
      try {
        const run = parseRun(bytes);
        const ownLog = itemLog(log, entry.action, undefined);
        return await withContext(entry, run, ownLog, (context) => work(run, context));
      } catch (error) {
        throw toFailure(error, entry.action, undefined);
      }
    },
  };
}

type Where = Pick<Execution, "source" | "action" | "kind" | "seconds">;
