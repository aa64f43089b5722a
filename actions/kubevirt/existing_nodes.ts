/**
 * Which of the optional nodes of a graph exist (kubevirt G5).
 *
 * @module
 */

import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { Context } from "../action.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { together } from "../lib/together.ts";
import { formatItem, type GraphNode } from "./graph/node.ts";

type Own = Pick<Context, "cluster" | "log" | "signal" | "state" | "count">;

/**
 * Those nodes that exist, in their order. Only their metadata is read.
 *
 * A node that cannot be asked for is left out with a warning, so that a detail which only helps does not fail the VM; of a missing
 * right there is one warning for each kind (kubevirt 10.2).
 */
export async function existingNodes(
  nodes: readonly GraphNode[],
  get: Cluster["get"],
  context: Own,
): Promise<GraphNode[]> {
  const found = await together(context, nodes.map((node) => (own: Own) => findNode(node, get, own)));
  return found.filter((node) => node !== undefined);
}

async function findNode(node: GraphNode, get: Cluster["get"], context: Own): Promise<GraphNode | undefined> {
  const { group, resource, namespace, name } = node;
  try {
    const [version] = group === "" ? ["v1"] : await context.cluster.serves(group, resource);
    if (version === undefined) return undefined;
    const object = await get({ group, resource, version }, namespace, name, { metadataOnly: true });
    return object === undefined ? undefined : node;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    warn(node, error, context);
    return undefined;
  }
}

function warn(node: GraphNode, error: ClusterError, context: Own): void {
  const message = requestFailure(error, context);
  context.count("graphNodes", []);
  const stays = error.status === 401 || error.status === 403 || error.reason === "NoCluster";
  const what = `${formatItem(node)}, named in ${node.reason}, is left out of the backup`;
  if (!stays) return context.log.warn(`${what}: ${message}`);
  const denied = context.state("kubevirt denied", () => new Set<string>());
  const kind = `${node.resource}.${node.group}`;
  if (denied.has(kind)) return context.log.debug(`${what}: ${message}`);
  denied.add(kind);
  context.log.warn(`${what}, and so are others of its kind: ${message}`);
}
