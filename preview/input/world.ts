/**
 * The cluster that a preview looks at: a live one, or one in memory made of manifests. Whatever it is, nothing is written to it.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import { type ConnectOptions, findServer } from "../../cluster/live/connect.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { Forward } from "../../cluster/served/recording_server.ts";
import { createRecordingCluster, type RecordingCluster } from "../../cluster/memory/recording.ts";
import { createDiscovery, type Discovery } from "../run/resources.ts";
import { InputError } from "./input_error.ts";

/** A cluster with what it serves. */
export interface World {
  /** Records every write; reads fall through. */
  readonly cluster: RecordingCluster;
  readonly discovery: Discovery;
  /** The cluster itself, for the one request that a preview may make of it. */
  readonly inner: Cluster;
  /** Answers what a plugin process reads. */
  readonly forward: Forward;
}

/** A cluster of these objects and the resources that are known without a server. */
export async function memoryWorld(objects: readonly JsonObject[]): Promise<World> {
  const inner = createMemoryCluster({ objects });
  const { createApiServer } = await import("../../cluster/served/serve.ts");
  const { handler } = createApiServer(inner);
  const cluster = createRecordingCluster(inner);
  const discovery = await createDiscovery(() =>
    Promise.resolve([...inner.store.resources(), ...cluster.defined()])
  );
  return { cluster, inner, discovery, forward: handler };
}

/**
 * The cluster of the kubeconfig or of the pod.
 *
 * @throws {InputError} when there is none, or when it does not answer.
 */
export async function liveWorld(
  options: ConnectOptions & { readonly missing?: (group: string, error: Error) => void },
): Promise<World> {
  try {
    const server = await findServer(options);
    const { createLiveCluster } = await import("../../cluster/live/live.ts");
    const { listResources } = await import("../../cluster/live/resources.ts");
    const inner = createLiveCluster({ server });
    const cluster = createRecordingCluster(inner);
    const { missing } = options;
    const served = await listResources(server, missing === undefined ? {} : { missing });
    const discovery = await createDiscovery(() => Promise.resolve([...served, ...cluster.defined()]));
    const forward: Forward = async (request) => {
      const { pathname, search } = new URL(request.url);
      const authorization = await server.authorization?.(false);
      const headers = new Headers({ accept: request.headers.get("accept") ?? "application/json" });
      if (authorization !== undefined) headers.set("authorization", authorization);
      return await server.fetch(`${server.url}${pathname}${search}`, { headers, signal: request.signal });
    };
    return { cluster, inner, discovery, forward };
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    const remedy = cause.reason === "NoCluster" ? "; give --kubeconfig FILE, or manifests" : "";
    throw new InputError(`${cause.message}${remedy}`, { cause });
  }
}
