/**
 * The host side of Velero's plugin protocol: starts any plugin executable and calls its actions (protocol 2.4 and 2.5).
 *
 * @module
 */

import type {
  ActionKind,
  OperationProgress as Progress,
  ResourceIdentifier as Ref,
  Selector,
} from "../../actions/action.ts";
import type { RawRequest } from "../../actions/runner/request.ts";
import type { RawResult } from "../../actions/runner/run.ts";
import type { Duration } from "../../grpc/gen/google/protobuf/duration.ts";
import type { OperationProgress, ResourceIdentifier, ResourceSelector } from "../../grpc/gen/velero.ts";
import { actionServices, type Method, pluginLister } from "../../grpc/services.ts";
import type { ActionHost, Identity } from "../run/actions.ts";
import { type ProcessOptions, startProcess } from "./process.ts";
import { connect, type Connection, RpcError } from "./rpc.ts";

/** A line of `ListPlugins`, with the command that Velero would start for it. */
export interface ListedPlugin extends Identity {
  readonly command: string;
}

/** A running plugin. All calls throw {@link RpcError} with the plugin's status. */
export interface Plugin extends ActionHost {
  readonly pid: number;
  /** Settles when the process has ended, asked or not. */
  readonly exited: Promise<Deno.CommandStatus>;
  list(): Promise<readonly ListedPlugin[]>;
  /** Ends the plugin as Velero does: Shutdown, 2 s, kill. True when it ended by itself with exit code 0. */
  stop(): Promise<boolean>;
}

/** Starts a plugin executable. */
export async function startPlugin(options: ProcessOptions): Promise<Plugin> {
  const process = await startProcess(options);
  const connection = connect(process.address);
  let stopped: Promise<boolean> | undefined;
  return {
    pid: process.pid,
    exited: process.exited,
    ...pluginCalls(connection),
    stop: () => stopped ??= connection.shutdown(2000).then(process.end),
  };
}

// The six requests and answers have one shape; only the names of their messages differ.
type AppliesTo = Method<{ plugin: string }, { ResourceSelector: ResourceSelector | undefined }>;

function pluginCalls(connection: Connection): Omit<Plugin, "pid" | "exited" | "stop"> {
  const { unary } = connection;
  return {
    async list() {
      const { plugins } = await unary(pluginLister.listPlugins, {});
      return plugins.map(({ command, kind, name }) => ({ command, kind, name }));
    },
    async appliesTo(kind, plugin) {
      const { appliesTo } = actionServices[kind] as { appliesTo: AppliesTo };
      const { ResourceSelector } = await unary(appliesTo, { plugin });
      return toSelector(ResourceSelector);
    },
    execute: (kind, plugin, request) => execute(connection, kind, plugin, request),
    async relatedItems(plugin, { item, run: backup }) {
      const { getRelatedItems } = actionServices.ItemBlockAction;
      return (await unary(getRelatedItems, { plugin, item, backup })).relatedItems.map(toRef);
    },
    async progress(kind, plugin, operationID, run) {
      const { progress } = kind === "BackupItemActionV2"
        ? await unary(actionServices[kind].progress, { plugin, operationID, backup: run })
        : await unary(actionServices.RestoreItemActionV2.progress, { plugin, operationID, restore: run });
      if (progress !== undefined) return toProgress(progress);
      // Velero dereferences the message unseen (protocol 4.5).
      throw new RpcError("Internal", `${plugin} answered Progress without progress`, undefined);
    },
    async cancel(kind, plugin, operationID, run) {
      if (kind === "BackupItemActionV2") {
        await unary(actionServices[kind].cancel, { plugin, operationID, backup: run });
      } else {
        await unary(actionServices.RestoreItemActionV2.cancel, { plugin, operationID, restore: run });
      }
    },
    async areAdditionalItemsReady(_kind, plugin, items, restore) {
      const { areAdditionalItemsReady } = actionServices.RestoreItemActionV2;
      return (await unary(areAdditionalItemsReady, { plugin, restore, additionalItems: [...items] })).ready;
    },
  };
}

async function execute(
  { unary }: Connection,
  kind: ActionKind,
  plugin: string,
  { item, run, itemFromBackup = item }: RawRequest,
): Promise<RawResult> {
  switch (kind) {
    case "BackupItemAction": {
      const answer = await unary(actionServices[kind].execute, { plugin, item, backup: run });
      return { item: answer.item, additionalItems: answer.additionalItems.map(toRef) };
    }
    case "BackupItemActionV2": {
      const answer = await unary(actionServices[kind].execute, { plugin, item, backup: run });
      return {
        item: answer.item,
        additionalItems: answer.additionalItems.map(toRef),
        operationID: answer.operationID,
        postOperationItems: answer.postOperationItems.map(toRef),
      };
    }
    case "RestoreItemAction": {
      const request = { plugin, item, restore: run, itemFromBackup };
      const { skipRestore, ...answer } = await unary(actionServices[kind].execute, request);
      return { item: answer.item, additionalItems: answer.additionalItems.map(toRef), skipRestore };
    }
    case "RestoreItemActionV2": {
      const request = { plugin, item, restore: run, itemFromBackup };
      const { additionalItems, additionalItemsReadyTimeout: bound, ...answer } = await unary(
        actionServices[kind].execute,
        request,
      );
      return {
        ...answer,
        additionalItems: additionalItems.map(toRef),
        ...(bound === undefined ? {} : { additionalItemsReadyTimeout: milliseconds(bound) }),
      };
    }
    case "DeleteItemAction":
      await unary(actionServices[kind].execute, { plugin, item, backup: run });
      return { item };
    case "ItemBlockAction":
      throw new TypeError("An item block action is not executed");
  }
}

function toRef({ group, resource, namespace, name }: ResourceIdentifier): Ref {
  return { group, resource, namespace, name };
}

function milliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1000 + nanos / 1e6;
}

function toSelector(message: ResourceSelector | undefined): Selector {
  if (message === undefined) return { includedResources: [] };
  const { includedNamespaces, excludedNamespaces, includedResources, excludedResources, selector } = message;
  return { includedNamespaces, excludedNamespaces, includedResources, excludedResources, selector };
}

function toProgress(message: OperationProgress): Progress {
  const { completed, err, nCompleted, nTotal, operationUnits, description, started, updated } = message;
  return {
    completed,
    ...(err === "" ? {} : { error: err }),
    nCompleted: Number(nCompleted),
    nTotal: Number(nTotal),
    operationUnits,
    description,
    ...(started === undefined ? {} : { started }),
    ...(updated === undefined ? {} : { updated }),
  };
}
