/**
 * A recording cluster on the loopback interface, for programs that talk to an API server by themselves: reads are answered by the
 * cluster that is looked at, writes never reach it.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { ApiStatus } from "../api_status.ts";
import { ClusterError } from "../cluster.ts";
import type { RecordingCluster } from "../memory/recording.ts";
import { apiVersion } from "../memory/store.ts";
import { parsePath, statusBody, type Target } from "./api_handler.ts";
import { json, kubeconfig } from "./serve.ts";

/** Answers a reading request as the cluster that is looked at does. */
export type Forward = (request: Request) => Promise<Response>;

/** A recording cluster on the network. */
export interface RecordingServer {
  /** The text of a kubeconfig for it. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** Serves a recording cluster until it is closed. */
export function serveRecording(cluster: RecordingCluster, forward: Forward): RecordingServer {
  const closing = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: closing.signal,
    onListen: () => {},
  }, createRecordingHandler(cluster, forward));
  return {
    kubeconfig: kubeconfig(`http://127.0.0.1:${server.addr.port}`),
    async close() {
      closing.abort();
      await server.finished;
    },
  };
}

/** The same as a function, without a network. */
export function createRecordingHandler(cluster: RecordingCluster, forward: Forward): Forward {
  return async (request) => {
    try {
      return await answer(cluster, forward, request);
    } catch (error) {
      const status = error instanceof ApiStatus
        ? error
        : error instanceof ClusterError
        ? new ApiStatus(error.status || 503, error.reason, error.message)
        : new ApiStatus(500, "InternalError", "internal error");
      return json(status.code, stringifyJson(statusBody(status)));
    }
  };
}

async function answer(cluster: RecordingCluster, forward: Forward, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const target = parsePath(pathname.replace(/\/+$/, ""));
  const reads = request.method === "GET" || request.method === "HEAD";
  if (reads) {
    const own = target === undefined || searchParams.has("watch")
      ? undefined
      : await read(cluster, target, searchParams, wantsMetadata(request));
    return own === undefined ? await forward(request) : json(200, stringifyJson(own));
  }
  if (target === undefined) throw new ApiStatus(404, "NotFound", "no such resource");
  if (searchParams.has("dryRun")) throw new ApiStatus(400, "BadRequest", "dry run is not supported");
  const { status, object } = await write(cluster, target, request, searchParams);
  return json(status, stringifyJson(object));
}

// What may have been written; everything else the cluster below knows best, down to the formats it offers.
async function read(
  cluster: RecordingCluster,
  { kind, namespace, name, subresource }: Target,
  query: URLSearchParams,
  metadataOnly: boolean,
): Promise<JsonObject | undefined> {
  const same = ({ kind: other }: { kind: Target["kind"] }) =>
    other.group === kind.group && other.resource === kind.resource;
  if (!cluster.effects().some(same)) return undefined;
  if (name !== undefined) {
    if (subresource !== undefined && subresource !== "status") return undefined;
    const found = await cluster.get(kind, namespace ?? "", name, { metadataOnly });
    if (found !== undefined) return found;
    const details = { name, group: kind.group, kind: kind.resource };
    throw new ApiStatus(404, "NotFound", `${kind.resource} "${name}" not found`, details);
  }
  const labelSelector = query.get("labelSelector") ?? "";
  const options = { labelSelector, metadataOnly, ...(namespace === undefined ? {} : { namespace }) };
  const items = await Array.fromAsync(cluster.list(kind, options));
  return {
    kind: metadataOnly ? "PartialObjectMetadataList" : `${items[0]?.kind ?? ""}List`,
    apiVersion: metadataOnly ? "meta.k8s.io/v1" : apiVersion(kind),
    metadata: { resourceVersion: "1" },
    items,
  };
}

interface Written {
  readonly status: number;
  readonly object: JsonObject;
}

async function write(
  cluster: RecordingCluster,
  { kind, namespace = "", name, subresource }: Target,
  request: Request,
  query: URLSearchParams,
): Promise<Written> {
  const text = await request.text();
  const ok = (object: JsonObject): Written => ({ status: 200, object });
  if (request.method === "DELETE") {
    const uid = text === "" ? undefined : stringAt(objectIn(text), "preconditions", "uid");
    const named = name === undefined
      ? (await Array.fromAsync(cluster.list(kind, {
        labelSelector: query.get("labelSelector") ?? "",
        ...(namespace === "" ? {} : { namespace }),
      }))).map((object) => [namespaceOf(object), nameOf(object)] as const)
      : [[namespace, name] as const];
    for (const [space, one] of named) {
      const deleted = await cluster.delete(kind, space, one, uid === undefined ? {} : { uid });
      if (!deleted) throw new ApiStatus(404, "NotFound", `${kind.resource} "${one}" not found`);
    }
    return ok({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
  }
  if (request.method === "POST" && name === undefined) {
    const object = objectIn(text);
    const metadata = isObject(object.metadata) ? object.metadata : {};
    if (namespace !== "") object.metadata = { ...metadata, namespace };
    return { status: 201, object: await cluster.create(kind, object) };
  }
  if (name === undefined || (request.method !== "PUT" && request.method !== "PATCH")) {
    throw new ApiStatus(405, "MethodNotAllowed", "the server does not allow this method");
  }
  if (request.method === "PUT") {
    const object = objectIn(text);
    const [path, value] = subresource === "status" ? ["/status", object.status ?? {}] : ["", object];
    // An addition at a path that is there replaces what stands there.
    const operations = [{ op: "add", path, value }];
    return ok(await cluster.patch(kind, namespace, name, operations, { type: "json" }));
  }
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim();
  if (type === "application/apply-patch+yaml") {
    const manager = query.get("fieldManager") ?? "plugin";
    return ok(await cluster.apply(kind, objectIn(text), { manager, force: query.get("force") === "true" }));
  }
  const body = type === "application/json-patch+json" ? operationsIn(text) : objectIn(text);
  return ok(
    await cluster.patch(kind, namespace, name, body, { type: Array.isArray(body) ? "json" : "merge" }),
  );
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    throw new ApiStatus(400, "BadRequest", "the body of the request is not JSON");
  }
}

function objectIn(text: string): JsonObject {
  const body = parsed(text);
  if (isObject(body)) return body;
  throw new ApiStatus(400, "BadRequest", "the body of the request is not an object");
}

function operationsIn(text: string): JsonObject[] {
  const body = parsed(text);
  if (Array.isArray(body) && body.every(isObject)) return body;
  throw new ApiStatus(400, "BadRequest", "the body of the request is not a list of operations");
}

function wantsMetadata({ headers }: Request): boolean {
  return (headers.get("accept") ?? "").includes("as=PartialObjectMetadata");
}
