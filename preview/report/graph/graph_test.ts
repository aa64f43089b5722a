import { assertEquals } from "@std/assert";
import type { ResourceIdentifier } from "../../../actions/action.ts";
import { createReport } from "../document.ts";
import type { ItemReport, Outcome, Relation, Step } from "../report.ts";
import { type Graph, graphsOf } from "./graph.ts";
import { EMPTY_RUN } from "../../testing/reports.ts";

const GROUPS: Readonly<Record<string, string>> = {
  vm: "kubevirt.io",
  vmi: "kubevirt.io",
  group: "vmoperator.vmware.com",
  machine: "vmoperator.vmware.com",
  cluster: "postgresql.cnpg.io",
};
const RESOURCES: Readonly<Record<string, string>> = {
  vm: "virtualmachines",
  vmi: "virtualmachineinstances",
  group: "virtualmachinegroups",
  machine: "virtualmachines",
  cluster: "clusters",
};

/** `vm web` is a VirtualMachine of that name. */
function id(text: string): ResourceIdentifier {
  const [kind = "", name = ""] = text.split(" ");
  return { group: GROUPS[kind] ?? "", resource: RESOURCES[kind] ?? `${kind}s`, namespace: "n", name };
}

function item(text: string, asks: readonly string[] = [], outcome: Outcome = "created"): ItemReport {
  const additionalItems = asks.map((asked) => {
    const [what = "", reason] = asked.split(" by ");
    return { ...id(what), ...(reason === undefined ? {} : { reason }) };
  });
  const step: Step = {
    kind: "RestoreItemAction",
    action: "x.io/a",
    milliseconds: 0,
    changes: [],
    additionalItems,
  };
  return { item: id(text), outcome, steps: asks.length === 0 ? [] : [step] };
}

function graphs(items: readonly ItemReport[], relations: readonly Relation[] = []): Graph[] {
  return graphsOf(
    createReport(
      { ...EMPTY_RUN, items },
      { kind: "Restore" },
      [],
      { madeAt: new Date(0), madeBy: "" },
      relations,
    ),
  );
}

const told = ({ nodes, edges }: Graph) => {
  const names = new Map(nodes.map(({ key, item }) => [key, item.name]));
  return {
    nodes: nodes.map(({ item, outcome, more }) =>
      `${item.name} ${outcome}${more === undefined ? "" : ` +${more}`}`
    ),
    edges: edges.map(({ from, to, reason }) => `${names.get(from)}>${names.get(to)} ${reason}`),
  };
};

Deno.test("graphsOf() follows what is asked for, with outcomes and reasons", () => {
  const [graph, ...others] = graphs([
    item("pod lonely"),
    item("vm web", ["dv disk by spec.volumes[0]", "secret gone", "vmi web"]),
    item("dv disk", ["pvc disk"], "exists"),
    item("pvc disk", [], "failed"),
  ]);
  assertEquals(others, []);
  assertEquals(graph && told(graph), {
    nodes: ["web created", "disk exists", "gone missing", "web missing", "disk failed"],
    edges: [
      "web>disk spec.volumes[0]",
      "web>gone x.io/a",
      "web>web of the same name",
      "disk>disk of the same name",
    ],
  });
  assertEquals(graph?.nodes.map(({ index }) => index), [1, 2, undefined, undefined, 3]);
});

Deno.test("graphsOf() draws what actions would write", () => {
  const cluster = item("cluster orders");
  const step: Step = {
    kind: "RestoreItemAction",
    action: "x.io/a",
    milliseconds: 0,
    changes: [],
    additionalItems: [],
    effects: [{ verb: "apply", item: id("configmap c"), changes: [] }],
  };
  const [graph] = graphs([{ ...cluster, steps: [step] }]);
  assertEquals(graph && told(graph), {
    nodes: ["orders created", "c written"],
    edges: ["orders>c apply by x.io/a"],
  });
});

Deno.test("graphsOf() takes relations between items of the run, and no others", () => {
  const relations = [
    { from: id("cluster orders"), to: id("backup b"), reason: "spec.cluster.name" },
    { from: id("cluster orders"), to: id("backup elsewhere"), reason: "spec.cluster.name" },
  ];
  const [graph] = graphs([item("cluster orders"), item("backup b")], relations);
  assertEquals(graph && told(graph), {
    nodes: ["orders created", "b created"],
    edges: ["orders>b spec.cluster.name"],
  });
});

Deno.test("graphsOf() has a group's machines in the group's graph, whoever asks for whom", () => {
  const found = graphs(
    [item("machine db", ["group erp by spec.groupName"]), item("group erp"), item("machine free")],
    [{ from: id("group erp"), to: id("machine db"), reason: "spec.groupName" }],
  );
  assertEquals(found.map((graph) => told(graph).nodes), [["erp created", "db created"], ["free created"]]);
});

Deno.test("graphsOf() keeps machines that share a disk apart, and skips an instance that is left out", () => {
  const found = graphs([
    item("vm a", ["pvc shared"]),
    item("vm b", ["pvc shared", "vm a"]),
    item("pvc shared"),
    item("vmi alone", ["pvc shared"]),
    item("vmi gone", [], "skipped"),
  ]);
  assertEquals(found.map((graph) => told(graph).nodes), [
    ["a created", "shared created"],
    ["b created", "shared created"],
    ["alone created", "shared created"],
  ]);
});

Deno.test("graphsOf() makes one node of many equal leaves, and bounds a picture", () => {
  const names = Array.from({ length: 1000 }, (_, i) => `secret s${i}`);
  const [graph] = graphs([item("vm a", names)]);
  assertEquals(graph?.nodes.length, 8);
  assertEquals(graph && told(graph).nodes.slice(-2), ["s5 missing", "s6 missing +293"]);
});
