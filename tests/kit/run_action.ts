/**
 * Runs one action value in a test: a world of objects in, the answer, the log lines and the requests out.
 *
 * @module
 */

import * as v from "valibot";
import type {
  Action,
  BackupItemAction,
  BackupItemActionV2,
  BackupResultV2,
  Clock,
  Context,
  Log,
  LogFields,
  ReadinessRequest,
  RestoreItemAction,
  RestoreItemActionV2,
  RestoreResultV2,
} from "../../actions/action.ts";
import { AT_ONCE } from "../../actions/lib/together.ts";
import { cloneJson, type JsonObject } from "../../objects/json.ts";
import type { SettingsDefinition, SettingsOf } from "../../actions/settings/setting.ts";
import { atMost } from "../../cluster/at_most.ts";
import { type Cluster, describe, type ResourceKind } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { Images } from "../../images/images.ts";
import { NO_IMAGES } from "../../images/none.ts";
import { assertDeclared } from "./declared.ts";

/** The world around a call; everything has a default. */
export interface World<S> {
  /** Objects in the cluster before the call. */
  readonly objects?: readonly JsonObject[];
  /** API groups the cluster does not serve. */
  readonly absentGroups?: readonly string[];
  /** Operations that stand in for those of the memory cluster, for faults. */
  readonly cluster?: Partial<Cluster>;
  /** Values as the action sees them; begin with {@link defaultsOf}. */
  readonly settings?: S;
  /** Default: none, and every use is an error. */
  readonly images?: Images;
  /** Default `2026-01-02T03:04:05Z`. */
  readonly now?: Date;
  /** Default: a signal that never aborts. */
  readonly timeout?: Clock["timeout"];
  readonly signal?: AbortSignal;
  /** What {@link Context.state} keeps; hand the same map to several calls that run in one process. */
  readonly states?: Map<string, unknown>;
}

/** One line an action logged. */
export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields;
}

/** What a call did. */
export interface Outcome<R> {
  /** What execute gave, `{}` for nothing. */
  readonly result: R;
  /** The item Velero would go on with: that of the result, else the one sent. */
  readonly item: JsonObject;
  readonly logs: readonly LogLine[];
  /** What the action counted, such as `collisions mac` or `graphNodes 2`: metric, labels, and the amount when it is not 1. */
  readonly counts: readonly string[];
  /** Requests in order, such as `get ips.kubeovn.io v.n`, `list pods n`, `serves ips.kubeovn.io`. */
  readonly requests: readonly string[];
}

/** Runs `execute` of a backup action. Without `backup` an empty one is sent; `null` sends none. */
export async function runBackup<S>(
  action: BackupItemAction<S> | BackupItemActionV2<S>,
  request: World<S> & { readonly item: JsonObject; readonly backup?: JsonObject | null },
): Promise<Outcome<BackupResultV2>> {
  const { context, ...rest } = prepare(request, action.name);
  const backup = request.backup === null ? undefined : cloneJson(request.backup ?? {});
  const result = await action.execute({ item: cloneJson(request.item), backup }, context) ?? {};
  // A request without a right has failed already, but the action may have taken that for a failure of the cluster.
  assertDeclared(rest.requests, action.name);
  return { result, item: result.item ?? request.item, ...rest };
}

/** Runs `execute` of a restore action. `itemFromBackup` defaults to the item; `restore: null` sends none. */
export async function runRestore<S>(
  action: RestoreItemAction<S> | RestoreItemActionV2<S>,
  request: World<S> & {
    readonly item: JsonObject;
    readonly itemFromBackup?: JsonObject;
    readonly restore?: JsonObject | null;
  },
): Promise<Outcome<RestoreResultV2>> {
  const { context, ...rest } = prepare(request, action.name);
  const restore = request.restore === null ? undefined : cloneJson(request.restore ?? {});
  const itemFromBackup = cloneJson(request.itemFromBackup ?? request.item);
  const result: RestoreResultV2 =
    await action.execute({ item: cloneJson(request.item), itemFromBackup, restore }, context) ?? {};
  assertDeclared(rest.requests, action.name);
  return { result, item: result.item ?? request.item, ...rest };
}

/** Asks a restore action whether its additional items are ready; an action that cannot say so is ready. */
export async function runReadiness<S>(
  action: RestoreItemActionV2<S>,
  request: World<S> & ReadinessRequest,
): Promise<{ ready: boolean; logs: readonly LogLine[]; requests: readonly string[] }> {
  const { context, logs, requests } = prepare(request, action.name);
  const { additionalItems, restore } = request;
  const ready = await action.areAdditionalItemsReady?.({ additionalItems, restore }, context) ?? true;
  return { ready, logs, requests };
}

/**
 * A context with its log lines and requests, for calls that have no runner above. A request that the action, or without its name any action,
 * does not declare in its rights throws.
 */
export function prepare<S>(
  world: World<S>,
  action?: string,
): { context: Context<S>; logs: LogLine[]; counts: string[]; requests: string[] } {
  const logs: LogLine[] = [];
  const counts: string[] = [];
  const requests: string[] = [];
  const line = (level: keyof Log): Log["info"] => (message, fields = {}) =>
    void logs.push({ level, message, fields });
  const states = world.states ?? new Map<string, unknown>();
  const now = world.now ?? new Date("2026-01-02T03:04:05Z");
  const memory = createMemoryCluster({
    objects: world.objects ?? [],
    absentGroups: world.absentGroups ?? [],
    now: () => now,
  });
  let uuids = 0;
  const context: Context<S> = {
    cluster: atMost(watched({ ...memory, ...world.cluster }, requests, action), AT_ONCE),
    images: world.images ?? NO_IMAGES,
    settings: (world.settings ?? {}) as S,
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    signal: world.signal ?? new AbortController().signal,
    clock: { now: () => now, timeout: world.timeout ?? (() => new AbortController().signal) },
    random: { uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}` },
    state<T>(key: string, init: () => T): T {
      if (!states.has(key)) states.set(key, init());
      return states.get(key) as T;
    },
    count: (metric, labels, amount = 1) =>
      void counts.push([metric, ...labels, ...(amount === 1 ? [] : [amount])].join(" ")),
  };
  return { context, logs, counts, requests };
}

/** The defaults of a source's settings as its actions see them. */
export function defaultsOf<D extends SettingsDefinition>(definition: D): SettingsOf<D> {
  return Object.fromEntries(
    Object.entries(definition).map(([name, { schema, fallback }]) => [name, v.parse(schema(v), fallback)]),
  ) as SettingsOf<D>;
}

/** The messages of one level. */
export function messages(logs: readonly LogLine[], level: keyof Log): string[] {
  return logs.filter((line) => line.level === level).map((line) => line.message);
}

/** The action of that kind and name in a source. */
export function actionOf<K extends Action["kind"]>(
  source: { readonly actions: readonly Action[] },
  kind: K,
  name: string,
): Extract<Action, { kind: K }> {
  const found = source.actions.find((action) => action.kind === kind && action.name === name);
  if (found === undefined) throw new Error(`No ${kind} ${name}`);
  return found as Extract<Action, { kind: K }>;
}

function watched(cluster: Cluster, requests: string[], action: string | undefined): Cluster {
  const note = (verb: string, kind: ResourceKind, namespace = "", name = "") => {
    requests.push(describe({ verb, kind, namespace, name }));
    assertDeclared(requests.slice(-1), action);
  };
  const of = (object: JsonObject) => {
    const metadata = (object.metadata ?? {}) as JsonObject;
    return [String(metadata.namespace ?? ""), String(metadata.name ?? metadata.generateName ?? "")] as const;
  };
  return {
    get: (kind, namespace, name, options) => {
      note("get", kind, namespace, name);
      return cluster.get(kind, namespace, name, options);
    },
    list: (kind, options) => {
      note("list", kind, options?.namespace);
      return cluster.list(kind, options);
    },
    create: (kind, object, options) => {
      note("create", kind, ...of(object));
      return cluster.create(kind, object, options);
    },
    apply: (kind, object, options) => {
      note("apply", kind, ...of(object));
      return cluster.apply(kind, object, options);
    },
    patch: (kind, namespace, name, body, options) => {
      note("patch", kind, namespace, name);
      return cluster.patch(kind, namespace, name, body, options);
    },
    delete: (kind, namespace, name, options) => {
      note("delete", kind, namespace, name);
      return cluster.delete(kind, namespace, name, options);
    },
    serves: (group, resource, options) => {
      note("serves", { group, version: "", resource });
      return cluster.serves(group, resource, options);
    },
    version: (options) => cluster.version(options),
  };
}
