/**
 * The objects of each workload in a report, and why they belong to it.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../../actions/action.ts";
import { placeOf } from "../../archive/archive.ts";
import { groupResource } from "../../run/resources.ts";
import type { PreviewReport } from "../document.ts";
import type { Outcome } from "../report.ts";
import { WORKLOADS } from "./relations.ts";

/** What became of a node. `missing`: asked for, but not there; `written`: an action wrote it to the cluster. */
export type NodeOutcome = Outcome | "missing" | "written";

/** An object in a graph. */
export interface GraphNode {
  readonly key: string;
  readonly item: ResourceIdentifier;
  readonly outcome: NodeOutcome;
  /** Its place among the report's items; absent for one that is none. */
  readonly index?: number;
  /** How many further objects of the same kind this node stands for. */
  readonly more?: number;
}

/** An arrow from an object to one that it needs, or that belongs to it. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** The objects of one workload; the first node is the workload itself. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The graphs of all workloads, groups first. A machine of a group is in the group's graph, an instance in its machine's. */
export function graphsOf(report: PreviewReport): Graph[] {
  const world = worldOf(report);
  const workloads = [...world.nodes.values()]
    .filter(({ item, index }) => index !== undefined && rank(item) >= 0)
    .sort((a, b) => rank(a.item) - rank(b.item));
  const drawn = new Set<string>();
  return workloads.flatMap((root) => {
    const isPart = drawn.has(root.key) || (isInstance(root.item) && root.outcome === "skipped");
    const graph = isPart ? undefined : reach(root, world);
    for (const { key } of graph?.nodes ?? []) drawn.add(key);
    return graph === undefined ? [] : [graph];
  });
}

function rank(item: ResourceIdentifier): number {
  return WORKLOADS.indexOf(groupResource(item));
}

function isInstance(item: ResourceIdentifier): boolean {
  return groupResource(item) === "virtualmachineinstances.kubevirt.io";
}

interface World {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** From key to key, with the reason. */
  readonly edges: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function worldOf({ items, relations }: PreviewReport): World {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, Map<string, string>>();
  const add = (item: ResourceIdentifier, outcome: NodeOutcome) => {
    const key = keyOf(item);
    if (!nodes.has(key)) nodes.set(key, { key, item: placeOf(item), outcome });
    return key;
  };
  const connect = (from: string, to: string, reason: string) => {
    const known = edges.get(from) ?? new Map<string, string>();
    edges.set(from, known);
    if (from !== to && !known.has(to)) known.set(to, reason);
  };
  for (const [index, { item, outcome }] of items.entries()) {
    const key = keyOf(item);
    nodes.set(key, { key, item, outcome, index });
  }
  for (const { item, steps } of items) {
    for (const { action, additionalItems, effects = [] } of steps) {
      for (const asked of additionalItems) {
        connect(keyOf(item), add(asked, "missing"), asked.reason ?? because(item, asked, action));
      }
      for (const { verb, item: written } of effects) {
        connect(keyOf(item), add(written, "written"), `${verb} by ${action}`);
      }
    }
  }
  for (const { from, to, reason } of relations) {
    const [a, b] = [keyOf(from), keyOf(to)];
    // What is in the backup, but not in this run, is left out of the picture as well.
    if (nodes.has(a) && nodes.has(b)) connect(a, b, reason);
  }
  return { nodes, edges };
}

function because(item: ResourceIdentifier, asked: ResourceIdentifier, action: string): string {
  return item.name === asked.name ? "of the same name" : action;
}

// How much of a workload is drawn; a picture with more would not be looked at.
const MOST = 300;

function reach(root: GraphNode, { nodes, edges }: World): Graph {
  const found = new Map([[root.key, root]]);
  const arrows: GraphEdge[] = [];
  for (const key of found.keys()) {
    for (const [to, reason] of edges.get(key) ?? []) {
      const node = nodes.get(to);
      if (node === undefined || (!found.has(to) && found.size >= MOST)) continue;
      // One machine does not become a part of another one for what they share.
      if (!found.has(to) && isForeign(root, node)) continue;
      found.set(to, found.get(to) ?? node);
      arrows.push({ from: key, to, reason });
    }
  }
  return gather({ nodes: [...found.values()], edges: arrows });
}

function isForeign(root: GraphNode, { item }: GraphNode): boolean {
  const [own, other] = [rank(root.item), rank(item)];
  return other >= 0 && (other < own || (other === own && own >= 0));
}

// Many equal leaves of one object become one node.
const EQUAL = 8;
const SHOWN = 6;

function gather({ nodes, edges }: Graph): Graph {
  const parents = Map.groupBy(edges, ({ to }) => to);
  const hasChildren = new Set(edges.map(({ from }) => from));
  const leaves = nodes.filter(({ key }) => !hasChildren.has(key) && parents.get(key)?.length === 1);
  const groups = Map.groupBy(
    leaves,
    ({ key, item, outcome }) => `${parents.get(key)?.[0]?.from} ${groupResource(item)} ${outcome}`,
  );
  const dropped = new Set<string>();
  const more = new Map<string, number>();
  for (const group of groups.values()) {
    const [last, ...others] = group.slice(SHOWN);
    if (group.length <= EQUAL || last === undefined) continue;
    more.set(last.key, others.length + 1);
    for (const { key } of others) dropped.add(key);
  }
  const marked = (node: GraphNode): GraphNode => {
    const count = more.get(node.key);
    return count === undefined ? node : { ...node, more: count };
  };
  return {
    nodes: nodes.filter(({ key }) => !dropped.has(key)).map(marked),
    edges: edges.filter(({ to }) => !dropped.has(to)),
  };
}

function keyOf(item: ResourceIdentifier): string {
  return `${groupResource(item)}/${item.namespace}/${item.name}`;
}
