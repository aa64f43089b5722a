import { assertEquals } from "@std/assert";
import { machine } from "../../../tests/kit/kubevirt.ts";
import { GRAPH_EXTRAS } from "../../lib/kubevirt/graph_extras.ts";
import { EXTRA_ROWS, extraNodes } from "./extra_nodes.ts";
import { record, recordedItems, removeRecorded } from "./extras.ts";
import { formatItem, nodeOf, NODES, parseItem } from "./node.ts";

const CLAIM = nodeOf(NODES.claims, "n", "state", "label");
const NAD = nodeOf(NODES.networks, "shared", "nad", "a network");
const CLUSTER_WIDE = nodeOf(NODES.clusterInstancetypes, "", "small", "a field");

Deno.test("an item is written and read as resource, group, namespace and name (kubevirt G5)", () => {
  const rows = [
    [CLAIM, "persistentvolumeclaims/n/state"],
    [NAD, "network-attachment-definitions.k8s.cni.cncf.io/shared/nad"],
    [CLUSTER_WIDE, "virtualmachineclusterinstancetypes.instancetype.kubevirt.io//small"],
  ] as const;
  for (const [node, text] of rows) {
    const { reason: _, ...item } = node;
    assertEquals(formatItem(node), text);
    assertEquals(parseItem(text), item);
  }
  for (const wrong of ["", "a", "a/b", "/n/x", "a/n/", "a/b/c/d", ".g/n/x", "a./n/x"]) {
    assertEquals(parseItem(wrong), undefined, wrong);
  }
});

Deno.test("record() writes, replaces and removes the record, and says whether it did", () => {
  const vm = machine({});
  assertEquals(record(vm, undefined), false);
  assertEquals(record(vm, [CLAIM, NAD]), true);
  assertEquals(vm.metadata, {
    name: "v",
    namespace: "n",
    annotations: {
      [GRAPH_EXTRAS]:
        '["persistentvolumeclaims/n/state","network-attachment-definitions.k8s.cni.cncf.io/shared/nad"]',
    },
  });
  assertEquals(record(vm, [CLAIM, NAD]), false);
  assertEquals(recordedItems(vm)?.map(({ name }) => name), ["state", "nad"]);
  assertEquals(record(vm, []), true);
  assertEquals(recordedItems(vm), []);
  assertEquals(record(vm, undefined), true);
  assertEquals(vm, machine({}));
  assertEquals(removeRecorded(vm), false);
});

Deno.test("recordedItems() knows no record from an empty one", () => {
  const of = (text: unknown) =>
    recordedItems(machine({}, {}, { metadata: { annotations: { [GRAPH_EXTRAS]: text as string } } }));
  assertEquals(recordedItems(machine({})), undefined);
  for (const damaged of ["", "{}", "null", "[", 5, null]) {
    assertEquals(of(damaged), undefined, String(damaged));
  }
  assertEquals(of("[]"), []);
  assertEquals(of('[5, null, ["secrets/n/a"], "secrets/n/b"]')?.map(({ name }) => name), ["b"]);
});

Deno.test("every optional node that a backup finds is one that a restore takes from the record", () => {
  const kinds = (kind: string) => ({ instancetype: { kind, name: "i" }, preference: { kind, name: "p" } });
  const templates = [
    { spec: { source: { http: { secretRef: "s", certConfigMap: "c" } } } },
    { spec: { sourceRef: { kind: "DataSource", name: "d" } } },
  ];
  const spec = {
    volumes: [{ persistentVolumeClaim: { claimName: "pvc" } }],
    networks: [{ multus: { networkName: "other/nad" } }],
    resourceClaims: [{ resourceClaimTemplateName: "t", resourceClaimName: "c" }],
  };
  const seen = new Set<string>();
  for (const kind of ["VirtualMachineInstancetype", "VirtualMachinePreference", ""]) {
    const vm = machine(spec, { ...kinds(kind), dataVolumeTemplates: templates });
    const places = { machine: { value: vm, where: "" }, instance: { value: spec, where: "spec" } };
    for (const row of EXTRA_ROWS.filter(({ optional }) => optional === true)) {
      const nodes = extraNodes([row], places, "n");
      if (nodes.length > 0) seen.add(row.id);
      record(vm, nodes);
      assertEquals(recordedItems(vm)?.map(formatItem), nodes.map(formatItem), row.id);
    }
  }
  const optional = EXTRA_ROWS.filter((row) => row.optional === true).map(({ id }) => id);
  assertEquals([...seen].toSorted(), optional.toSorted());
});
