/**
 * Velero's action services over a runner: bytes in, bytes out (protocol 2.5).
 *
 * @module
 */

import type { ActionKind, OperationProgress, ResourceIdentifier } from "../actions/action.ts";
import { ActionFailure } from "../actions/runner/failure.ts";
import { type RawRequest } from "../actions/runner/request.ts";
import { type Runner } from "../actions/runner/run.ts";
import type { OperationProgress as ProgressMessage } from "./gen/velero.ts";
import type { Handlers } from "./handlers.ts";
import type { actionServices } from "./services.ts";

/** The handlers of every action service, by kind. */
export type ActionHandlers = { [K in keyof typeof actionServices]: Handlers<typeof actionServices[K]> };

/** Makes the handlers. */
export function createActionHandlers(runner: Runner): ActionHandlers {
  const appliesTo = (kind: ActionKind) => ({ plugin }: { plugin: string }) => {
    const selector = runner.appliesTo(kind, plugin);
    if (selector === undefined) throw unknownAction(plugin);
    return {
      ResourceSelector: {
        includedResources: [...selector.includedResources],
        excludedResources: [...selector.excludedResources ?? []],
        includedNamespaces: [...selector.includedNamespaces ?? []],
        excludedNamespaces: [...selector.excludedNamespaces ?? []],
        selector: selector.selector ?? "",
      },
    };
  };

  const execute = async (kind: ActionKind, name: string, request: RawRequest) => {
    const result = await runner.execute(kind, name, request);
    return {
      item: result.item,
      additionalItems: copy(result.additionalItems),
      skipRestore: result.skipRestore ?? false,
      operationID: result.operationID ?? "",
      postOperationItems: copy(result.postOperationItems),
      waitForAdditionalItems: result.waitForAdditionalItems ?? false,
      ...(result.additionalItemsReadyTimeout === undefined
        ? {}
        : { additionalItemsReadyTimeout: toDuration(result.additionalItemsReadyTimeout) }),
    };
  };

  const progress = async (kind: ActionKind, name: string, operationID: string, run: Uint8Array) => ({
    progress: toProgress(await runner.progress(kind, name, operationID, run)),
  });

  const cancel = async (kind: ActionKind, name: string, operationID: string, run: Uint8Array) => {
    await runner.cancel(kind, name, operationID, run);
    return {};
  };

  return {
    BackupItemAction: {
      appliesTo: appliesTo("BackupItemAction"),
      execute: ({ plugin, item, backup }) => execute("BackupItemAction", plugin, { item, run: backup }),
    },
    BackupItemActionV2: {
      appliesTo: appliesTo("BackupItemActionV2"),
      execute: ({ plugin, item, backup }) => execute("BackupItemActionV2", plugin, { item, run: backup }),
      progress: ({ plugin, operationID, backup }) =>
        progress("BackupItemActionV2", plugin, operationID, backup),
      cancel: ({ plugin, operationID, backup }) => cancel("BackupItemActionV2", plugin, operationID, backup),
    },
    RestoreItemAction: {
      appliesTo: appliesTo("RestoreItemAction"),
      execute: ({ plugin, item, restore, itemFromBackup }) =>
        execute("RestoreItemAction", plugin, { item, run: restore, itemFromBackup }),
    },
    RestoreItemActionV2: {
      appliesTo: appliesTo("RestoreItemActionV2"),
      execute: ({ plugin, item, restore, itemFromBackup }) =>
        execute("RestoreItemActionV2", plugin, { item, run: restore, itemFromBackup }),
      progress: ({ plugin, operationID, restore }) =>
        progress("RestoreItemActionV2", plugin, operationID, restore),
      cancel: ({ plugin, operationID, restore }) =>
        cancel("RestoreItemActionV2", plugin, operationID, restore),
      areAdditionalItemsReady: async ({ plugin, restore, additionalItems }) => ({
        ready: await runner.areAdditionalItemsReady("RestoreItemActionV2", plugin, additionalItems, restore),
      }),
    },
    DeleteItemAction: {
      appliesTo: appliesTo("DeleteItemAction"),
      execute: async ({ plugin, item, backup }) => {
        await runner.execute("DeleteItemAction", plugin, { item, run: backup });
        return {};
      },
    },
    ItemBlockAction: {
      appliesTo: appliesTo("ItemBlockAction"),
      getRelatedItems: async ({ plugin, item, backup }) => ({
        relatedItems: copy(await runner.relatedItems(plugin, { item, run: backup })),
      }),
    },
  };
}

function unknownAction(name: string): ActionFailure {
  const text = `plugin: ${name} was not found or has an invalid name format`;
  return new ActionFailure(text, "internal", false, undefined);
}

// A generated message wants its own lists; the identifiers themselves are shared.
function copy(items: readonly ResourceIdentifier[] | undefined): ResourceIdentifier[] {
  return items === undefined ? [] : [...items];
}

function toDuration(milliseconds: number) {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

// Go's zero time; an absent time would be stored as 1970 (protocol 4.5).
const ZERO_TIME = new Date(-62135596800_000);

// The message is always there: the host panics without it (protocol 4.5).
function toProgress(progress: OperationProgress): ProgressMessage {
  return {
    completed: progress.completed,
    err: progress.error ?? "",
    nCompleted: BigInt(Math.trunc(progress.nCompleted ?? 0)),
    nTotal: BigInt(Math.trunc(progress.nTotal ?? 0)),
    operationUnits: progress.operationUnits ?? "",
    description: progress.description ?? "",
    started: progress.started ?? ZERO_TIME,
    updated: progress.updated ?? ZERO_TIME,
  };
}
