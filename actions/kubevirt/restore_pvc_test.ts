import { assertEquals, assertRejects } from "@std/assert";
import { defaultsOf, messages, runRestore } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { restorePvc } from "./restore_pvc.ts";
import { restoreVolumeSnapshot } from "./restore_volume_snapshot.ts";
import { settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

const POPULATED = "cdi.kubevirt.io/storage.populatedFor";
const PHASE = "cdi.kubevirt.io/storage.pod.phase";
const UID = "velero.kubevirt.io/pvc-uid";
const KEPT = "velero.kubevirt.io/original-pvc-uid";
const KEPT_SNAPSHOT = "velero.kubevirt.io/original-volumesnapshot-uid";

const pvc = (metadata: JsonObject = {}, spec: JsonObject = { storageClassName: "fast" }): JsonObject => ({
  ...bare("v1", "PersistentVolumeClaim", "root", metadata),
  spec,
});

const run = (item: JsonObject, itemFromBackup = item, restore: JsonObject | null = {}) =>
  runRestore(restorePvc, { item, itemFromBackup, restore, settings: DEFAULTS });

Deno.test("the actions on volumes are v1 actions with upstream's names (kubevirt A9, A10)", () => {
  assertEquals([restorePvc.kind, restorePvc.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-pvc-action",
  ]);
  assertEquals(restorePvc.appliesTo, { includedResources: ["persistentvolumeclaims"] });
  assertEquals([restoreVolumeSnapshot.kind, restoreVolumeSnapshot.name], [
    "RestoreItemAction",
    "kubevirt-velero-plugin/restore-volumesnapshot-action",
  ]);
  assertEquals(restoreVolumeSnapshot.appliesTo, {
    includedResources: ["volumesnapshots.snapshot.storage.k8s.io"],
  });
});

Deno.test("restorePvc leaves a half-populated PVC to CDI (kubevirt 5.9, kubevirt T7.8.13)", async () => {
  for (const value of ["root", "", null]) {
    const item = pvc({
      annotations: { "kvp.kubevirt.io/storage.inprogress": value },
      labels: { [UID]: "u" },
    });
    const { result, logs } = await run(item);
    assertEquals(result, { skipRestore: true });
    assertEquals(messages(logs, "info"), [
      "left out: CDI had not finished filling it at backup, and creates it again for the DataVolume",
    ]);
  }
});

// [row, labels, annotations, labels afterwards, annotations afterwards]; undefined is an absent map, `kept` stands for the action's own annotation.
type Maps = [labels: JsonValue | undefined, annotations: Record<string, string> | undefined];

const UID_ROWS: [row: string, before: Maps, after: Maps | "unchanged"][] = [
  ["kubevirt T7.8.14", [{ [UID]: "u", other: "x" }, undefined], [{ other: "x" }, undefined]],
  ["kubevirt T7.8.15", [{ [UID]: "u", other: "x" }, { kept: "original-user-uid-value" }], [
    { [UID]: "original-user-uid-value", other: "x" },
    undefined,
  ]],
  ["kubevirt T7.8.16", [{ other: "x" }, undefined], "unchanged"],
  ["kubevirt T7.8.17", [undefined, undefined], "unchanged"],
  ["an empty map stays", [{}, undefined], "unchanged"],
  ["our label alone: the map goes with it", [{ [UID]: "u" }, undefined], [undefined, undefined]],
  ["our label with an empty value", [{ [UID]: "", other: "x" }, undefined], [{ other: "x" }, undefined]],
  ["the user's own value was empty", [{ [UID]: "u" }, { kept: "" }], [{ [UID]: "" }, undefined]],
  ["the user's value equals the UID", [{ [UID]: "u" }, { kept: "u" }], [{ [UID]: "u" }, undefined]],
  ["other annotations stay", [{ [UID]: "u" }, { kept: "v", a: "b" }], [{ [UID]: "v" }, { a: "b" }]],
  ["a kept value without the label", [{ other: "x" }, { kept: "v" }], "unchanged"],
];

Deno.test("the UID label goes, and a user's own value comes back (kubevirt 5.9, 5.10)", async (t) => {
  const metadataOf = ([labels, annotations]: Maps, kept: string): JsonObject => ({
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [key === "kept" ? kept : key, value]),
      ),
    }),
  });
  for (const [row, before, after] of UID_ROWS) {
    await t.step(`${row}: PVC`, async () => {
      const item = pvc(metadataOf(before, KEPT));
      const { result } = await run(item);
      assertEquals(result, after === "unchanged" ? {} : { item: pvc(metadataOf(after, KEPT)) });
    });
    await t.step(`${row}: VolumeSnapshot (kubevirt T7.8.18)`, async () => {
      const snapshot = (maps: Maps) =>
        bare("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "s", metadataOf(maps, KEPT_SNAPSHOT));
      const item = snapshot(before);
      const { result, requests } = await runRestore(restoreVolumeSnapshot, { item, settings: DEFAULTS });
      assertEquals(result, after === "unchanged" ? {} : { item: snapshot(after) });
      assertEquals(requests, []);
    });
  }
});

Deno.test("labels and annotations of a wrong type are refused (kubevirt 10.2)", async (t) => {
  const rows: [metadata: JsonObject, message: string][] = [
    [{ labels: ["x"] }, "metadata.labels is not an object"],
    [{ labels: "x" }, "metadata.labels is not an object"],
    [{ labels: { [UID]: "u" }, annotations: 5 }, "metadata.annotations is not an object"],
  ];
  for (const [metadata, message] of rows) {
    await t.step(JSON.stringify(metadata), async () => {
      await assertRejects(() => run(pvc(metadata)), Refusal, message);
      const snapshot = bare("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "s", metadata);
      await assertRejects(
        async () => await runRestore(restoreVolumeSnapshot, { item: snapshot, settings: DEFAULTS }),
        Refusal,
        message,
      );
    });
  }
});

Deno.test("a VolumeSnapshot does not look at the annotation of a PVC (kubevirt 5.10)", async () => {
  const item = bare("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "s", {
    labels: { [UID]: "u" },
    annotations: { [KEPT]: "mine" },
  });
  const { item: changed } = await runRestore(restoreVolumeSnapshot, { item, settings: DEFAULTS });
  assertEquals(changed.metadata, { name: "s", namespace: "n", annotations: { [KEPT]: "mine" } });
});

Deno.test("restorePvc takes the VM's name off (kubevirt B23)", async () => {
  const label = "velero-plugin-for-workloads/vm-name";
  assertEquals((await run(pvc({ labels: { [label]: "v" } }))).result, { item: pvc() });
  assertEquals((await run(pvc({ labels: { [label]: "v", a: "b" } }))).result, {
    item: pvc({ labels: { a: "b" } }),
  });
});

const owner = (kind: string, apiVersion: string, name: JsonValue = "dv"): JsonObject => ({
  kind,
  apiVersion,
  name,
});
const DV = owner("DataVolume", "cdi.kubevirt.io/v1beta1");

Deno.test("restorePvc marks the content of a backup that was taken without this source (kubevirt 5.9)", async (t) => {
  const bound = { phase: "Bound" };
  const rows: [
    what: string,
    annotations: JsonObject,
    owners: JsonValue,
    status: JsonValue,
    marked: string | undefined,
  ][] = [
    ["bound and owned by a DataVolume", {}, [DV], bound, "dv"],
    ["filling has ended", { [PHASE]: "Succeeded" }, [DV], bound, "dv"],
    ["filling has not ended", { [PHASE]: "Running" }, [DV], bound, undefined],
    ["filling has failed", { [PHASE]: "Failed" }, [DV], bound, undefined],
    ["phase is empty", { [PHASE]: "" }, [DV], bound, undefined],
    ["marked already", { [POPULATED]: "other" }, [DV], bound, "other"],
    ["marked already, with an empty name", { [POPULATED]: "" }, [DV], bound, ""],
    ["not bound", {}, [DV], { phase: "Pending" }, undefined],
    ["lost", {}, [DV], { phase: "Lost" }, undefined],
    ["without status", {}, [DV], null, undefined],
    ["status of a wrong type", {}, [DV], "Bound", undefined],
    ["without owner", {}, undefined as unknown as JsonValue, bound, undefined],
    ["owned by something else", {}, [owner("StatefulSet", "apps/v1")], bound, undefined],
    ["owned by a DataVolume of another group", {}, [owner("DataVolume", "e.com/v1")], bound, undefined],
    ["the DataVolume is the second owner", {}, [owner("A", "b/v1"), DV], bound, "dv"],
    ["DataVolume of an old version", {}, [owner("DataVolume", "cdi.kubevirt.io/v1alpha1")], bound, "dv"],
    ["an owner without name", {}, [owner("DataVolume", "cdi.kubevirt.io/v1beta1", "")], bound, undefined],
    [
      "an owner's name of a wrong type",
      {},
      [owner("DataVolume", "cdi.kubevirt.io/v1beta1", 5)],
      bound,
      undefined,
    ],
    ["owners of a wrong type", {}, "dv", bound, undefined],
    ["owners of wrong types", {}, [null, 5, "dv", []], bound, undefined],
  ];
  for (const [what, annotations, ownerReferences, status, marked] of rows) {
    await t.step(what, async () => {
      const item = pvc({ annotations });
      const stored = { ...pvc({ annotations, ownerReferences }), status };
      const { item: changed, result } = await run(item, stored);
      assertEquals(objectAt(changed, "metadata", "annotations")?.[POPULATED], marked);
      assertEquals(result.item !== undefined, marked === "dv");
    });
  }
});

Deno.test("restorePvc makes the map of annotations, and refuses to overwrite something else", async () => {
  const stored = { ...pvc({ ownerReferences: [DV] }), status: { phase: "Bound" } };
  for (const annotations of [undefined, null] as const) {
    const item = pvc(annotations === undefined ? {} : { annotations });
    assertEquals((await run(item, stored)).item, pvc({ annotations: { [POPULATED]: "dv" } }));
  }
  const error = await assertRejects(() => run(pvc({ annotations: "x" }), stored), Refusal);
  assertEquals([error.message, error.rule, error.reason], [
    "metadata.annotations is not an object",
    "kubevirt 11",
    "invalid_item",
  ]);
});

Deno.test("restorePvc drops a data source that never comes back (kubevirt 5.9, B26)", async (t) => {
  const source = (kind: string, apiGroup = "cdi.kubevirt.io", more: JsonObject = {}): JsonObject => ({
    apiGroup,
    kind,
    name: "volume-import-source-1",
    ...more,
  });
  const imported = source("VolumeImportSource");
  const snapshot = source("VolumeSnapshot", "snapshot.storage.k8s.io");
  const rows: [
    what: string,
    spec: JsonObject,
    stored: JsonObject | undefined,
    after: JsonObject | "unchanged",
    populated?: boolean,
  ][] = [
    ["import, both fields", { dataSource: imported, dataSourceRef: imported, a: 1 }, undefined, { a: 1 }],
    ["upload, reference alone", { dataSourceRef: source("VolumeUploadSource") }, undefined, {}],
    ["clone, old field alone", { dataSource: source("VolumeCloneSource") }, undefined, {}],
    ["one of them", { dataSource: null, dataSourceRef: imported }, undefined, {}],
    ["keys in another order", { dataSourceRef: imported }, {
      dataSourceRef: Object.fromEntries(Object.entries(imported).reverse()),
    }, {}],
    ["null in the backup", { dataSourceRef: imported }, { dataSourceRef: imported, dataSource: null }, {}],
    ["not populated", { dataSourceRef: imported }, undefined, "unchanged", false],
    ["a CSI snapshot", { dataSource: snapshot, dataSourceRef: snapshot }, undefined, "unchanged"],
    ["set by an action before", { dataSourceRef: imported }, { dataSourceRef: snapshot }, "unchanged"],
    ["added by an action before", { dataSourceRef: imported }, {}, "unchanged"],
    [
      "one of them set by an action before",
      { dataSource: snapshot, dataSourceRef: imported },
      { dataSource: imported, dataSourceRef: imported },
      "unchanged",
    ],
    [
      "with another namespace than at backup",
      { dataSourceRef: { ...imported, namespace: "x" } },
      { dataSourceRef: { ...imported, namespace: "y" } },
      "unchanged",
    ],
    ["another kind of CDI", { dataSourceRef: source("DataVolume") }, undefined, "unchanged"],
    [
      "the kind of another group",
      { dataSourceRef: source("VolumeImportSource", "e.com") },
      undefined,
      "unchanged",
    ],
    ["without group", { dataSourceRef: { kind: "VolumeImportSource", name: "x" } }, undefined, "unchanged"],
    ["wrong types", { dataSourceRef: "x", dataSource: [imported] }, undefined, "unchanged"],
    ["a kind of a wrong type", { dataSourceRef: { ...imported, kind: 5 } }, undefined, "unchanged"],
  ];
  for (const [what, spec, storedSpec, after, populated = true] of rows) {
    await t.step(what, async () => {
      const metadata = populated ? { annotations: { [POPULATED]: "dv" } } : {};
      const { result } = await run(pvc(metadata, spec), pvc(metadata, storedSpec ?? spec));
      assertEquals(result, after === "unchanged" ? {} : { item: pvc(metadata, after) });
    });
  }
});

Deno.test("restorePvc drops the source of a PVC that it has just marked (kubevirt 5.9)", async () => {
  const spec = { dataSourceRef: { apiGroup: "cdi.kubevirt.io", kind: "VolumeImportSource", name: "x" } };
  const stored = { ...pvc({ ownerReferences: [DV] }, spec), status: { phase: "Bound" } };
  const { item } = await run(pvc({}, spec), stored);
  assertEquals(item, pvc({ annotations: { [POPULATED]: "dv" } }, {}));
});

Deno.test("restorePvc looks at the stored PVC only when it must", async () => {
  const item = pvc({ annotations: { [POPULATED]: "dv" }, labels: { [UID]: "u" } });
  const request = {
    item,
    restore: {},
    get itemFromBackup(): JsonObject {
      throw new Error("read");
    },
  };
  const result = await restorePvc.execute(
    request,
    {
      log: { debug() {}, info() {}, warn() {}, error() {} },
    } as unknown as Parameters<typeof restorePvc.execute>[1],
  );
  assertEquals(result, { item: pvc({ annotations: { [POPULATED]: "dv" } }) });
});

Deno.test("restorePvc changes nothing more on its own output (kubevirt V14)", async () => {
  const spec = { dataSource: { apiGroup: "cdi.kubevirt.io", kind: "VolumeCloneSource", name: "x" } };
  const metadata = { labels: { [UID]: "u" } };
  const stored = { ...pvc({ ...metadata, ownerReferences: [DV] }, spec), status: { phase: "Bound" } };
  const { item } = await run(pvc(metadata, spec), stored);
  assertEquals(item, pvc({ annotations: { [POPULATED]: "dv" } }, {}));
  assertEquals((await run(item, stored)).result, {});
});
