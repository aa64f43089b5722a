import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import type { Filter } from "../run/filter.ts";
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

/**
 * The objects of the main pass: per resource in Velero's order, filtered. `ordered` is `spec.orderedResources` of the Backup: which
 * objects of a resource come first, as `namespace/name` separated by commas.
 */
export async function* collectItems(
  cluster: Cluster,
  discovery: Discovery,
  filter: Filter,
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
  const types = discovery.resources.filter(filter.collects).sort((a, b) => rank(a) - rank(b));
  for (const type of types) {
    try {
      const order = orders.get(groupResource(type));
      if (order !== undefined) yield* inOrder(cluster, type, filter, order);
      else {
        for await (const object of cluster.list(kindOf(type))) {
          if (filter.selects(type, object)) yield collected(type, object);
        }
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
  filter: Filter,
  order: readonly string[],
): AsyncIterable<CollectedItem> {
  const found: CollectedItem[] = [];
  for await (const object of cluster.list(kindOf(type))) {
    if (filter.selects(type, object)) found.push(collected(type, object));
  }
  const rank = ({ namespace, name }: CollectedItem) => {
    const place = order.indexOf(namespace === "" ? name : `${namespace}/${name}`);
    return place < 0 ? order.length : place;
  };
  yield* found.sort((a, b) => rank(a) - rank(b));
}
