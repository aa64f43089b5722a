import { type Cluster, ClusterError, describe, type ResourceKind } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../actions/lib/json.ts";
import { cloneJson } from "../../actions/lib/json.ts";
import { label, nameOf, namespaceOf, stringAt } from "../../actions/lib/object.ts";

/** Reads from a list of objects; a stand-in until the memory cluster is there. */
export function createMemoryCluster(
  { objects, absentGroups }: { objects: readonly JsonObject[]; absentGroups: readonly string[] },
): Cluster {
  const plural = (object: JsonObject) => {
    const kind = (stringAt(object, "kind") ?? "").toLowerCase();
    return kind === "networkattachmentdefinition" ? "network-attachment-definitions" : `${kind}s`;
  };
  const group = (object: JsonObject) => (stringAt(object, "apiVersion") ?? "").replace(/\/?[^/]*$/, "");
  const of = (kind: ResourceKind) => {
    if (absentGroups.includes(kind.group)) {
      throw new ClusterError(`${describe({ verb: "get", kind })}: not served`, "NotServed", 404);
    }
    return objects.filter((object) => plural(object) === kind.resource && group(object) === kind.group);
  };
  const unsupported = () => Promise.reject(new Error("The fake cluster only reads"));
  return {
    async get(kind, namespace, name, options) {
      options?.signal?.throwIfAborted();
      const found = await of(kind).find((o) => nameOf(o) === name && namespaceOf(o) === namespace);
      return found && cloneJson(found);
    },
    async *list(kind, options) {
      options?.signal?.throwIfAborted();
      const terms = (options?.labelSelector ?? "").split(",").filter((term) => term !== "")
        .map((term) => term.split("="));
      for (const object of await of(kind)) {
        if (options?.namespace !== undefined && namespaceOf(object) !== options.namespace) continue;
        if (terms.every(([key = "", value = ""]) => label(object, key) === value)) yield cloneJson(object);
      }
    },
    create: unsupported,
    apply: unsupported,
    patch: unsupported,
    delete: unsupported,
    serves: (name) => Promise.resolve(absentGroups.includes(name) ? [] : ["v1"]),
    version: () => Promise.resolve({ major: "1", minor: "33", gitVersion: "v1.33.0" }),
  };
}
