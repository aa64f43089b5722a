/**
 * The cluster that a preview looks at: a live one, or one in memory made of manifests. Whatever it is, nothing is written to it.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { type Cluster, ClusterError, type ClusterReason } from "../../cluster/cluster.ts";
import { type ConnectOptions, findServer } from "../../cluster/live/connect.ts";
import { resourcesDefinedBy } from "../../cluster/memory/definitions.ts";
import { knownResources } from "../../cluster/memory/resources.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";
import { stringAt } from "../../objects/object.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { Forward } from "../../cluster/served/recording_server.ts";
import { createRecordingCluster, type RecordingCluster } from "../../cluster/memory/recording.ts";
import { backupByDefault, connectImages } from "../../images/connect.ts";
import type { Images } from "../../images/images.ts";
import { assumeImages, recordImages, type RecordingOptions } from "../../images/recording.ts";
import type { StoredItem } from "../archive/archive.ts";
import { storedType } from "../restore/stored_type.ts";
import { createDiscovery, type Discovery, groupResource } from "../run/resources.ts";
import { InputError } from "./input_error.ts";

/** A cluster with what it serves. */
export interface World {
  /** True for a real cluster, false for manifests. */
  readonly live: boolean;
  /** Records every write; reads fall through. */
  readonly cluster: RecordingCluster;
  readonly discovery: Discovery;
  /** The cluster itself, for the one request that a preview may make of it. */
  readonly inner: Cluster;
  /** Images, whose copies are only recorded by `note`. */
  images(note: RecordingOptions["note"]): Images;
  /** Answers what a plugin process reads. */
  readonly forward: Forward;
}

/**
 * A cluster of these objects that serves Kubernetes' and Velero's kinds, and of the others that are known those of the systems that
 * are there: where nothing of OpenShift is seen, its kinds are not served, and its actions do nothing.
 *
 * @param stored The items of a backup, whose kinds are served as well.
 */
export async function memoryWorld(
  objects: readonly JsonObject[],
  stored: Iterable<StoredItem> = [],
): Promise<World> {
  const items = [...new Map([...stored].map((item) => [groupResource(item), item])).values()];
  const seen = objects.flatMap((object) => [
    splitApiVersion(stringAt(object, "apiVersion") ?? "").group,
    ...resourcesDefinedBy(object).map(({ group }) => group),
  ]);
  const systems = new Set([...ALWAYS, ...[...items.map(({ group }) => group), ...seen].map(systemOf)]);
  const known = new Set(knownResources().map(({ group }) => group));
  const absentGroups = [...known].filter((group) => !systems.has(systemOf(group)));
  const inner = createMemoryCluster({ objects, absentGroups });
  const served = new Set(inner.store.resources().map(groupResource));
  for (const item of items) {
    const type = storedType(item);
    if (type.kind !== "" && !served.has(groupResource(item))) inner.store.register(type);
  }
  const { createApiServer } = await import("../../cluster/served/serve.ts");
  const { handler } = createApiServer(inner);
  const cluster = createRecordingCluster(inner);
  const discovery = await createDiscovery(() =>
    Promise.resolve([...inner.store.resources(), ...cluster.defined()])
  );
  const images: World["images"] = (note) => assumeImages(note, backupByDefault((name) => Deno.env.get(name)));
  return { live: false, cluster, inner, discovery, images, forward: handler };
}

// Of core and of the groups without a dot the system is Kubernetes itself.
const ALWAYS = ["", "k8s.io", "velero.io"];

// `instancetype.kubevirt.io` and `kubevirt.io` come together.
function systemOf(group: string): string {
  return group.includes(".") ? group.split(".").slice(-2).join(".") : "";
}

const REMEDIES: Readonly<Partial<Record<ClusterReason, string>>> = {
  NoCluster: ". Give --kubeconfig FILE, or manifests",
  Unreachable: ". Check the kubeconfig, its context and the network",
  Unauthorized: ". Log in to the cluster again",
};

// A server that takes connections and never answers would otherwise be asked for two minutes, with all repeats.
const PATIENCE = 10_000;

/**
 * The cluster of the kubeconfig or of the pod.
 *
 * @throws {InputError} when there is none, or when it does not answer.
 */
export async function liveWorld(
  options: ConnectOptions & {
    /** How long the server may take for its first answer, in milliseconds. */
    readonly patience?: number;
    readonly missing?: (group: string, error: Error) => void;
    /** Stands between everything and the cluster. */
    readonly around?: (cluster: Cluster) => Cluster;
  },
): Promise<World> {
  let url: string | undefined;
  try {
    const server = await findServer(options);
    url = server.url;
    const { createLiveCluster } = await import("../../cluster/live/live.ts");
    const { listResources } = await import("../../cluster/live/resources.ts");
    const { missing, around = (cluster) => cluster, patience = PATIENCE } = options;
    const inner = around(createLiveCluster({ server }));
    await answers(inner, patience);
    const cluster = createRecordingCluster(inner);
    const served = await listResources(server, missing === undefined ? {} : { missing });
    const discovery = await createDiscovery(() => Promise.resolve([...served, ...cluster.defined()]));
    const forward: Forward = async (request) => {
      const { pathname, search } = new URL(request.url);
      const authorization = await server.authorization?.(false);
      const headers = new Headers({ accept: request.headers.get("accept") ?? "application/json" });
      if (authorization !== undefined) headers.set("authorization", authorization);
      return await server.fetch(`${server.url}${pathname}${search}`, { headers, signal: request.signal });
    };
    const images: World["images"] = (note) => recordImages(connectImages(options), { note });
    return { live: true, cluster, inner, discovery, images, forward };
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    const where = cause.reason === "Unreachable" && url !== undefined
      ? `Cannot reach the cluster at ${url}: `
      : "";
    throw new InputError(`${where}${cause.message}${REMEDIES[cause.reason] ?? ""}`, { cause });
  }
}

// Any answer will do: what else is wrong with the server, the next request says.
async function answers(cluster: Cluster, patience: number): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  try {
    await cluster.version({ signal });
  } catch (cause) {
    if (signal.aborted) {
      throw new ClusterError(`no answer within ${patience / 1000} s`, "Unreachable", 0, { cause });
    }
    if (!(cause instanceof ClusterError) || cause.reason === "Unreachable") throw cause;
  }
}
