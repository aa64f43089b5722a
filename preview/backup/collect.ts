import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import type { BackupFilter } from "../run/filter.ts";
import { type Discovery, groupResource, kindOf } from "../run/resources.ts";

/** An object of the cluster on its way into a backup. */
export interface CollectedItem extends ResourceIdentifier {
  readonly type: ResourceType;
  readonly object: JsonObject;
}

/** An object with its place. */
export function collected(type: ResourceType, object: JsonObject): CollectedItem {
  const { group, resource } = type;
  return { group, resource, namespace: namespaceOf(object), name: nameOf(object), type, object };
}

// Velero takes these first within the core group, so that pods are frozen before their volumes are looked at.
const FIRST = ["pods", "persistentvolumeclaims", "persistentvolumes"];

// The same objects, which some API servers serve in two groups: the first that is collected is enough.
const SERVED_TWICE: Readonly<Record<string, readonly string[]>> = {
  deployments: ["extensions", "apps"],
  daemonsets: ["extensions", "apps"],
  replicasets: ["extensions", "apps"],
  networkpolicies: ["extensions", "networking.k8s.io"],
  events: ["", "events.k8s.io"],
};

/**
 * The objects of the main pass: per resource in Velero's order, filtered. `ordered` is `spec.orderedResources` of the Backup: which
 * objects of a resource come first, as `namespace/name` separated by commas. Namespaces come last: with the filter's own, those in
 * which anything was found.
 */
export async function* collectItems(
  cluster: Cluster,
  discovery: Discovery,
  filter: BackupFilter,
  ordered: JsonObject = {},
): AsyncIterable<CollectedItem> {
  const orders = new Map(
    Object.entries(ordered).map((
      [name, list],
    ) => [discovery.resolve(name), String(list).split(",").map((entry) => entry.trim())]),
  );
  const rank = (type: ResourceType) => {
    const place = FIRST.indexOf(groupResource(type));
    return type.group !== "" ? 4 : place < 0 ? 3 : place;
  };
  const collectedTwice = new Set<string>();
  const types = discovery.resources.filter(filter.collects).sort((a, b) => rank(a) - rank(b)).filter(
    (type) => {
      if (!SERVED_TWICE[type.resource]?.includes(type.group)) return true;
      const again = collectedTwice.has(type.resource);
      collectedTwice.add(type.resource);
      return !again;
    },
  );
  const isNamespaces = (type: ResourceType) => groupResource(type) === "namespaces";
  const inhabited = new Set<string>();
  for (const type of [...types.filter((type) => !isNamespaces(type)), ...types.filter(isNamespaces)]) {
    const selects = (object: JsonObject) =>
      isNamespaces(type)
        ? inhabited.has(nameOf(object)) || filter.selectsNamespace(object)
        : filter.selects(type, object);
    try {
      for await (const object of inOrder(cluster, type, orders.get(groupResource(type)))) {
        if (!selects(object)) continue;
        inhabited.add(namespaceOf(object));
        yield collected(type, object);
      }
    } catch (error) {
      // A resource that discovery names but that cannot be listed is left out, as in Velero.
      if (error instanceof ClusterError && error.reason === "NotServed") continue;
      throw error;
    }
  }
}

async function* inOrder(
  cluster: Cluster,
  type: ResourceType,
  order: readonly string[] | undefined,
): AsyncIterable<JsonObject> {
  if (order === undefined) return yield* cluster.list(kindOf(type));
  const found = await Array.fromAsync(cluster.list(kindOf(type)));
  const rank = (object: JsonObject) => {
    const namespace = namespaceOf(object);
    const place = order.indexOf(namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`);
    return place < 0 ? order.length : place;
  };
  yield* found.sort((a, b) => rank(a) - rank(b));
}
