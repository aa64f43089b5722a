import { refused } from "../../cluster/api_status.ts";
import { ApiStatus } from "../../cluster/api_status.ts";
import type { Cluster, RequestSubject } from "../../cluster/cluster.ts";

/** The same cluster, which answers the named reads (`list pods`, `get secrets.v1`) with a status, 403 by default. */
export function refusing(
  inner: Cluster,
  refuses: readonly string[] | ((subject: RequestSubject) => boolean),
  status = 403,
): Cluster {
  const check = (subject: RequestSubject) => {
    const refuse = typeof refuses === "function"
      ? refuses(subject)
      : refuses.includes(`${subject.verb} ${subject.kind?.resource}`);
    if (refuse) throw refused(subject, new ApiStatus(status, "", "not for you"));
  };
  return {
    ...inner,
    async get(kind, namespace, name, options) {
      check({ verb: "get", kind, namespace, name });
      return await inner.get(kind, namespace, name, options);
    },
    async *list(kind, options = {}) {
      const { namespace } = options;
      check({ verb: "list", kind, ...(namespace === undefined ? {} : { namespace }) });
      yield* inner.list(kind, options);
    },
  };
}
