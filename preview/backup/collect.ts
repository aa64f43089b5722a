import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { atMost } from "../../cluster/at_most.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import type { BackupFilter } from "../run/filter.ts";
import { endsPreview, isForbidden } from "../run/forbidden.ts";
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

/** What the main pass looks at. */
export interface Collecting {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly filter: BackupFilter;
  /** `spec.orderedResources` of the Backup: which objects of a resource come first, as `namespace/name` separated by commas. */
  readonly ordered?: JsonObject;
  /** Gets told which objects cannot be listed, and why; the backup goes on without them, as in Velero. */
  readonly fail: (text: string) => void;
}

/**
 * The objects of the main pass: per resource in Velero's order, filtered. Namespaces come last: with the filter's own, those in
 * which anything was found.
 *
 * @throws {ClusterError} when the cluster stops to answer.
 */
export async function* collectItems(
  { cluster, discovery, filter, ordered = {}, fail }: Collecting,
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
  const inTurns = atMost(cluster, WIDTH);
  for (const type of [...types.filter((type) => !isNamespaces(type)), ...types.filter(isNamespaces)]) {
    const selects = (object: JsonObject) =>
      isNamespaces(type)
        ? inhabited.has(nameOf(object)) || filter.selectsNamespace(object)
        : filter.selects(type, object);
    const places = type.namespaced ? filter.namespaces ?? [undefined] : [undefined];
    const lists = await Promise.all(places.map((namespace) => listed(inTurns, type, namespace, fail)));
    for (const object of inOrder(lists.flat(), orders.get(groupResource(type)))) {
      if (!selects(object)) continue;
      inhabited.add(namespaceOf(object));
      yield collected(type, object);
    }
  }
}

const WIDTH = 8;

async function listed(
  cluster: Cluster,
  type: ResourceType,
  namespace: string | undefined,
  fail: Collecting["fail"],
): Promise<JsonObject[]> {
  try {
    const options = namespace === undefined ? {} : { namespace };
    return await Array.fromAsync(cluster.list(kindOf(type), options));
  } catch (error) {
    if (!(error instanceof ClusterError) || endsPreview(error)) throw error;
    // A resource that discovery names but that cannot be listed is left out, as in Velero.
    if (error.reason !== "NotServed") fail(unlisted(type, namespace, error));
    return [];
  }
}

/** Says that objects of a resource cannot be listed, and what to do about it. */
export function unlisted(
  type: Pick<ResourceType, "group" | "resource">,
  namespace: string | undefined,
  error: ClusterError,
): string {
  const name = groupResource(type);
  const where = namespace === undefined ? "" : ` of namespace "${namespace}"`;
  const remedy = isForbidden(error)
    ? ` Grant this account the right to list ${name}, exclude them from the backup, or run the preview in Velero's pod, ` +
      "where it has the rights of Velero's account."
    : "";
  return `The ${name}${where} cannot be listed, and the backup goes on without them: ${error.message}.${remedy}`;
}

function inOrder(found: JsonObject[], order: readonly string[] | undefined): JsonObject[] {
  if (order === undefined) return found;
  const rank = (object: JsonObject) => {
    const namespace = namespaceOf(object);
    const place = order.indexOf(namespace === "" ? nameOf(object) : `${namespace}/${nameOf(object)}`);
    return place < 0 ? order.length : place;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}
