import { assertEquals } from "@std/assert";
import { prepare } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { embeddedMapping, mapDataVolumeSources, mapVirtualMachine } from "./embedded_namespaces.ts";

const vm = (spec: JsonObject, machine: JsonObject = {}): JsonObject => ({
  ...bare("kubevirt.io/v1", "VirtualMachine", "v"),
  spec: { ...spec, template: { spec: machine } },
});
const source = (kind: string, namespace: string): JsonObject => ({ [kind]: { name: "x", namespace } });
const template = (spec: JsonValue): JsonObject => ({ metadata: { name: "d" }, spec });
const network = (networkName: JsonValue): JsonObject => ({ name: "a", multus: { networkName } });
const nad = (namespace: string) =>
  bare("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "net", {}, namespace);

Deno.test("namespaces inside of a VM follow the mapping (kubevirt 5.11)", async (t) => {
  const MAPPING = { n: "m", images: "gold" };
  const remap = "velero-plugin-for-workloads/remap-embedded-namespaces";
  const before = () =>
    vm({
      dataVolumeTemplates: [
        template({ source: source("pvc", "n") }),
        template({ source: source("snapshot", "images") }),
        template({ sourceRef: { kind: "DataSource", name: "x", namespace: "images" } }),
        template({ sourceRef: { kind: "DataSource", name: "x", namespace: "elsewhere" } }),
        template({ sourceRef: { kind: "DataSource", name: "x" } }),
        template({ source: { http: { url: "u", namespace: "n" } } }),
        template("x"),
        5,
      ],
    }, {
      networks: [{ name: "p", pod: {} }, network("net"), network("n/net"), network("other/net"), network(5)],
    });
  const after = () =>
    vm({
      dataVolumeTemplates: [
        template({ source: source("pvc", "m") }),
        template({ source: source("snapshot", "gold") }),
        template({ sourceRef: { kind: "DataSource", name: "x", namespace: "gold" } }),
        template({ sourceRef: { kind: "DataSource", name: "x", namespace: "elsewhere" } }),
        template({ sourceRef: { kind: "DataSource", name: "x" } }),
        template({ source: { http: { url: "u", namespace: "n" } } }),
        template("x"),
        5,
      ],
    }, {
      networks: [{ name: "p", pod: {} }, network("net"), network("m/net"), network("other/net"), network(5)],
    });
  const restoreOf = (mapping: JsonObject, labels: JsonObject = {}) => ({
    metadata: { labels },
    spec: { namespaceMapping: mapping },
  });
  const map = async (restore: JsonObject | undefined) => {
    const { context, requests } = prepare({ objects: [nad("m")] });
    const item = before();
    const embedded = { mapping: embeddedMapping(restore), namespace: "n", recorded: [] };
    const changed = await mapVirtualMachine(item, embedded, context);
    return { changed, item, requests };
  };
  await t.step("mapped", async () => {
    assertEquals(await map(restoreOf(MAPPING)), {
      changed: true,
      item: after(),
      requests: ["get network-attachment-definitions.k8s.cni.cncf.io m/net"],
    });
  });
  const off: (JsonObject | undefined)[] = [
    undefined,
    restoreOf({}),
    restoreOf({ x: "y" }),
    restoreOf({ n: "n" }),
    restoreOf(MAPPING, { [remap]: "false" }),
    restoreOf(MAPPING, { [remap]: "False" }),
  ];
  for (const restore of off) {
    await t.step(`not mapped: ${JSON.stringify(restore)}`, async () => {
      assertEquals(await map(restore), { changed: false, item: before(), requests: [] });
    });
  }
  await t.step("another value of the label does not switch it off", async () => {
    assertEquals((await map(restoreOf(MAPPING, { [remap]: "true" }))).changed, true);
  });
});

Deno.test("mapDataVolumeSources() maps what CDI takes the content from (kubevirt 5.12)", async (t) => {
  const mapping = new Map([["n", "m"]]);
  const rows: [before: JsonObject | undefined, after: JsonObject | "unchanged"][] = [
    [{ source: source("pvc", "n") }, { source: source("pvc", "m") }],
    [{ source: source("snapshot", "n") }, { source: source("snapshot", "m") }],
    [{ sourceRef: { namespace: "n", name: "x" } }, { sourceRef: { namespace: "m", name: "x" } }],
    [{ source: source("pvc", "m") }, "unchanged"],
    [{ source: source("registry", "n") }, "unchanged"],
    [{ source: { pvc: { namespace: ["n"] } } }, "unchanged"],
    [{ source: "n", sourceRef: ["n"] }, "unchanged"],
    [{ source: null }, "unchanged"],
    [{}, "unchanged"],
    [undefined, "unchanged"],
  ];
  for (const [before, after] of rows) {
    await t.step(JSON.stringify(before) ?? "no spec", () => {
      const changed = mapDataVolumeSources(before, mapping);
      assertEquals(changed, after !== "unchanged");
      if (after !== "unchanged") assertEquals(before, after);
    });
  }
});
