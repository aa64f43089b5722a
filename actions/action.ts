/**
 * The contract of an action: the request that it gets from the host, the answers that it may give, and the context through which it reaches everything else.
 *
 * An action is a value: a kind, a registered name, the resources it applies to and a function. It has no state of its own and
 * touches nothing but its request and its context, so production, preview and tests run the same code.
 *
 * @module
 */

import type { Cluster } from "../cluster/cluster.ts";
import type { BlobResult, Images } from "../images/images.ts";
import type { JsonObject } from "../objects/json.ts";
import type { SettingsDefinition, SettingsOf } from "./settings/setting.ts";

/** Kinds in the order in which Velero's own framework lists them (protocol 4.2). */
export const ACTION_KINDS = [
  "BackupItemAction",
  "BackupItemActionV2",
  "RestoreItemAction",
  "RestoreItemActionV2",
  "DeleteItemAction",
  "ItemBlockAction",
] as const;

/** A plugin kind as Velero spells it in `ListPlugins`. */
export type ActionKind = typeof ACTION_KINDS[number];

/** Which items Velero gives to an action (protocol 4.1). Constant; resources are full `plural.group` names. */
export interface Selector {
  readonly includedResources: readonly string[];
  readonly excludedResources?: readonly string[];
  readonly includedNamespaces?: readonly string[];
  readonly excludedNamespaces?: readonly string[];
  /** A label selector in Kubernetes syntax. */
  readonly selector?: string;
}

/** Names an object for Velero: canonical plural resource, group empty for core, namespace empty for cluster scope. */
export interface ResourceIdentifier {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** A line logger. Fields are flat; names and namespaces of objects go into `namespace` and `name`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  /** Counts as a warning of the backup: only for what an administrator should act on. */
  warn(message: string, fields?: LogFields): void;
  /** Counts as an error of the backup, which becomes PartiallyFailed. Never together with a thrown error. */
  error(message: string, fields?: LogFields): void;
}

/** Flat extra fields of a log line. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** The source of time, which tests replace. */
export interface Clock {
  now(): Date;
  /** A signal that aborts after that many milliseconds. */
  timeout(milliseconds: number): AbortSignal;
}

/** The source of random values, which tests replace. */
export interface Random {
  /** A random UUID, version 4. */
  uuid(): string;
}

/**
 * The metrics that actions count themselves with {@link Context.count}, each with the values that its label may have. `sidecar/metrics.ts` has
 * the metrics under the same names.
 */
export interface ActionCounts {
  readonly imageBlobs: readonly [result: BlobResult];
  readonly imageBytes: readonly [];
  readonly graphNodes: readonly [];
  readonly fileSystemBackups: readonly [];
  readonly collisions: readonly [field: "mac" | "uuid" | "serial"];
}

/** Everything an action gets from outside its request. `S` are the settings of its source. */
export interface Context<S = unknown> {
  /** The Kubernetes API; requests end with {@link Context.signal}. In preview writes are only recorded. */
  readonly cluster: Cluster;
  /** Container images in registries and object storage. In preview copies are only recorded. */
  readonly images: Images;
  readonly settings: S;
  readonly log: Log;
  /** Aborts at the deadline of the call. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  /** A value that lives as long as the process, which is one backup or restore; made at the first call for its key. */
  state<T>(key: string, init: () => T): T;
  /** Counts something for the metrics. */
  count<M extends keyof ActionCounts>(metric: M, labels: ActionCounts[M], amount?: number): void;
}

/** An item on its way into a backup. */
export interface BackupRequest {
  /** The item as the previous action left it. It may be changed in place. */
  readonly item: JsonObject;
  /** Velero's Backup; absent only when the host sent none. */
  readonly backup: JsonObject | undefined;
}

/** An item on its way out of a backup. */
export interface RestoreRequest {
  /** The item without status and run-time metadata, in its original namespace. May be changed in place. */
  readonly item: JsonObject;
  /** The complete object as it was backed up. It is parsed when first read and must not be changed. */
  readonly itemFromBackup: JsonObject;
  /** Velero's Restore; absent only when the host sent none. */
  readonly restore: JsonObject | undefined;
}

/** What every answer may carry. */
export interface ItemResult {
  /** The changed item; absent means unchanged, and the host gets back the bytes it sent. */
  readonly item?: JsonObject;
  readonly additionalItems?: readonly ResourceIdentifier[];
}

/** The answer of a backup action of version 2. */
export interface BackupResultV2 extends ItemResult {
  readonly operationID?: string;
  /** Items backed up again when the operation has ended. */
  readonly postOperationItems?: readonly ResourceIdentifier[];
}

/** The answer of a restore action of version 1. */
export interface RestoreResult extends ItemResult {
  /** Leave the item out of the restore. */
  readonly skipRestore?: boolean;
}

/** The answer of a restore action of version 2. */
export interface RestoreResultV2 extends RestoreResult {
  readonly operationID?: string;
  /** Poll `areAdditionalItemsReady` before the item is created. */
  readonly waitForAdditionalItems?: boolean;
  /** The longest that wait may take, in milliseconds; absent means the server's default. */
  readonly additionalItemsReadyTimeout?: number;
}

/** Progress of an asynchronous operation. Times that are absent go out as Go's zero time. */
export interface OperationProgress {
  readonly completed: boolean;
  /** Why the operation failed; absent when it did not. */
  readonly error?: string;
  readonly nCompleted?: number;
  readonly nTotal?: number;
  readonly operationUnits?: string;
  readonly description?: string;
  readonly started?: Date;
  readonly updated?: Date;
}

/** A question about an operation. It is asked in another process than the one whose call began the operation. */
export interface OperationRequest {
  readonly operationID: string;
  /** The Backup or the Restore. */
  readonly run: JsonObject | undefined;
}

/** The question whether additional items are ready to be used. */
export interface ReadinessRequest {
  /** Those that exist, with their original namespaces. */
  readonly additionalItems: readonly ResourceIdentifier[];
  readonly restore: JsonObject | undefined;
}

type Answer<T> = T | void | Promise<T | void>;

interface ActionBase<S> {
  /** The registered name, `prefix/name`. An action that replaces one of another plugin has that action's name. */
  readonly name: string;
  readonly appliesTo: Selector;
  /** True for an action that `ListPlugins` names only when `WORKLOADS_ACTIONS` adds it. */
  readonly onlyOnRequest?: boolean;
  /** False when a setting turns the action off; it then answers «unchanged» at once. Default: on. */
  enabled?(settings: S): boolean;
  /** A deadline of its own for execute, in milliseconds, where the action waits by design. */
  deadline?(settings: S): number;
}

/** The asynchronous part of version 2. */
interface Operations<S> {
  progress?(request: OperationRequest, context: Context<S>): Promise<OperationProgress>;
  cancel?(request: OperationRequest, context: Context<S>): Promise<void>;
}

/** Changes or extends an item of a backup. */
export interface BackupItemAction<S = unknown> extends ActionBase<S> {
  readonly kind: "BackupItemAction";
  execute(request: BackupRequest, context: Context<S>): Answer<ItemResult>;
}

/** As {@link BackupItemAction}, with operations. */
export interface BackupItemActionV2<S = unknown> extends ActionBase<S>, Operations<S> {
  readonly kind: "BackupItemActionV2";
  execute(request: BackupRequest, context: Context<S>): Answer<BackupResultV2>;
}

/** Changes, extends or drops an item of a restore. */
export interface RestoreItemAction<S = unknown> extends ActionBase<S> {
  readonly kind: "RestoreItemAction";
  execute(request: RestoreRequest, context: Context<S>): Answer<RestoreResult>;
}

/** As {@link RestoreItemAction}, with waiting and operations. */
export interface RestoreItemActionV2<S = unknown> extends ActionBase<S>, Operations<S> {
  readonly kind: "RestoreItemActionV2";
  execute(request: RestoreRequest, context: Context<S>): Answer<RestoreResultV2>;
  /** Absent: always ready. */
  areAdditionalItemsReady?(request: ReadinessRequest, context: Context<S>): Promise<boolean>;
}

/** Runs when a backup that holds the item is deleted. */
export interface DeleteItemAction<S = unknown> extends ActionBase<S> {
  readonly kind: "DeleteItemAction";
  execute(request: BackupRequest, context: Context<S>): Answer<never>;
}

/** Names items that must be backed up together with the item. */
export interface ItemBlockAction<S = unknown> extends ActionBase<S> {
  readonly kind: "ItemBlockAction";
  relatedItems(request: BackupRequest, context: Context<S>): Answer<readonly ResourceIdentifier[]>;
}

/** Any action. */
export type Action<S = unknown> =
  | BackupItemAction<S>
  | BackupItemActionV2<S>
  | RestoreItemAction<S>
  | RestoreItemActionV2<S>
  | DeleteItemAction<S>
  | ItemBlockAction<S>;

/** A source: its name, which is the first part of its settings' keys, its settings and its actions. */
export interface Source {
  readonly name: string;
  readonly settings: SettingsDefinition;
  readonly actions: readonly Action[];
}

/** Makes a source; ties the settings' type to the actions that read them. */
export function defineSource<D extends SettingsDefinition>(
  name: string,
  settings: D,
  actions: readonly Action<SettingsOf<D>>[],
): Source {
  // The cast is safe because the runner passes each action the settings that were parsed with this source's definition.
  return { name, settings, actions: actions as readonly Action[] };
}
