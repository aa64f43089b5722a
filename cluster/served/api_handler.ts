/**
 * Kubernetes' REST interface over a store: requests in, answers out, worded as by a real API server.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue, parseJson } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { discoveryDocument } from "./api_discovery.ts";
import { ApiStatus, notServed } from "../api_status.ts";
import type { ResourceKind } from "../cluster.ts";
import { reasonOf } from "./faults.ts";
import { metadataOf } from "../memory/memory.ts";
import { apiVersion, type Place, type Store, type Writer } from "../memory/store.ts";

/** An answer before it becomes HTTP: JSON, or text for what is none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject | string;
}

/** A request with its body read. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

const NOT_FOUND: ApiAnswer = { status: 404, body: "404 page not found\n" };

/** Answers a request. Refusals are answers too; nothing is thrown. */
export function answerApi(store: Store, request: ApiRequest): ApiAnswer {
  try {
    return route(store, request);
  } catch (error) {
    if (error instanceof ApiStatus) return { status: error.code, body: statusBody(error) };
    return { status: 500, body: statusBody(new ApiStatus(500, "InternalError", "internal error")) };
  }
}

/** A Kubernetes Status as JSON. */
export function statusBody({ code, reason, message, details }: ApiStatus): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: reason === "" ? reasonOf(code) : reason,
    details: details === undefined ? {} : { ...details },
    code,
  };
}

function route(store: Store, request: ApiRequest): ApiAnswer {
  const path = request.url.pathname.replace(/\/+$/, "");
  if (path === "/version") return ok({ ...store.version, platform: "linux/amd64" });
  if (/^\/(healthz|livez|readyz)$/.test(path)) return { status: 200, body: "ok" };
  const document = discoveryDocument(store, path);
  if (document !== undefined) return ok(document);

  const target = parsePath(path);
  // A path below an unknown group or version has no handler at all, which a real server says in plain text.
  if (target === undefined || discoveryDocument(store, target.root) === undefined) return NOT_FOUND;
  const { kind, namespace, name, subresource } = target;
  const { method, url: { searchParams: query } } = request;
  if (query.has("dryRun")) throw bad("dry run is not supported");
  if (query.get("watch") === "true" || query.get("watch") === "1") {
    throw new ApiStatus(405, "MethodNotAllowed", "watch is not supported");
  }
  if (subresource !== undefined && (subresource !== "status" || method === "POST")) throw notServed();
  if (name === undefined) {
    if (method === "GET") return ok(list(store, request, kind, namespace));
    if (method === "POST") return create(store, request, kind, namespace ?? "");
    if (method === "DELETE") return deleteCollection(store, request, kind, namespace);
    throw new ApiStatus(
      405,
      "MethodNotAllowed",
      "the server does not allow this method on the requested resource",
    );
  }
  const place = { kind, namespace: namespace ?? "", name };
  if (method === "GET") return ok(partial(request, store.get(place)));
  if (method === "PUT") return ok(replace(store, request, place, subresource));
  if (method === "PATCH") return patch(store, request, place);
  if (method === "DELETE") return remove(store, request, place);
  throw new ApiStatus(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  );
}

/** What a path names. */
export interface Target {
  /** Path of the group and version. */
  readonly root: string;
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** What a path of the API means; `undefined` for discovery and what is no resource. */
export function parsePath(path: string): Target | undefined {
  const steps = path.split("/").slice(1).map(decodeURIComponent);
  const core = steps[0] === "api";
  if (!core && steps[0] !== "apis") return undefined;
  const [group = "", version = ""] = core ? ["", steps[1]] : [steps[1], steps[2]];
  let rest = steps.slice(core ? 2 : 3);
  let namespace: string | undefined;
  // `/namespaces/n` and its status are objects of their own.
  if (rest[0] === "namespaces" && rest.length >= 3 && rest[2] !== "status" && rest[2] !== "finalize") {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [resource, name, subresource, ...more] = rest;
  if (resource === undefined || resource === "" || more.length > 0) return undefined;
  const root = core ? `/api/${version}` : `/apis/${group}/${version}`;
  return { root, kind: { group, version, resource }, namespace, name, subresource };
}

function list(
  store: Store,
  request: ApiRequest,
  kind: ResourceKind,
  namespace: string | undefined,
): JsonObject {
  const type = store.typeOf(kind);
  const query = request.url.searchParams;
  const limit = Number(query.get("limit") ?? "0");
  const from = continueKey(query.get("continue") ?? "");
  const all = matching(store, request, kind, namespace)
    .filter((object) => from === undefined || sortKey(object) > from);
  const page = limit > 0 ? all.slice(0, limit) : all;
  const last = page.at(-1);
  const more = last !== undefined && page.length < all.length
    ? { continue: btoa(encodeURIComponent(sortKey(last))), remainingItemCount: all.length - page.length }
    : {};
  const metadataOnly = wantsMetadata(request);
  const items = page.map((object) => {
    if (metadataOnly) return metadataOf(object);
    // As real servers do for their own kinds, whose items have the list's kind.
    if (!kind.group.includes(".")) {
      delete object.apiVersion;
      delete object.kind;
    }
    return object;
  });
  return {
    kind: metadataOnly ? "PartialObjectMetadataList" : `${type.kind}List`,
    apiVersion: metadataOnly ? "meta.k8s.io/v1" : apiVersion(kind),
    metadata: { resourceVersion: "1", ...more },
    items,
  };
}

function matching(
  store: Store,
  { url: { searchParams } }: ApiRequest,
  kind: ResourceKind,
  namespace: string | undefined,
): JsonObject[] {
  const fields = (searchParams.get("fieldSelector") ?? "").split(",").filter((term) => term !== "");
  return store.list(kind, namespace, searchParams.get("labelSelector") ?? "").filter((object) =>
    fields.every((term) => {
      const [, field = "", operator, value] = /^metadata\.(name|namespace)(==?|!=)(.*)$/.exec(term) ?? [];
      if (operator === undefined) throw bad(`field selector "${term}" is not supported`);
      const own = field === "name" ? nameOf(object) : namespaceOf(object);
      return (own === value) === (operator !== "!=");
    })
  );
}

// NUL sorts before every letter of a name.
function sortKey(object: JsonObject): string {
  return `${namespaceOf(object)}\0${nameOf(object)}`;
}

function continueKey(token: string): string | undefined {
  if (token === "") return undefined;
  try {
    return decodeURIComponent(atob(token));
  } catch {
    throw bad("continue key is not valid");
  }
}

function create(store: Store, request: ApiRequest, kind: ResourceKind, namespace: string): ApiAnswer {
  const object = objectIn(request);
  const own = namespaceOf(object);
  if (own !== "" && own !== namespace) {
    throw bad("the namespace of the provided object does not match the namespace sent on the request");
  }
  return { status: 201, body: store.create(kind, namespace, object, writer(request)) };
}

function replace(
  store: Store,
  request: ApiRequest,
  place: Place,
  subresource: string | undefined,
): JsonObject {
  const object = objectIn(request);
  if (subresource === undefined) return store.replace(place, object, writer(request));
  return store.replace(place, { ...store.get(place), status: object.status }, writer(request));
}

function patch(store: Store, request: ApiRequest, place: Place): ApiAnswer {
  const type = mediaType(request);
  if (type === "application/apply-patch+yaml") {
    const { manager, force = false } = writer(request);
    if (manager === undefined) {
      throw new ApiStatus(422, "Invalid", "fieldManager: Required value: is required for apply patch");
    }
    const status = store.has(place) ? 200 : 201;
    return { status, body: store.apply(place, objectIn(request), { manager, force }) };
  }
  if (type === "application/json-patch+json") {
    return ok(store.patch(place, "json", bodyOf(request), writer(request)));
  }
  // Strategic merge needs schemas; without them it is a merge.
  if (type === "application/merge-patch+json" || type === "application/strategic-merge-patch+json") {
    return ok(store.patch(place, "merge", objectIn(request), writer(request)));
  }
  throw unknownFormat(type);
}

function unknownFormat(type: string): ApiStatus {
  return new ApiStatus(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format: ${type}`,
  );
}

function remove(store: Store, request: ApiRequest, place: Place): ApiAnswer {
  const options = request.body === "" ? {} : objectIn(request);
  const object = store.delete(place, stringAt(options, "preconditions", "uid"));
  const { kind, name } = place;
  const details = { name, group: kind.group, kind: kind.resource, uid: stringAt(object, "metadata", "uid") };
  return ok({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
}

function deleteCollection(
  store: Store,
  request: ApiRequest,
  kind: ResourceKind,
  namespace: string | undefined,
): ApiAnswer {
  for (const object of matching(store, request, kind, namespace)) {
    store.delete({ kind, namespace: namespaceOf(object), name: nameOf(object) });
  }
  return ok({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });
}

function ok(body: JsonObject): ApiAnswer {
  return { status: 200, body };
}

function bad(message: string): ApiStatus {
  return new ApiStatus(400, "BadRequest", message);
}

function wantsMetadata({ headers }: ApiRequest): boolean {
  return (headers.get("accept") ?? "").includes("as=PartialObjectMetadata");
}

function partial(request: ApiRequest, object: JsonObject): JsonObject {
  return wantsMetadata(request) ? metadataOf(object) : object;
}

function mediaType({ headers }: ApiRequest): string {
  return (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
}

function bodyOf(request: ApiRequest): JsonValue {
  const type = mediaType(request);
  if (type !== "" && !/\b(json|yaml|plain)$/.test(type)) throw unknownFormat(type);
  try {
    return parseJson(request.body);
  } catch {
    throw bad("the body of the request is not JSON");
  }
}

function objectIn(request: ApiRequest): JsonObject {
  const body = bodyOf(request);
  if (isObject(body)) return body;
  throw bad("the body of the request is not an object");
}

// As a real server: the field manager of the query, else the first word of the user agent.
function writer({ url: { searchParams }, headers }: ApiRequest): Writer {
  const manager = searchParams.get("fieldManager") ?? headers.get("user-agent")?.split("/")[0];
  return { force: searchParams.get("force") === "true", ...(manager === undefined ? {} : { manager }) };
}
