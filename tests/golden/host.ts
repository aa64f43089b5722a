/**
 * Runs recorded cases against a plugin executable over the wire, each in the world it was recorded in.
 *
 * @module
 */

import type { ActionKind, OperationProgress, Selector } from "../../actions/action.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { createMemoryCluster, type MemoryCluster } from "../../cluster/memory/memory.ts";
import { equalJson } from "../../cluster/memory/patches.ts";
import { serveCluster, type ServedCluster } from "../../cluster/served/serve.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";
import { type Plugin, startPlugin } from "../../preview/host/plugin.ts";
import { decodeItem, encode } from "../../preview/run/step.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { uidOf } from "./uid.ts";
import type { Case, ClusterChange, Golden, Result } from "./golden.ts";
import { startRegistries } from "./registries.ts";

/** Runs cases one after the other. */
export interface GoldenHost {
  /** The plugin's answer; an error of the call is in the result, a plugin that dies is an exception. */
  run(golden: Case): Promise<Result>;
  /** What the last case asked of the API server: `GET /path -> 200`. */
  requests(): readonly string[];
  close(): Promise<void>;
}

/** Actions whose kind this project changed on purpose (protocol 12.2). */
const MAPPED_KIND: Readonly<Record<string, ActionKind>> = {
  "RestoreItemAction lubronzhan.io/vm-restore": "RestoreItemActionV2",
};

// With which the recording's plugins logged in, also at the internal registry.
const TOKEN = "oracle-token";

/** Serves a cluster and makes the host of one plugin executable. */
export async function createGoldenHost(executable: string): Promise<GoldenHost> {
  const directory = await Deno.makeTempDir({ prefix: "golden-" });
  let cluster = createMemoryCluster();
  // One server for all cases, so that the process of a session keeps its API server while the objects are exchanged.
  const served = serveCluster({
    ...cluster,
    get store() {
      return cluster.store;
    },
  } as MemoryCluster, { token: () => TOKEN });
  await Deno.writeTextFile(`${directory}/kubeconfig`, served.kubeconfig());
  let process: { plugin: Plugin; world: string; session: string | undefined } | undefined;

  const stop = async () => {
    const { plugin } = process ?? {};
    process = undefined;
    if (plugin !== undefined && !await plugin.stop()) throw new Error("the plugin did not end by itself");
  };

  return {
    async run(given) {
      const registries = await startRegistries(given);
      const golden = registries?.case ?? given;
      const world = worldOf(golden);
      const { session } = golden;
      const same = process !== undefined &&
        (session === undefined
          ? process.session === undefined && process.world === world
          : process.session === session);
      if (!same) await stop();
      const loaded = !(same && golden.keepCluster === true);
      if (loaded) cluster = createMemoryCluster(clusterOptions(golden));
      served.setFaults(golden.faults ?? []);
      served.clearRequests();
      process ??= {
        plugin: await startPlugin({ path: executable, env: environment(golden, directory, served) }),
        world,
        session,
      };
      const before = cluster.objects();
      const { plugin } = process;
      const answer = await call(plugin, golden);
      await registries?.close();
      const changes = changesBetween(before, cluster);
      // What a process has read may stand in its memory; after a write it would be out of date.
      if (changes.length > 0 && session === undefined) await stop();
      const result: Result = { ...answer, ...(changes.length === 0 ? {} : { changes }) };
      return registries?.describe(result) ?? result;
    },
    requests: served.requests,
    async close() {
      await stop();
      await served.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

// Everything that a process can have read and remembered. Cases share a process only when this is the same, because lists, settings
// and discovery are kept for the life of a process. A fault that occurs only a few times belongs to one case.
function worldOf(golden: Case): string {
  const { cluster = [], absentGroups = [], faults = [], serverVersion, noKube = false, env = {} } = golden;
  const own = faults.some((fault) => fault.times !== undefined) ? golden.name : "";
  return JSON.stringify({ cluster, absentGroups, faults, serverVersion, noKube, env, own });
}

/** The cases of one world, and of one session, side by side, so that few processes serve them. */
export function inWorldOrder(goldens: readonly Golden[]): Golden[] {
  return [...Map.groupBy(goldens, ({ case: one }) => one.session ?? worldOf(one)).values()].flat();
}

function clusterOptions({ cluster = [], absentGroups = [], serverVersion }: Case) {
  return {
    objects: cluster.map(withServerFields),
    absentGroups,
    version: serverVersion ?? { major: "1", minor: "29", gitVersion: "v1.29.7+4510e9c" },
    now: () => new Date("2025-01-01T00:00:00Z"),
  };
}

// The recording's server gave these to objects that came without.
function withServerFields(object: JsonObject): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return {
    ...object,
    metadata: { uid: uidOf(object), creationTimestamp: "2025-01-01T00:00:00Z", ...metadata },
  };
}

function environment({ noKube = false, env = {} }: Case, directory: string, { port }: ServedCluster) {
  const cluster = {
    KUBECONFIG: `${directory}/kubeconfig`,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(port),
    VELERO_NAMESPACE: "velero",
  };
  return pluginEnvironment(directory, { ...(noKube ? {} : cluster), ...env });
}

async function call(plugin: Plugin, golden: Case): Promise<Omit<Result, "changes">> {
  const { plugin: name, item = {}, itemFromBackup = item } = golden;
  const kind = MAPPED_KIND[`${golden.kind} ${name}`] ?? golden.kind;
  const run = golden.backup ?? golden.restore;
  // Velero's client marshals a run that is not there to null.
  const runBytes = run === undefined ? new TextEncoder().encode("null") : encode(run);
  try {
    switch (golden.op ?? "execute") {
      case "appliesTo":
        return { selector: recordedSelector(await plugin.appliesTo(kind, name)) };
      case "areAdditionalItemsReady": {
        const items = golden.additionalItemsIn ?? [];
        return { ready: await plugin.areAdditionalItemsReady(kind, name, items, runBytes) };
      }
      case "progress":
        return {
          progress: recordedProgress(
            await plugin.progress(kind, name, golden.operationIDIn ?? "", runBytes),
          ),
        };
      case "cancel":
        await plugin.cancel(kind, name, golden.operationIDIn ?? "", runBytes);
        return {};
      case "execute": {
        if (kind === "ItemBlockAction") {
          return { additionalItems: await plugin.relatedItems(name, { item: encode(item), run: runBytes }) };
        }
        const request = { item: encode(item), run: runBytes, itemFromBackup: encode(itemFromBackup) };
        const { item: bytes, postOperationItems, ...answer } = await plugin.execute(kind, name, request);
        return { ...answer, item: decodeItem(bytes), itemsToUpdate: postOperationItems ?? [] };
      }
      default:
        throw new TypeError(`case ${golden.name} has the unknown op "${golden.op}"`);
    }
  } catch (error) {
    if (error instanceof TypeError) throw error;
    await plugin.list(); // A plugin that is gone has not refused.
    return { error: { message: (error as Error).message } };
  }
}

function recordedProgress(progress: OperationProgress): JsonObject {
  const { completed, error = "", nCompleted = 0, nTotal = 0, operationUnits = "", description = "" } =
    progress;
  return {
    Completed: completed,
    Err: error,
    NCompleted: nCompleted,
    NTotal: nTotal,
    OperationUnits: operationUnits,
    Description: description,
    Started: recordedTime(progress.started),
    Updated: recordedTime(progress.updated),
  };
}

// Go writes no fraction that is zero, and Velero's client makes 1970 of a time that was not sent.
function recordedTime(time = new Date(0)): string {
  return time.toISOString().replace(/\.?0*Z$/, "Z");
}

function recordedSelector({ selector = "", ...lists }: Selector): JsonObject {
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  return { ...Object.fromEntries(filled), ...(selector === "" ? {} : { labelSelector: selector }) };
}

function changesBetween(before: readonly JsonObject[], cluster: MemoryCluster): ClusterChange[] {
  const place = (object: JsonObject) => {
    const { group } = splitApiVersion(stringAt(object, "apiVersion") ?? "");
    const type = cluster.store.resources().find((type) => type.group === group && type.kind === object.kind);
    return { group, resource: type?.resource ?? "", namespace: namespaceOf(object), name: nameOf(object) };
  };
  const key = (object: JsonObject) => Object.values(place(object)).join("/");
  const old = new Map(before.map((object) => [key(object), object]));
  const now = cluster.objects();
  const changes: ClusterChange[] = [];
  for (const object of now) {
    const was = old.get(key(object));
    old.delete(key(object));
    if (equalJson(was, object)) continue;
    changes.push({
      op: was === undefined ? "created" : "updated",
      ...recordedPlace(place(object)),
      object: shown(object),
    });
  }
  for (const object of old.values()) changes.push({ op: "deleted", ...recordedPlace(place(object)) });
  return changes.sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1);
}

function recordedPlace<P extends { namespace: string }>({ namespace, ...place }: P) {
  return { ...place, ...(namespace === "" ? {} : { namespace }) };
}

function shown(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object;
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function sortKey({ group, resource, namespace = "", name }: ClusterChange): string {
  return `${group}/${resource}/${namespace}/${name}`;
}
