import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { label, objectAt } from "../../objects/object.ts";
import { kubevirtObject, machine } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, messages, runBackup, type World } from "../../tests/kit/run_action.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupDataVolume } from "./backup_data_volume.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);

type Options = Partial<World<KubevirtSettings>> & { readonly backup?: JsonObject | null };

const run = (item: JsonObject, options: Options = {}) =>
  runBackup(backupDataVolume, { item, settings: DEFAULTS, ...options });

const dataVolume = (phase: JsonValue, metadata: JsonObject = {}) =>
  kubevirtObject("DataVolume", {}, {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    metadata: { name: "dv", ...metadata },
    ...(phase === null ? {} : { status: { phase } }),
  });
const claim = (ownerReferences: JsonValue, metadata: JsonObject = {}) =>
  kubevirtObject("PersistentVolumeClaim", {}, {
    apiVersion: "v1",
    metadata: { name: "p", ...(ownerReferences === null ? {} : { ownerReferences }), ...metadata },
  });
const OWNER = { apiVersion: "cdi.kubevirt.io/v1beta1", kind: "DataVolume", name: "dv" };
const PREPOPULATED = { "cdi.kubevirt.io/storage.prePopulated": "dv" };
const POPULATED = { "cdi.kubevirt.io/storage.populatedFor": "dv" };
const IN_PROGRESS = { "kvp.kubevirt.io/storage.inprogress": "dv" };

const PHASES = [
  "Pending",
  "PVCBound",
  "ImportScheduled",
  "ImportInProgress",
  "CloneScheduled",
  "CloneInProgress",
  "WaitForFirstConsumer",
  "PendingPopulation",
  "Paused",
  "Failed",
  "Unknown",
  "UNKNOWN",
  "succeeded",
  "",
  5,
  null,
];

Deno.test("backupDataVolume is registered as upstream's action, with the full resources (kubevirt A3)", () => {
  const { kind, name, appliesTo } = backupDataVolume;
  assertEquals([kind, name, appliesTo], [
    "BackupItemAction",
    "kubevirt-velero-plugin/backup-datavolume-action",
    { includedResources: ["persistentvolumeclaims", "datavolumes.cdi.kubevirt.io"] },
  ]);
});

Deno.test("backupDataVolume marks a DataVolume that is filled, and adds its PVC (kubevirt T7.6.1, T7.6.3)", async () => {
  const { item, result, requests } = await run(dataVolume("Succeeded"));
  assertEquals(objectAt(item, "metadata", "annotations"), PREPOPULATED);
  assertEquals(result.additionalItems, [
    { group: "", resource: "persistentvolumeclaims", namespace: "n", name: "dv" },
  ]);
  assertEquals(requests, []);
  assertEquals((await run(item)).result.item, undefined, "its own output stays as it is");
});

Deno.test("backupDataVolume leaves a DataVolume that is not filled as it is (kubevirt T7.6.2, 5.3)", async () => {
  for (const phase of PHASES) {
    assertEquals((await run(dataVolume(phase))).result, { additionalItems: [] }, String(phase));
  }
});

Deno.test("backupDataVolume marks the PVC of a DataVolume by how far that is filled", async (t) => {
  const rows: [id: string, owners: JsonValue, phase: JsonValue, annotations: JsonObject | undefined][] = [
    ["kubevirt T7.6.4", [OWNER], "Succeeded", POPULATED],
    ["kubevirt T7.6.5", null, "Succeeded", undefined],
    ["kubevirt T7.6.6", [{ ...OWNER, kind: "VirtualMachine" }], "Succeeded", undefined],
    ["another group's kind (kubevirt 3.3)", [{ ...OWNER, apiVersion: "x/v1" }], "Succeeded", undefined],
    ["the second owner", [{ ...OWNER, kind: "Thing" }, OWNER], "Succeeded", POPULATED],
    ["owners of wrong types", [5, null, { kind: "DataVolume", name: 5 }], "Succeeded", undefined],
    ["kubevirt T7.6.7", [OWNER], "UNKNOWN", IN_PROGRESS],
    ...PHASES.map((phase) =>
      [`${phase}`, [OWNER], phase, IN_PROGRESS] as [string, JsonValue, JsonValue, JsonObject]
    ),
  ];
  for (const [id, owners, phase, annotations] of rows) {
    await t.step(id, async () => {
      const objects = [dataVolume(phase)];
      const { item, result, logs } = await run(claim(owners), { objects });
      assertEquals(objectAt(item, "metadata", "annotations"), annotations);
      const shown = typeof phase === "string" && phase !== "" ? phase : "unknown";
      const warning = `DataVolume n/dv is not filled yet (phase ${shown}); ` +
        "a restore leaves this PVC out, and CDI fills it from the beginning";
      assertEquals(result.additionalItems, []);
      // kubevirt B33
      assertEquals(messages(logs, "warn"), annotations === IN_PROGRESS ? [warning] : []);
      assertEquals((await run(item, { objects })).result.item, undefined, "its own output stays as it is");
    });
  }
});

Deno.test("backupDataVolume backs up a PVC without its DataVolume unmarked, with a warning (kubevirt B10, 10.2)", async () => {
  for (const world of [{}, { absentGroups: ["cdi.kubevirt.io"] }]) {
    const { result, logs } = await run(claim([OWNER]), world);
    assertEquals(result, { additionalItems: [] });
    assertEquals(messages(logs, "warn"), [
      "DataVolume n/dv, which owns the PVC, does not exist; the PVC is backed up without a mark for CDI",
    ]);
  }
});

Deno.test("backupDataVolume fails when the DataVolume cannot be read", async () => {
  const get: Cluster["get"] = () => Promise.reject(new ClusterError("get: 403", "Forbidden", 403));
  await assertRejects(() => run(claim([OWNER]), { cluster: { get } }), ClusterError, "get: 403");
});

Deno.test("backupDataVolume lists the DataVolumes of a namespace once in 30 seconds (kubevirt 5.3, 11)", async (t) => {
  const states = new Map<string, unknown>();
  const ask = async (seconds: number, phase: string) => {
    const now = new Date(seconds * 1000);
    const objects = [dataVolume(phase)];
    const { item, requests } = await run(claim([OWNER]), { states, now, objects });
    return [objectAt(item, "metadata", "annotations"), requests];
  };
  const [LIST, GET] = ["list datavolumes.cdi.kubevirt.io n", "get datavolumes.cdi.kubevirt.io n/dv"];
  await t.step("one that is not filled may be by now, so it is asked for each time", async () => {
    assertEquals(await ask(0, "ImportInProgress"), [IN_PROGRESS, [LIST, GET]]);
    assertEquals(await ask(1, "Succeeded"), [POPULATED, [GET]]);
  });
  await t.step("one that is filled stays so", async () => {
    assertEquals(await ask(30, "Succeeded"), [POPULATED, [LIST]]);
    assertEquals(await ask(59, "Succeeded"), [POPULATED, []]);
    assertEquals(await ask(60, "Succeeded"), [POPULATED, [LIST]]);
  });
});

Deno.test("backupDataVolume asks for each DataVolume where it may not list them (kubevirt 11)", async () => {
  const list: Cluster["list"] = async function* () {
    yield await Promise.reject(new ClusterError("list: 403", "Forbidden", 403));
  };
  const world = { states: new Map<string, unknown>(), objects: [dataVolume("Succeeded")], cluster: { list } };
  const ask = async (seconds: number) => {
    const now = new Date(seconds * 1000);
    const { item, requests, logs } = await run(claim([OWNER]), { ...world, now });
    assertEquals(objectAt(item, "metadata", "annotations"), POPULATED);
    return { requests, told: messages(logs, "warn") };
  };
  const [LIST, GET] = ["list datavolumes.cdi.kubevirt.io n", "get datavolumes.cdi.kubevirt.io n/dv"];
  assertEquals(await ask(0), {
    requests: [LIST, GET],
    told: ["DataVolumes cannot be listed, so each is asked for by itself, which takes longer: list: 403"],
  });
  assertEquals(await ask(29), { requests: [GET], told: [] });
  assertEquals(await ask(30), { requests: [LIST, GET], told: [] });
});

Deno.test("backupDataVolume needs a Backup, and leaves other kinds alone", async () => {
  const refusal = await assertRejects(
    () => run(claim(null), { backup: null }),
    Refusal,
    "backup object nil!",
  );
  assertEquals(refusal.rule, "kubevirt 5.3");
  for (const kind of ["Pod", "datavolume", 5]) {
    assertEquals((await run({ ...dataVolume("Succeeded"), kind })).result, {}, String(kind));
  }
});

Deno.test("backupDataVolume keeps what else is in the item, and refuses wrong types", async () => {
  const item = { ...dataVolume("Succeeded", { annotations: { a: "b" } }), spec: { future: [1, null, {}] } };
  const { item: stored } = await run(item);
  assertEquals(stored, {
    ...item,
    metadata: { name: "dv", namespace: "n", annotations: { a: "b", ...PREPOPULATED } },
  });
  for (const broken of [claim(null), dataVolume("Pending")]) {
    await assertRejects(() => run({ ...broken, spec: "text" }), Refusal, "spec is not an object");
  }
  const wrong = dataVolume("Succeeded", { annotations: "text" });
  await assertRejects(() => run(wrong), Refusal, "metadata.annotations is not an object");
});

const LABEL = "velero-plugin-for-workloads/vm-name";
const NAMED = { ...DEFAULTS, "vm-name-label": true };

Deno.test("backupDataVolume labels disks with their VM when asked to (kubevirt B23)", async (t) => {
  const vms = [
    machine({ volumes: [{ persistentVolumeClaim: { claimName: "p" } }] }, {}, { metadata: { name: "one" } }),
    machine({ volumes: [{ persistentVolumeClaim: { claimName: "p" } }] }, {}, { metadata: { name: "two" } }),
    machine({ volumes: [{ dataVolume: { name: "dv" } }] }, {}, { metadata: { name: "with-dv" } }),
    machine({ volumes: "not a list" }, {}, { metadata: { name: "broken" } }),
  ];
  const rows: [about: string, item: JsonObject, vm: string | undefined][] = [
    ["a volume of a VM", claim(null), "one"],
    ["a DataVolume of a VM", dataVolume("Pending"), "with-dv"],
    ["the PVC of that DataVolume", claim(null, { name: "dv" }), "with-dv"],
    ["nobody's", claim(null, { name: "alone" }), undefined],
    ["another namespace's", claim(null, { namespace: "m" }), undefined],
    ["the VM's state", claim(null, { labels: { "persistent-state-for": "kept" } }), "kept"],
    [
      "owned by a VM",
      dataVolume("Pending", {
        ownerReferences: [{ apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "owner" }],
      }),
      "owner",
    ],
  ];
  for (const [about, item, vm] of rows) {
    await t.step(about, async () => {
      const { item: stored, requests } = await run(item, { objects: vms, settings: NAMED });
      assertEquals(label(stored, LABEL), vm);
      assertEquals(requests.length, vm === "kept" || vm === "owner" ? 0 : 1);
      const off = await run(item, { objects: vms });
      assertEquals([label(off.item, LABEL), off.requests], [undefined, []]);
    });
  }
  await t.step("the VMs of a namespace are listed once in 30 seconds", async () => {
    const states = new Map<string, unknown>();
    const ask = async (seconds: number) => {
      const now = new Date(seconds * 1000);
      return (await run(claim(null), { objects: vms, settings: NAMED, states, now })).requests.length;
    };
    assertEquals([await ask(0), await ask(29.9), await ask(30)], [1, 0, 1]);
  });
  await t.step("VMs that may not be listed: a warning, no label", async () => {
    const list: Cluster["list"] = async function* () {
      yield await Promise.reject(new ClusterError("list: 403", "Forbidden", 403));
    };
    const { result, logs } = await run(claim(null), { cluster: { list }, settings: NAMED });
    assertEquals(result, { additionalItems: [] });
    assertEquals(messages(logs, "warn"), [
      "the VM of the disk is not known, so it is not labelled: list: 403",
    ]);
  });
});
