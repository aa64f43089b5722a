/**
 * The Kubernetes API as actions see it: small enough for a test to fake and for preview to record (protocol 12.4).
 *
 * @module
 */

import type { JsonObject } from "../objects/json.ts";

/** A resource at one API version. Group is empty for core. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  /** The lower-case plural, for example `virtualmachines`. */
  readonly resource: string;
}

/** What every request takes. */
export interface RequestOptions {
  /** Ends the request early; the reason of the signal is thrown. */
  readonly signal?: AbortSignal;
}

/** How one object is read. */
export interface GetOptions extends RequestOptions {
  /** Ask for metadata only (PartialObjectMetadata), for existence and labels. */
  readonly metadataOnly?: boolean;
}

/** How a list is read. */
export interface ListOptions extends GetOptions {
  /** One namespace; absent means all. */
  readonly namespace?: string;
  /** A label selector in Kubernetes syntax. */
  readonly labelSelector?: string;
  /** Objects asked for per page; default 500. */
  readonly pageSize?: number;
}

/** How an object is applied. */
export interface ApplyOptions extends RequestOptions {
  /** The field manager. */
  readonly manager: string;
  /** Take over fields of other managers. */
  readonly force?: boolean;
}

/** How an object is patched. */
export interface PatchOptions extends RequestOptions {
  readonly type: "merge" | "json";
}

/** How an object is deleted. */
export interface DeleteOptions extends RequestOptions {
  /** Delete only the object with this UID. */
  readonly uid?: string;
}

/** `/version` of the API server; the numbers as it writes them (`29`, `27+`). */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

/**
 * The operations actions need. `namespace` is empty for cluster-scoped objects.
 *
 * All of them throw {@link ClusterError} when the server refuses, is out of reach, or does not serve the kind.
 */
export interface Cluster {
  /** One object, `undefined` when it does not exist. A kind that is not served throws with reason `NotServed`. */
  get(
    kind: ResourceKind,
    namespace: string,
    name: string,
    options?: GetOptions,
  ): Promise<JsonObject | undefined>;
  /** The objects of a list, all pages, one after the other. */
  list(kind: ResourceKind, options?: ListOptions): AsyncIterable<JsonObject>;
  /** Creates an object, also with `metadata.generateName`; gives the object as stored. */
  create(kind: ResourceKind, object: JsonObject, options?: RequestOptions): Promise<JsonObject>;
  /** Server-side apply of the fields of `object`, which must carry apiVersion, kind and name. */
  apply(kind: ResourceKind, object: JsonObject, options: ApplyOptions): Promise<JsonObject>;
  /** Patches an existing object; `body` is a merge patch object or a list of JSON patch operations. */
  patch(
    kind: ResourceKind,
    namespace: string,
    name: string,
    body: JsonObject | JsonObject[],
    options: PatchOptions,
  ): Promise<JsonObject>;
  /** Deletes an object; false when it was not there. */
  delete(kind: ResourceKind, namespace: string, name: string, options?: DeleteOptions): Promise<boolean>;
  /** The versions in which a resource is served, preferred first; empty when it is not. Asked once per process. */
  serves(group: string, resource: string, options?: RequestOptions): Promise<readonly string[]>;
  /** Version of the API server. */
  version(options?: RequestOptions): Promise<ServerVersion>;
}

/**
 * Why a request failed. Most are reason words of Kubernetes; `NotFound` is for a write to an object or namespace that does not exist.
 * Four are our own: `NotServed` (the API server does not know the kind), `Unreachable` (no answer), `NoCluster` (none is configured),
 * and `BadAnswer` (an answer that is not Kubernetes JSON).
 */
export type ClusterReason =
  | "NotServed"
  | "Unreachable"
  | "NoCluster"
  | "BadAnswer"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "Conflict"
  | "AlreadyExists"
  | "Invalid"
  | "TooManyRequests"
  | "Other";

/** What was asked, for messages. */
export interface RequestSubject {
  /** The Kubernetes verb: get, list, create, patch, delete. */
  readonly verb: string;
  readonly kind?: ResourceKind;
  readonly namespace?: string;
  readonly name?: string;
}

/** A request that the cluster did not serve. The message names verb, resource, namespace and name, never the content of objects. */
export class ClusterError extends Error {
  readonly reason: ClusterReason;
  /** The HTTP status, 0 when there was no answer. */
  readonly status: number;

  constructor(message: string, reason: ClusterReason, status: number, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ClusterError";
    this.reason = reason;
    this.status = status;
  }
}

/** `get virtualmachines.kubevirt.io n/v`: what was asked, in words. */
export function describe({ verb, kind, namespace, name }: RequestSubject): string {
  const resource = kind === undefined
    ? ""
    : kind.group === ""
    ? kind.resource
    : `${kind.resource}.${kind.group}`;
  const object = [namespace, name].filter((part) => part !== undefined && part !== "").join("/");
  return [verb, resource, object].filter((part) => part !== "").join(" ");
}

/** The same read, but a kind that is not served counts as an absent object. */
export async function absentWhenNotServed<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === "NotServed") return undefined;
    throw error;
  }
}

/** The same request, but its result is `undefined` when the object does not exist. */
export async function absentWhenNotFound<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === "NotFound") return undefined;
    throw error;
  }
}
