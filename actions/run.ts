/**
 * Runs one action: gate, parse, settings, deadline, counters, errors. The only caller of an action's functions (design section 3).
 *
 * @module
 */

import type { Cluster } from "../cluster/cluster.ts";
import { withSignal } from "../cluster/with_signal.ts";
import type {
  Action,
  ActionKind,
  BackupResultV2,
  Context,
  Log,
  OperationProgress,
  Random,
  ResourceIdentifier,
  RestoreResultV2,
  Selector,
} from "./action.ts";
import { createCallClock } from "./call_clock.ts";
import { ActionFailure, toFailure } from "./failure.ts";
import { createGate } from "./lib/gate.ts";
import { type JsonObject, stringifyJson } from "./lib/json.ts";
import { annotation, nameOf, namespaceOf, stringAt } from "./lib/object.ts";
import { type Reason, Refusal } from "./lib/refusal.ts";
import type { Execution, Observer } from "./observer.ts";
import type { Entry, Registry } from "./registry.ts";
import { parseItem, parseRun, type RawRequest, restoreRequest } from "./request.ts";
import type { SettingsReader, SourceSettings } from "./settings.ts";

/** Velero leaves an item out of a backup that carries this annotation (kubevirt V2). */
export const SKIP_FROM_BACKUP = "velero.io/skip-from-backup";

/** The answer of an execute call; `item` is complete JSON, the request's own bytes when nothing changed. */
export type RawResult = Omit<BackupResultV2 & RestoreResultV2, "item"> & { readonly item: Uint8Array };

/** The operations of Velero's protocol on registered actions. All but `appliesTo` throw {@link ActionFailure}. */
export interface Runner {
  /** The constant selector; `undefined` for an unknown action. */
  appliesTo(kind: ActionKind, name: string): Selector | undefined;
  execute(kind: ActionKind, name: string, request: RawRequest): Promise<RawResult>;
  relatedItems(name: string, request: RawRequest): Promise<readonly ResourceIdentifier[]>;
  /** Not completed, with the reason as description, while the API server cannot be asked. */
  progress(kind: ActionKind, name: string, operationID: string, run: Uint8Array): Promise<OperationProgress>;
  cancel(kind: ActionKind, name: string, operationID: string, run: Uint8Array): Promise<void>;
  areAdditionalItemsReady(
    kind: ActionKind,
    name: string,
    additionalItems: readonly ResourceIdentifier[],
    restore: Uint8Array,
  ): Promise<boolean>;
}

/** What the runner is made of. */
export interface RunnerOptions {
  readonly registry: Registry;
  readonly settings: SettingsReader;
  readonly cluster: Cluster;
  readonly log: Log;
  readonly now: () => Date;
  readonly random: Random;
  /** Bound of a call in milliseconds, unless the action has its own. */
  readonly timeout: number;
  readonly observer?: Observer;
}

// Calls above this size go through one at a time: parsed, an object takes many times its bytes (design section 11).
const LARGE_CALL_BYTES = 2 * 1024 * 1024;

// Failures that may have passed by the next poll of an operation.
const PASSING: ReadonlySet<Reason> = new Set<Reason>(["cluster", "deadline"]);

const encoder = new TextEncoder();

/** Makes the runner of one process. */
export function createRunner(options: RunnerOptions): Runner {
  const { registry, settings, log } = options;
  const gate = createGate();
  const states = new Map<string, unknown>();

  const state = <T>(key: string, init: () => T): T => {
    if (!states.has(key)) states.set(key, init());
    return states.get(key) as T;
  };

  function find(kind: ActionKind, name: string): Entry {
    const entry = registry.find(kind, name);
    if (entry !== undefined) return entry;
    throw new ActionFailure(
      `plugin: ${name} was not found or has an invalid name format`,
      "internal",
      false,
      undefined,
    );
  }

  /** Runs `call` with a context under the deadline; every way out is an {@link ActionFailure} or a value. */
  async function withContext<T>(
    entry: Entry,
    run: JsonObject | undefined,
    ownLog: Log,
    call: (context: Context, own: SourceSettings) => T | Promise<T>,
  ): Promise<T> {
    // Reading the settings is a request like any other: an API server that hangs must not hold up the call.
    const own = await within(options.timeout, () => settings.of(entry.source, run));
    const clock = createCallClock(options.now);
    try {
      return await within(entry.action.deadline?.(own.values) ?? options.timeout, (signal) => {
        const context: Context = {
          cluster: withSignal(options.cluster, signal),
          settings: own.values,
          log: ownLog,
          signal,
          clock,
          random: options.random,
          state,
        };
        return call(context, own);
      });
    } finally {
      clock.end();
    }
  }

  async function counted<T>(
    entry: Entry,
    sizes: number,
    call: (subject: Subject) => Promise<{ value: T; outcome: Execution["outcome"]; additionalItems: number }>,
  ): Promise<T> {
    const subject: Subject = { item: undefined };
    const release = sizes > LARGE_CALL_BYTES ? await gate() : undefined;
    const start = performance.now();
    const { source: { name: source }, action: { name: action, kind } } = entry;
    const count = (rest: Pick<Execution, "outcome" | "additionalItems"> & Partial<Execution>) => {
      try {
        options.observer?.({ source, action, kind, seconds: (performance.now() - start) / 1000, ...rest });
      } catch (error) {
        // Counters never fail a backup.
        log.warn(`${action}: the call was not counted: ${error}`);
      }
    };
    try {
      const { value, outcome, additionalItems } = await call(subject);
      count({ outcome, additionalItems });
      return value;
    } catch (error) {
      const failure = toFailure(error, entry.action, subject.item);
      count({ outcome: "error", additionalItems: 0, reason: failure.reason, error: failure.message });
      throw failure;
    } finally {
      release?.();
    }
  }

  return {
    appliesTo: (kind, name) => registry.find(kind, name)?.action.appliesTo,

    async execute(kind, name, raw) {
      const entry = find(kind, name);
      const { action } = entry;
      const sizes = raw.item.length + (raw.itemFromBackup?.length ?? 0);
      return await counted(entry, sizes, async (subject) => {
        const item = parseItem(raw.item);
        subject.item = item;
        const run = parseRun(raw.run);
        const ownLog = itemLog(log, action, item);
        const result = await withContext(entry, run, ownLog, async (context, own) => {
          if (isOff(action, own)) return {};
          ownLog.debug(`entering ${name}`);
          return (await execute(action, { item, run, raw }, context)) ?? {};
        });
        const additionalItems = result.additionalItems?.length ?? 0;
        const outcome = outcomeOf(kind, result);
        if (outcome !== "unchanged" || additionalItems > 0) {
          const extended = additionalItems > 0 ? `, ${additionalItems} additional items` : "";
          ownLog.info(`${outcome}${extended}`);
        }
        const bytes = result.item === undefined ? raw.item : encoder.encode(stringifyJson(result.item));
        return { value: { ...result, item: bytes }, outcome, additionalItems };
      });
    },

    async relatedItems(name, raw) {
      const entry = find("ItemBlockAction", name);
      const action = entry.action as Extract<Action, { kind: "ItemBlockAction" }>;
      return await counted(entry, raw.item.length, async (subject) => {
        const item = parseItem(raw.item);
        subject.item = item;
        const backup = parseRun(raw.run);
        const related = await withContext(entry, backup, itemLog(log, action, item), async (context, own) => {
          if (isOff(action, own)) return [];
          return (await action.relatedItems({ item, backup }, context)) ?? [];
        });
        return { value: related, outcome: "unchanged", additionalItems: related.length };
      });
    },

    async progress(kind, name, operationID, bytes) {
      const { entry, action } = operations(find(kind, name));
      if (action.progress === undefined) return { completed: false };
      try {
        return await failing(entry, async () => {
          const run = parseRun(bytes);
          return await withContext(
            entry,
            run,
            itemLog(log, action, undefined),
            (context) => action.progress?.({ operationID, run }, context),
          );
        }) ?? { completed: false };
      } catch (error) {
        // An error ends the operation for good (velero-protocol 4.5), but the next poll may find the API server again.
        if (!(error instanceof ActionFailure) || !PASSING.has(error.reason)) throw error;
        log.info(`${error.message}; the next poll asks again`);
        return { completed: false, description: error.message };
      }
    },

    async cancel(kind, name, operationID, bytes) {
      const { entry, action } = operations(find(kind, name));
      await failing(entry, async () => {
        const run = parseRun(bytes);
        await withContext(
          entry,
          run,
          itemLog(log, action, undefined),
          (context) => action.cancel?.({ operationID, run }, context),
        );
      });
    },

    async areAdditionalItemsReady(kind, name, additionalItems, bytes) {
      const entry = find(kind, name);
      const { action } = entry;
      if (action.kind !== "RestoreItemActionV2" || action.areAdditionalItemsReady === undefined) return true;
      return await failing(entry, async () => {
        const restore = parseRun(bytes);
        return await withContext(
          entry,
          restore,
          itemLog(log, action, undefined),
          (context) => action.areAdditionalItemsReady?.({ additionalItems, restore }, context) ?? true,
        );
      });
    },
  };
}

/** The item of the call in progress, known once it is parsed. */
interface Subject {
  item: JsonObject | undefined;
}

async function failing<T>(entry: Entry, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toFailure(error, entry.action, undefined);
  }
}

function operations(entry: Entry) {
  const { action } = entry;
  if (action.kind === "BackupItemActionV2" || action.kind === "RestoreItemActionV2") return { entry, action };
  throw new ActionFailure(`${action.name}: ${action.kind} has no operations`, "internal", false, undefined);
}

function isOff(action: Action, own: SourceSettings): boolean {
  return !own.actionEnabled(action.name) || action.enabled?.(own.values) === false;
}

function execute(
  action: Action,
  { item, run, raw }: { item: JsonObject; run: JsonObject | undefined; raw: RawRequest },
  context: Context,
): BackupResultV2 & RestoreResultV2 | void | Promise<BackupResultV2 & RestoreResultV2 | void> {
  switch (action.kind) {
    case "BackupItemAction":
    case "BackupItemActionV2":
    case "DeleteItemAction":
      return action.execute({ item, backup: run }, context);
    case "RestoreItemAction":
    case "RestoreItemActionV2":
      return action.execute(restoreRequest(item, run, raw), context);
    case "ItemBlockAction":
      throw new TypeError("An item block action is not executed");
  }
}

function outcomeOf(kind: ActionKind, result: BackupResultV2 & RestoreResultV2): Execution["outcome"] {
  if (result.skipRestore === true) return "skipped";
  if (result.item === undefined) return "unchanged";
  // Velero looks at the annotation's presence, and only in a backup.
  const skipped = kind.startsWith("Backup") && annotation(result.item, SKIP_FROM_BACKUP) !== undefined;
  return skipped ? "skipped" : "changed";
}

function itemLog(log: Log, { name: action }: Action, item: JsonObject | undefined): Log {
  const own = item === undefined
    ? {}
    : { kind: stringAt(item, "kind") ?? "", namespace: namespaceOf(item), name: nameOf(item) };
  // The log of a serving process knows this function by its name, and gives the line of its caller.
  const line = (level: keyof Log): Log["info"] =>
    function passOnLine(message, fields) {
      log[level](message.startsWith("entering ") ? message : `${action}: ${message}`, { ...own, ...fields });
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** What `start` gives, or the refusal at the deadline, when the signal aborts too. */
async function within<T>(
  milliseconds: number,
  start: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(deadline(milliseconds)), milliseconds);
  try {
    const answer = start(controller.signal);
    if (!(answer instanceof Promise)) return answer;
    return await Promise.race([answer, aborted(controller.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function deadline(milliseconds: number): Refusal {
  return new Refusal(`no answer after ${milliseconds / 1000} s`, {
    rule: "deadline",
    remedy: "look at the API server, or raise WORKLOADS_ACTION_TIMEOUT",
    reason: "deadline",
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
