/**
 * A cluster in memory: a small world for tests, previews from files and the demo.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { ApiStatus, refused } from "../api_status.ts";
import { absentWhenNotFound, type Cluster, type RequestOptions, type RequestSubject } from "../cluster.ts";
import { createStore, type Store, type StoreOptions } from "./store.ts";

/** A cluster whose objects can be looked at. */
export interface MemoryCluster extends Cluster {
  /** All objects with everything the cluster filled in, in the order in which they came. */
  objects(): JsonObject[];
  /** What the cluster stands on; `serve.ts` serves it. */
  readonly store: Store;
}

/**
 * Makes a cluster in memory. Its refusals read like those of a real server; namespaces need not exist to be written to.
 *
 * @throws {Error} for an object without apiVersion, kind or name.
 */
export function createMemoryCluster(options: StoreOptions = {}): MemoryCluster {
  return clusterOf(createStore(options));
}

/** The cluster over a store. */
export function clusterOf(store: Store): MemoryCluster {
  return {
    store,
    objects: () => store.objects(),
    get: (kind, namespace, name, options = {}) =>
      absentWhenNotFound(answer({ verb: "get", kind, namespace, name }, options, () => {
        const object = store.get({ kind, namespace, name });
        return options.metadataOnly === true ? metadataOf(object) : object;
      })),
    async *list(kind, options = {}) {
      const { namespace, labelSelector, metadataOnly, signal } = options;
      const subject = { verb: "list", kind, ...(namespace === undefined ? {} : { namespace }) };
      const found = await answer(subject, options, () => store.list(kind, namespace, labelSelector));
      for (const object of found) {
        signal?.throwIfAborted();
        yield metadataOnly === true ? metadataOf(object) : object;
      }
    },
    create: (kind, object, options = {}) => {
      const [namespace, name] = [namespaceOf(object), nameOf(object)];
      return answer(
        { verb: "create", kind, namespace, name },
        options,
        () => store.create(kind, namespace, object),
      );
    },
    apply: (kind, object, options) => {
      const place = { kind, namespace: namespaceOf(object), name: nameOf(object) };
      return answer({ verb: "patch", ...place }, options, () => store.apply(place, object, options));
    },
    patch: (kind, namespace, name, body, options) =>
      answer(
        { verb: "patch", kind, namespace, name },
        options,
        () => store.patch({ kind, namespace, name }, options.type, body),
      ),
    async delete(kind, namespace, name, options = {}) {
      const place = { kind, namespace, name };
      const ask = () => store.delete(place, options.uid);
      return await absentWhenNotFound(answer({ verb: "delete", ...place }, options, ask)) !== undefined;
    },
    serves: (group, resource, options = {}) =>
      answer({ verb: "discover" }, options, () => {
        const type = store.resources().find((type) => type.group === group && type.resource === resource);
        return type?.versions ?? [];
      }),
    version: (options = {}) => answer({ verb: "version" }, options, () => store.version),
  };
}

/** What is left of an object when only its metadata is asked for. */
export function metadataOf({ metadata }: JsonObject): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

// A real request takes at least one turn of the event loop, so no caller may rely on an answer in the same turn.
async function answer<T>(subject: RequestSubject, { signal }: RequestOptions, ask: () => T): Promise<T> {
  await Promise.resolve();
  signal?.throwIfAborted();
  try {
    return ask();
  } catch (error) {
    throw error instanceof ApiStatus ? refused(subject, error) : error;
  }
}
