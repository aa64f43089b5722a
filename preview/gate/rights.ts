/**
 * Tells what a preview may not do: without it, a missing right of the preview looks like a fault of the backup.
 *
 * @module
 */

import { type Cluster, ClusterError, type ResourceKind } from "../../cluster/cluster.ts";

/** Watches clusters for requests that they forbid. */
export interface RightsWatch {
  /**
   * The same cluster, watched.
   *
   * A Secret that may not be read counts as absent: whether one is there already decides nothing but whether it would be created,
   * and the right to read all Secrets is worth more than that.
   */
  around(cluster: Cluster): Cluster;
  /** What was forbidden, each as `get pods`, in the order in which it came. */
  missing(): readonly string[];
}

/** Begins to watch. */
export function createRightsWatch(): RightsWatch {
  const missing = new Set<string>();
  const watched = async <T>(verb: string, kind: ResourceKind, asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      if (isForbidden(error)) missing.add(inWords(verb, kind));
      throw error;
    }
  };
  const around = (inner: Cluster): Cluster => ({
    async get(kind, namespace, name, options) {
      if (kind.group !== "" || kind.resource !== "secrets") {
        return await watched("get", kind, inner.get(kind, namespace, name, options));
      }
      try {
        return await inner.get(kind, namespace, name, options);
      } catch (error) {
        if (isForbidden(error)) return undefined;
        throw error;
      }
    },
    async *list(kind, options) {
      try {
        yield* inner.list(kind, options);
      } catch (error) {
        if (isForbidden(error)) missing.add(inWords("list", kind));
        throw error;
      }
    },
    create: (kind, ...rest) => watched("create", kind, inner.create(kind, ...rest)),
    apply: (kind, ...rest) => watched("patch", kind, inner.apply(kind, ...rest)),
    patch: (kind, ...rest) => watched("patch", kind, inner.patch(kind, ...rest)),
    delete: (kind, ...rest) => watched("delete", kind, inner.delete(kind, ...rest)),
    serves: (...args) => inner.serves(...args),
    version: (...args) => inner.version(...args),
  });
  return { around, missing: () => [...missing] };
}

function isForbidden(error: unknown): boolean {
  return error instanceof ClusterError && error.reason === "Forbidden";
}

function inWords(verb: string, { group, resource }: ResourceKind): string {
  return `${verb} ${group === "" ? resource : `${resource}.${group}`}`;
}
