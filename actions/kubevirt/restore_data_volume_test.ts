import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, runRestore } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { restoreDataVolume } from "./restore_data_volume.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const PREPOPULATED = "cdi.kubevirt.io/storage.prePopulated";

const dataVolume = (metadata: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  ...bare("cdi.kubevirt.io/v1beta1", "DataVolume", "d", metadata),
  spec: { source: { http: { url: "u" } } },
  ...more,
});

const run = (item: JsonObject, itemFromBackup = item, restore: JsonObject | null = {}) =>
  runRestore(restoreDataVolume, { item, itemFromBackup, restore, settings: DEFAULTS });

Deno.test("restoreDataVolume is a v1 action (kubevirt A15)", () => {
  assertEquals([restoreDataVolume.kind, restoreDataVolume.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-datavolume-action",
  ]);
  assertEquals(restoreDataVolume.appliesTo, { includedResources: ["datavolumes.cdi.kubevirt.io"] });
});

Deno.test("restoreDataVolume marks the content of a DataVolume that had it (kubevirt 5.12)", async (t) => {
  const marked = { annotations: { [PREPOPULATED]: "d" } };
  const rows: [
    what: string,
    metadata: JsonObject,
    status: JsonValue | undefined,
    after: JsonObject | "unchanged",
  ][] = [
    ["succeeded", {}, { phase: "Succeeded" }, marked],
    ["beside other annotations", { annotations: { a: "b" } }, { phase: "Succeeded" }, {
      annotations: { a: "b", [PREPOPULATED]: "d" },
    }],
    ["annotations null", { annotations: null }, { phase: "Succeeded" }, marked],
    ["marked already", marked, { phase: "Succeeded" }, "unchanged"],
    [
      "marked with another name",
      { annotations: { [PREPOPULATED]: "x" } },
      { phase: "Succeeded" },
      "unchanged",
    ],
    [
      "marked with an empty name",
      { annotations: { [PREPOPULATED]: "" } },
      { phase: "Succeeded" },
      "unchanged",
    ],
    ["importing", {}, { phase: "ImportInProgress" }, "unchanged"],
    ["in small letters", {}, { phase: "succeeded" }, "unchanged"],
    ["without a phase", {}, {}, "unchanged"],
    ["without status", {}, undefined, "unchanged"],
    ["a status of a wrong type", {}, "Succeeded", "unchanged"],
  ];
  for (const [what, metadata, status, after] of rows) {
    for (const restore of [{}, null]) {
      await t.step(`${what}, Restore ${JSON.stringify(restore)}`, async () => {
        const stored = dataVolume(metadata, status === undefined ? {} : { status });
        const { result, requests } = await run(dataVolume(metadata), stored, restore);
        assertEquals(result, after === "unchanged" ? {} : { item: dataVolume(after) });
        assertEquals(requests, []);
      });
    }
  }
});

Deno.test("restoreDataVolume refuses to overwrite annotations of a wrong type", async () => {
  const item = dataVolume({ annotations: "x" });
  await assertRejects(
    async () => await run(item, { ...item, status: { phase: "Succeeded" } }),
    Refusal,
    "metadata.annotations is not an object",
  );
});

Deno.test("restoreDataVolume maps where the content came from (kubevirt 5.12)", async () => {
  const spec = (namespace: string) => ({ spec: { source: { pvc: { name: "gold", namespace } } } });
  const restore = { spec: { namespaceMapping: { n: "m" } } };
  assertEquals((await run(dataVolume({}, spec("n")), undefined, restore)).result, {
    item: dataVolume({}, spec("m")),
  });
  assertEquals((await run(dataVolume({}, spec("other")), undefined, restore)).result, {});
  const off = {
    metadata: { labels: { "velero-plugin-for-workloads/remap-embedded-namespaces": "false" } },
    ...restore,
  };
  assertEquals((await run(dataVolume({}, spec("n")), undefined, off)).result, {});
});

Deno.test("restoreDataVolume takes the VM's name off (kubevirt B23)", async () => {
  const item = dataVolume({ labels: { "velero-plugin-for-workloads/vm-name": "v", a: "b" } });
  assertEquals((await run(item)).result, { item: dataVolume({ labels: { a: "b" } }) });
});

Deno.test("restoreDataVolume changes nothing more on its own output (kubevirt V14)", async () => {
  const stored = { ...dataVolume(), status: { phase: "Succeeded" } };
  const { item } = await run(dataVolume(), stored);
  assertEquals((await run(item, stored)).result, {});
});
