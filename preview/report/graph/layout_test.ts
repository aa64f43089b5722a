import { assertEquals } from "@std/assert";
import type { Graph } from "./graph.ts";
import { type Form, type Layout, layOut } from "./layout.ts";

/** `a>b:reason` for each arrow; the first node is the root. */
function graph(...arrows: string[]): Graph {
  const edges = arrows.map((arrow) => {
    const [, from = "", to = "", reason = ""] = /^(\w+)>(\w+)(?::(.*))?$/.exec(arrow) ?? [];
    return { from, to, reason };
  });
  const keys = new Set(["root", ...edges.flatMap(({ from, to }) => [from, to])]);
  const nodes = [...keys].map((key) => ({
    key,
    item: { group: "", resource: "pods", namespace: "n", name: key },
    outcome: "stored" as const,
  }));
  return { nodes, edges };
}

/** Layer and row of each node. */
function places({ nodes }: Layout, form: Form = "wide"): Record<string, [number, number]> {
  const [across, down] = form === "wide" ? [416, 60] : [20, 72];
  return Object.fromEntries(nodes.map(({ node, x, y }) => [node.key, [(x - 2) / across, (y - 2) / down]]));
}

const drawn = ({ edges }: Layout) =>
  edges.map(({ edge, first }) => `${edge.from}${first ? ">" : "~"}${edge.to}`);

Deno.test("layOut() gives each leaf a row, and puts a parent beside its first child", () => {
  const layout = layOut(graph("root>a", "root>b", "a>c", "a>d"));
  assertEquals(places(layout), { root: [0, 0], a: [1, 0], b: [1, 2], c: [2, 0], d: [2, 1] });
  assertEquals(drawn(layout), ["root>a", "a>c", "a>d", "root>b"]);
  assertEquals([layout.width, layout.height], [2 + 2 * 416 + 224 + 2, 2 + 2 * 60 + 46 + 2]);
});

Deno.test("layOut() in the narrow form has a row for each node, and all end at the same side", () => {
  const layout = layOut(graph("root>a", "root>b", "a>c"), "narrow");
  assertEquals(places(layout, "narrow"), { root: [0, 0], a: [1, 1], b: [1, 3], c: [2, 2] });
  assertEquals(layout.depth, 3);
  assertEquals(layout.nodes.map(({ x, width }) => x + width), [294, 294, 294, 294]);
});

Deno.test("layOut() puts a node behind everything that needs it; the shorter way is only told", () => {
  const layout = layOut(graph("root>pvc:volume", "root>dv", "dv>pvc:same name"));
  assertEquals(places(layout).pvc, [2, 0]);
  assertEquals(drawn(layout), ["root>dv", "dv>pvc"]);
  const pvc = layout.nodes.find(({ node }) => node.key === "pvc");
  assertEquals(pvc?.also, [{ from: "root", to: "pvc", reason: "volume" }]);
});

Deno.test("layOut() draws a second arrow to what two branches share", () => {
  const layout = layOut(graph("root>a", "root>b", "a>shared", "b>shared"));
  assertEquals(drawn(layout), ["root>a", "a>shared", "root>b", "b~shared"]);
});

Deno.test("layOut() ends in circles, and leaves out what the root does not lead to", () => {
  const layout = layOut(graph("root>a", "a>b", "b>root", "b>a", "x>y"));
  assertEquals(places(layout), { root: [0, 0], a: [1, 0], b: [2, 0] });
  assertEquals(drawn(layout), ["root>a", "a>b"]);
});

Deno.test("layOut() of a node alone, and of nothing", () => {
  const { nodes, edges, depth } = layOut(graph());
  assertEquals([nodes.length, edges.length, depth], [1, 0, 1]);
  assertEquals(layOut({ nodes: [], edges: [] }), { depth: 0, nodes: [], edges: [], width: 0, height: 0 });
});

Deno.test("layOut(): no two nodes share a place, every arrow leads to the right", () => {
  // Any graph will do; this one has many branches, circles and shared nodes.
  let seed = 1;
  const next = () => (seed = (seed * 16807) % 2147483647) % 40;
  const arrows = Array.from({ length: 120 }, () => `n${next()}>n${next()}`);
  for (const form of ["wide", "narrow"] as const) {
    const layout = layOut(
      graph("root>n0", "root>n7", ...arrows.filter((arrow) => !/^(\w+)>\1$/.test(arrow))),
      form,
    );
    const spots = layout.nodes.map(({ x, y }) => form === "wide" ? `${x} ${y}` : `${y}`);
    assertEquals(new Set(spots).size, layout.nodes.length);
    assertEquals(layout.edges.filter(({ from, to }) => from.x >= to.x), []);
    assertEquals(layout.nodes.length > 10, true);
  }
});
