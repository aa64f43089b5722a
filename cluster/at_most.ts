import type { Cluster } from "./cluster.ts";

/** The same cluster with at most `width` requests under way; others wait for their turn in the order in which they were asked. */
export function atMost(cluster: Cluster, width: number): Cluster {
  const waiting: (() => void)[] = [];
  let underWay = 0;

  const run = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (underWay === width) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay++;
    try {
      return await ask();
    } finally {
      // The next request in line takes over the place.
      const next = waiting.shift();
      if (next === undefined) underWay--;
      else next();
    }
  };

  return {
    get: (kind, namespace, name, options) => run(() => cluster.get(kind, namespace, name, options)),
    async *list(kind, options) {
      const objects = cluster.list(kind, options)[Symbol.asyncIterator]();
      try {
        while (true) {
          // Only the reading takes a place. The caller may make further requests while it handles an object, and must not wait for itself.
          const { done, value } = await run(() => objects.next());
          if (done === true) return;
          yield value;
        }
      } finally {
        await objects.return?.();
      }
    },
    create: (kind, object, options) => run(() => cluster.create(kind, object, options)),
    apply: (kind, object, options) => run(() => cluster.apply(kind, object, options)),
    patch: (kind, namespace, name, body, options) =>
      run(() => cluster.patch(kind, namespace, name, body, options)),
    delete: (kind, namespace, name, options) => run(() => cluster.delete(kind, namespace, name, options)),
    serves: (group, resource, options) => run(() => cluster.serves(group, resource, options)),
    version: (options) => run(() => cluster.version(options)),
  };
}
