import type { Cluster, RequestOptions } from "./cluster.ts";

/** The same cluster, but `signal` ends every request, too. */
export function withSignal(cluster: Cluster, signal: AbortSignal): Cluster {
  function bound<O extends RequestOptions>(options: O): O;
  function bound<O extends RequestOptions>(options: O | undefined): O | RequestOptions;
  function bound(options: RequestOptions | undefined): RequestOptions {
    if (options?.signal === undefined) return { ...options, signal };
    return { ...options, signal: AbortSignal.any([signal, options.signal]) };
  }
  return {
    get: (kind, namespace, name, options) => cluster.get(kind, namespace, name, bound(options)),
    list: (kind, options) => cluster.list(kind, bound(options)),
    create: (kind, object, options) => cluster.create(kind, object, bound(options)),
    apply: (kind, object, options) => cluster.apply(kind, object, bound(options)),
    patch: (kind, namespace, name, body, options) =>
      cluster.patch(kind, namespace, name, body, bound(options)),
    delete: (kind, namespace, name, options) => cluster.delete(kind, namespace, name, bound(options)),
    serves: (group, resource, options) => cluster.serves(group, resource, bound(options)),
    version: (options) => cluster.version(bound(options)),
  };
}
