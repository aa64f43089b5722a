/**
 * Places the nodes of a graph in layers from left to right, each behind everything that needs it, and its arrows.
 *
 * @module
 */

import type { Graph, GraphEdge, GraphNode } from "./graph.ts";

/** `wide`: layers beside each other. `narrow`: one node below the other, further layers indented, where there is no room for that. */
export type Form = "wide" | "narrow";

/** The sizes of a form, in pixels. */
interface Size {
  /** Of the first node; in a narrow picture the others end where it ends. */
  readonly width: number;
  readonly height: number;
  /** From the left side of a layer to that of the next. */
  readonly across: number;
  readonly down: number;
}

const MARGIN = 2;

const SIZES: Readonly<Record<Form, Size>> = {
  wide: { width: 224, height: 46, across: 416, down: 14 },
  narrow: { width: 292, height: 62, across: 20, down: 10 },
};

/** A node with the place of its upper left corner. */
export interface PlacedNode {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Arrows that are not drawn, because a longer way leads to the node as well. */
  readonly also: readonly GraphEdge[];
}

/** An arrow from the right side of a node to the left side of another one. */
export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly from: PlacedNode;
  readonly to: PlacedNode;
  /** The arrow along which the node was placed; the others come from further objects that need it. */
  readonly first: boolean;
}

/** A picture. */
export interface Layout {
  /** How many nodes stand behind each other at most. */
  readonly depth: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Lays a graph out: every arrow points to the right, in a narrow picture down as well, and no two nodes share a place. */
export function layOut(graph: Graph, form: Form = "wide"): Layout {
  const [root] = graph.nodes;
  if (root === undefined) return { depth: 0, nodes: [], edges: [], width: 0, height: 0 };
  const edges = withoutCircles(root.key, graph.edges);
  const layers = layersOf(root.key, edges);
  const parents = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const behind = (layers.get(edge.to) ?? 0) - (layers.get(edge.from) ?? 0) === 1;
    if (behind && !parents.has(edge.to)) parents.set(edge.to, edge);
  }
  const { across, down, ...size } = SIZES[form];
  const rows = rowsOf(root.key, edges.filter((edge) => parents.get(edge.to) === edge), form);
  const [drawn, also] = [[] as GraphEdge[], [] as GraphEdge[]];
  for (const edge of edges) {
    const redundant = parents.get(edge.to) !== edge && isAncestor(edge.from, edge.to, parents);
    (redundant ? also : drawn).push(edge);
  }
  const alsoTo = Map.groupBy(also, ({ to }) => to);
  const placed = new Map(graph.nodes.flatMap((node): [string, PlacedNode][] => {
    const [layer, row] = [layers.get(node.key), rows.get(node.key)];
    if (layer === undefined || row === undefined) return [];
    const x = MARGIN + layer * across;
    const y = MARGIN + row * (size.height + down);
    const width = form === "wide" ? size.width : Math.max(size.width - layer * across, size.width / 2);
    return [[node.key, { node, x, y, width, height: size.height, also: alsoTo.get(node.key) ?? [] }]];
  }));
  const nodes = [...placed.values()];
  return {
    depth: Math.max(...layers.values()) + 1,
    nodes,
    edges: drawn.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
      return from === undefined || to === undefined
        ? []
        : [{ edge, from, to, first: parents.get(edge.to) === edge }];
    }),
    width: Math.max(...nodes.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(...nodes.map(({ y, height }) => y + height)) + MARGIN,
  };
}

/** The edges that a walk from the root meets, but for those that lead back to where the walk came from. */
function withoutCircles(root: string, edges: readonly GraphEdge[]): GraphEdge[] {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const kept: GraphEdge[] = [];
  const state = new Map([[root, "open"]]);
  const walk = (key: string) => {
    for (const edge of outgoing.get(key) ?? []) {
      const known = state.get(edge.to);
      if (known === "open") continue;
      kept.push(edge);
      if (known !== undefined) continue;
      state.set(edge.to, "open");
      walk(edge.to);
    }
    state.set(key, "done");
  };
  walk(root);
  return kept;
}

/** The length of the longest way to each node. */
function layersOf(root: string, edges: readonly GraphEdge[]): Map<string, number> {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const waiting = new Map<string, number>();
  for (const { to } of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const layers = new Map([[root, 0]]);
  const ready = [root];
  for (const key of ready) {
    for (const { to } of outgoing.get(key) ?? []) {
      layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(key) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return layers;
}

/** Each leaf has a row of its own; in a wide picture other nodes stand beside their first child. */
function rowsOf(root: string, tree: readonly GraphEdge[], form: Form): Map<string, number> {
  const children = Map.groupBy(tree, ({ from }) => from);
  const rows = new Map<string, number>();
  let next = 0;
  const walk = (key: string) => {
    rows.set(key, next);
    const below = children.get(key) ?? [];
    if (below.length === 0 || form === "narrow") next++;
    for (const { to } of below) walk(to);
  };
  walk(root);
  return rows;
}

function isAncestor(above: string, key: string, parents: ReadonlyMap<string, GraphEdge>): boolean {
  for (let at = parents.get(key)?.from; at !== undefined; at = parents.get(at)?.from) {
    if (at === above) return true;
  }
  return false;
}
