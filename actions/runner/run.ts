/**
 * The operations of Velero's protocol on registered actions. The only caller of an action's functions.
 *
 * @module
 */

import { type JsonObject, stringifyJson } from "../../objects/json.ts";
import { annotation } from "../../objects/object.ts";
import type {
  Action,
  ActionKind,
  BackupResultV2,
  OperationProgress,
  ResourceIdentifier,
  RestoreResultV2,
  Selector,
} from "../action.ts";
import { SKIP_FROM_BACKUP } from "../lib/backup_filter.ts";
import { type Reason, Refusal } from "../lib/refusal.ts";
import type { Entry, Registry } from "../registry.ts";
import { type CallOptions, createCalls, type ItemCall } from "./call.ts";
import { ActionFailure } from "./failure.ts";
import type { Execution } from "./observer.ts";
import { type RawRequest, restoreRequest } from "./request.ts";

/** The answer of an execute call; `item` is complete JSON, the request's own bytes when nothing changed. */
export type RawResult = Omit<ActionResult, "item"> & { readonly item: Uint8Array };

/** The operations of Velero's protocol. All but `appliesTo` throw {@link ActionFailure}. */
export interface Runner {
  /** The constant selector; `undefined` for an unknown action. */
  appliesTo(kind: ActionKind, name: string): Selector | undefined;
  execute(kind: ActionKind, name: string, request: RawRequest): Promise<RawResult>;
  relatedItems(name: string, request: RawRequest): Promise<readonly ResourceIdentifier[]>;
  /** While the API server cannot be asked, the operation counts as not completed, and the description says why. */
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
export interface RunnerOptions extends CallOptions {
  readonly registry: Registry;
}

type ActionResult = BackupResultV2 & RestoreResultV2;

// Failures that may be over when the operation is polled again.
const PASSING: ReadonlySet<Reason> = new Set<Reason>(["cluster", "deadline"]);

const encoder = new TextEncoder();

/** Makes the runner of one process. */
export function createRunner(options: RunnerOptions): Runner {
  const { registry, log } = options;
  const calls = createCalls(options);

  function find(kind: ActionKind, name: string): Entry {
    const entry = registry.find(kind, name);
    if (entry !== undefined) return entry;
    const message = `plugin: ${name} was not found or has an invalid name format`;
    throw new ActionFailure(message, "internal", false, undefined);
  }

  return {
    appliesTo: (kind, name) => registry.find(kind, name)?.action.appliesTo,

    async execute(kind, name, raw) {
      const entry = find(kind, name);
      return await calls.aboutItem(entry, raw, (call) =>
        then(execute(entry.action, call, raw), (answer) => {
          const result = answer ?? {};
          const additionalItems = result.additionalItems?.length ?? 0;
          const outcome = outcomeOf(kind, result);
          if (outcome !== "unchanged" || additionalItems > 0) {
            const extended = additionalItems > 0 ? `, ${additionalItems} additional items` : "";
            call.context.log.info(`${outcome}${extended}`);
          }
          const item = result.item === undefined ? raw.item : bytesOf(result.item);
          return { value: { ...result, item }, outcome, additionalItems };
        }));
    },

    async relatedItems(name, raw) {
      const entry = find("ItemBlockAction", name);
      const action = entry.action as Extract<Action, { kind: "ItemBlockAction" }>;
      return await calls.aboutItem(entry, raw, async ({ item, run, context, off }) => {
        const value = off ? [] : await action.relatedItems({ item, backup: run }, context) ?? [];
        return { value, outcome: "unchanged", additionalItems: value.length };
      });
    },

    async progress(kind, name, operationID, bytes) {
      const { entry, action } = withOperations(find(kind, name));
      try {
        const answer = await calls.aboutRun(
          entry,
          bytes,
          (run, context) => action.progress?.({ operationID, run }, context),
        );
        return answer ?? { completed: false };
      } catch (error) {
        // An error ends the operation for good (protocol 4.5), but the next poll may find the API server again.
        if (!(error instanceof ActionFailure) || !PASSING.has(error.reason)) throw error;
        log.info(`${error.message}; the next poll asks again`);
        return { completed: false, description: error.message };
      }
    },

    async cancel(kind, name, operationID, bytes) {
      const { entry, action } = withOperations(find(kind, name));
      await calls.aboutRun(entry, bytes, (run, context) => action.cancel?.({ operationID, run }, context));
    },

    async areAdditionalItemsReady(kind, name, additionalItems, bytes) {
      const entry = find(kind, name);
      const { action } = entry;
      if (action.kind !== "RestoreItemActionV2") return true;
      return await calls.aboutRun(
        entry,
        bytes,
        (restore, context) => action.areAdditionalItemsReady?.({ additionalItems, restore }, context) ?? true,
      );
    },
  };
}

// A synchronous answer stays synchronous.
function then<T, R>(answer: T | Promise<T>, next: (answer: T) => R): R | Promise<R> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

function withOperations(entry: Entry) {
  const { action } = entry;
  if (action.kind === "BackupItemActionV2" || action.kind === "RestoreItemActionV2") return { entry, action };
  throw new ActionFailure(`${action.name}: ${action.kind} has no operations`, "internal", false, undefined);
}

function execute(
  action: Action,
  { item, run, context, off }: ItemCall,
  raw: RawRequest,
): ActionResult | void | Promise<ActionResult | void> {
  if (off) return;
  context.log.debug(`entering ${action.name}`);
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

// The parser accepts objects that are nested too deeply for the writer, whose stack grows with the depth.
function bytesOf(item: JsonObject): Uint8Array {
  try {
    return encoder.encode(stringifyJson(item));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal("the item is nested too deeply to be changed", {
      rule: "protocol 12.6",
      remedy: "report it to whoever made the object; nothing was changed",
      reason: "invalid_item",
    });
  }
}

function outcomeOf(kind: ActionKind, result: ActionResult): Execution["outcome"] {
  if (result.skipRestore === true) return "skipped";
  if (result.item === undefined) return "unchanged";
  // Velero only looks whether the annotation is there, and only in a backup.
  const skipped = kind.startsWith("Backup") && annotation(result.item, SKIP_FROM_BACKUP) !== undefined;
  return skipped ? "skipped" : "changed";
}
