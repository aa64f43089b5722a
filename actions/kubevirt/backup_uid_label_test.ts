import { assertEquals, assertRejects } from "@std/assert";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { label, objectAt } from "../../objects/object.ts";
import { kubevirtObject } from "../../tests/kit/kubevirt.ts";
import { defaultsOf, messages, runBackup, type World } from "../../tests/kit/run_action.ts";
import { bare } from "../../tests/kit/virtual_machines.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupDataUpload } from "./backup_data_upload.ts";
import { backupPvc } from "./backup_pvc.ts";
import { backupVolumeSnapshot } from "./backup_volume_snapshot.ts";
import { type KubevirtSettings, settings } from "./settings.ts";

const DEFAULTS = defaultsOf(settings);
const BACKUP = { metadata: { uid: "backup-uid" } };

type Options = Partial<World<KubevirtSettings>> & { readonly backup?: JsonObject | null };

const run = (action: typeof backupPvc, item: JsonObject, options: Options = {}) =>
  runBackup(action, { item, settings: DEFAULTS, backup: BACKUP, ...options });

const LABEL = "velero.kubevirt.io/pvc-uid";
const KEPT_PVC = "velero.kubevirt.io/original-pvc-uid";
const KEPT_SNAPSHOT = "velero.kubevirt.io/original-volumesnapshot-uid";

const claim = (metadata: JsonObject) =>
  kubevirtObject("PersistentVolumeClaim", {}, { apiVersion: "v1", metadata: { name: "pvc", ...metadata } });
const snapshot = (metadata: JsonObject = {}, source: JsonValue = { persistentVolumeClaimName: "pvc" }) =>
  kubevirtObject("VolumeSnapshot", { source }, { apiVersion: "snapshot.storage.k8s.io/v1", metadata });
const maps = (
  item: JsonObject,
) => [objectAt(item, "metadata", "labels"), objectAt(item, "metadata", "annotations")];

Deno.test("backupPvc, backupVolumeSnapshot and backupDataUpload have their names and resources (kubevirt A4, A5, B29)", () => {
  const rows = [backupPvc, backupVolumeSnapshot, backupDataUpload].map((
    { name, appliesTo },
  ) => [name, appliesTo]);
  assertEquals(rows, [
    ["kubevirt-velero-plugin/backup-pvc-action", { includedResources: ["persistentvolumeclaims"] }],
    [
      "kubevirt-velero-plugin/backup-volumesnapshot-action",
      { includedResources: ["volumesnapshots.snapshot.storage.k8s.io"] },
    ],
    ["kubevirt-velero-plugin/backup-dataupload-action", { includedResources: ["datauploads.velero.io"] }],
  ]);
});

const USERS = { [LABEL]: "original-user-value" };
const OTHERS = { app: "a", tier: "b" };

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly labels: JsonObject | undefined;
  readonly annotations: JsonObject | undefined;
}

// What upstream's tests hold.
const CLAIMS: readonly Row[] = [
  {
    id: "kubevirt T7.7.1",
    item: claim({ uid: "pvc-uid-123" }),
    labels: { [LABEL]: "pvc-uid-123" },
    annotations: undefined,
  },
  {
    id: "kubevirt T7.7.2",
    item: claim({ uid: "pvc-uid-456", labels: OTHERS }),
    labels: { ...OTHERS, [LABEL]: "pvc-uid-456" },
    annotations: undefined,
  },
  {
    id: "kubevirt T7.7.3",
    item: claim({ uid: "pvc-uid-789", labels: { ...USERS, app: "a" } }),
    labels: { [LABEL]: "pvc-uid-789", app: "a" },
    annotations: { [KEPT_PVC]: "original-user-value" },
  },
  {
    id: "kubevirt T7.7.4",
    item: claim({ uid: "pvc-uid-101", labels: USERS, annotations: { own: "x" } }),
    labels: { [LABEL]: "pvc-uid-101" },
    annotations: { own: "x", [KEPT_PVC]: "original-user-value" },
  },
  { id: "kubevirt T7.7.5", item: claim({ uid: "" }), labels: undefined, annotations: undefined },
  {
    id: "kubevirt T7.7.6",
    item: claim({ uid: "pvc-uid-same", labels: { [LABEL]: "pvc-uid-same" } }),
    labels: { [LABEL]: "pvc-uid-same" },
    annotations: { [KEPT_PVC]: "pvc-uid-same" },
  },
];
const SNAPSHOTS: readonly (Row & { readonly uid?: string })[] = [
  {
    id: "kubevirt T7.7.7",
    item: snapshot({}, { volumeSnapshotContentName: "c" }),
    labels: undefined,
    annotations: undefined,
  },
  { id: "kubevirt T7.7.8", item: snapshot(), labels: { [LABEL]: "pvc-uid-456" }, annotations: undefined },
  {
    id: "kubevirt T7.7.9",
    item: snapshot({ labels: { ...USERS, app: "a" } }),
    labels: { [LABEL]: "pvc-uid-456", app: "a" },
    annotations: { [KEPT_SNAPSHOT]: "original-user-value" },
  },
  {
    id: "kubevirt T7.7.10",
    item: snapshot({ labels: { app: "a" } }),
    labels: { app: "a", [LABEL]: "pvc-uid-456" },
    annotations: undefined,
  },
];

Deno.test("backupPvc labels a PVC with its UID, and keeps the user's value (kubevirt 5.4)", async (t) => {
  for (const { id, item, labels, annotations } of CLAIMS) {
    await t.step(id, async () => {
      const { item: stored, result, requests } = await run(backupPvc, item);
      assertEquals(maps(stored), [labels, annotations]);
      assertEquals([result.additionalItems, result.item === undefined], [undefined, labels === undefined]);
      assertEquals(requests.filter((request) => !request.startsWith("serves")), []);
    });
  }
  await t.step("without a Backup too", async () => {
    const { item } = await run(backupPvc, claim({ uid: "u" }), { backup: null });
    assertEquals(label(item, LABEL), "u");
  });
});

Deno.test("backupVolumeSnapshot labels a snapshot with the UID of its PVC (kubevirt 5.5)", async (t) => {
  const objects = [bare("v1", "PersistentVolumeClaim", "pvc", { uid: "pvc-uid-456" })];
  for (const { id, item, labels, annotations } of SNAPSHOTS) {
    await t.step(id, async () => {
      const { item: stored, result } = await run(backupVolumeSnapshot, item, { objects });
      assertEquals(maps(stored), [labels, annotations]);
      assertEquals([result.additionalItems, result.item === undefined], [undefined, labels === undefined]);
    });
  }
  await t.step("kubevirt T7.7.11", async () => {
    const list: Cluster["list"] = async function* () {
      yield await Promise.resolve({ metadata: { name: "pvc", uid: "" } });
    };
    assertEquals((await run(backupVolumeSnapshot, snapshot(), { cluster: { list } })).result, {});
  });
});

Deno.test("backupPvc and backupVolumeSnapshot label only where there are VMs or CDI", async () => {
  const both = ["kubevirt.io", "cdi.kubevirt.io"];
  const objects = [bare("v1", "PersistentVolumeClaim", "pvc", { uid: "u" })];
  for (
    const [absentGroups, labelled] of [[both, false], [both.slice(0, 1), true], [
      both.slice(1),
      true,
    ]] as const
  ) {
    const options = { absentGroups, objects };
    const pvc = await run(backupPvc, claim({ uid: "u" }), options);
    const snap = await run(backupVolumeSnapshot, snapshot(), options);
    assertEquals(
      [pvc, snap].map(({ item }) => label(item, LABEL)),
      Array(2).fill(labelled ? "u" : undefined),
    );
  }
  const serves: Cluster["serves"] = () => Promise.reject(new ClusterError("no", "NoCluster", 0));
  const unknown = await run(backupPvc, claim({ uid: "u" }), { cluster: { serves } });
  assertEquals(label(unknown.item, LABEL), "u", "as upstream when the cluster does not say");
});

Deno.test("backupVolumeSnapshot lists the PVCs of a namespace once in 30 seconds (kubevirt B9)", async () => {
  const states = new Map<string, unknown>();
  const objects = [bare("v1", "PersistentVolumeClaim", "pvc", { uid: "u" })];
  const ask = async (seconds: number, item: JsonObject, more: JsonObject[] = []) => {
    const now = new Date(seconds * 1000);
    const { item: stored, requests, logs } = await run(backupVolumeSnapshot, item, {
      states,
      now,
      objects: [...objects, ...more],
    });
    const asked = requests.filter((request) => !request.startsWith("serves"));
    return { uid: label(stored, LABEL), asked, debug: messages(logs, "debug") };
  };
  const LIST = "list persistentvolumeclaims n";
  const answers = await Promise.all([ask(0, snapshot()), ask(0, snapshot())]);
  assertEquals(answers.map(({ uid, asked }) => [uid, asked]), [["u", [LIST]], ["u", []]]);
  assertEquals((await ask(29.9, snapshot())).asked, []);
  const later = { persistentVolumeClaimName: "later" };
  const young = await ask(29.9, snapshot({}, later), [
    bare("v1", "PersistentVolumeClaim", "later", { uid: "l" }),
  ]);
  assertEquals([young.uid, young.asked], ["l", ["get persistentvolumeclaims n/later"]]);
  const gone = await ask(29.9, snapshot({}, later));
  assertEquals([gone.uid, gone.debug], [undefined, [
    "PVC later does not exist any more, so its UID is not known",
  ]]);
  assertEquals((await ask(30, snapshot())).asked, [LIST]);
  const alone = await ask(60, snapshot({}, later));
  assertEquals([alone.uid, alone.asked], [undefined, [LIST]], "a list that was just read is not asked again");
});

Deno.test("backupVolumeSnapshot fails when the PVCs cannot be read", async () => {
  const failing = (reason: "Forbidden" | "NoCluster"): Partial<Cluster> => ({
    async *list() {
      yield await Promise.reject(new ClusterError("list", reason, reason === "Forbidden" ? 403 : 0));
    },
  });
  const ask = (reason: "Forbidden" | "NoCluster") =>
    run(backupVolumeSnapshot, snapshot(), { cluster: failing(reason) });
  await assertRejects(() => ask("Forbidden"), ClusterError, "list");
  const refusal = await assertRejects(() => ask("NoCluster"), Refusal, "Kubernetes client not available");
  assertEquals([refusal.rule, refusal.reason], ["kubevirt 5.5", "lookup_failed"]);
  await assertRejects(
    () => run(backupVolumeSnapshot, snapshot(), { backup: null }),
    Refusal,
    "backup object nil!",
  );
});

Deno.test("wrong types are refused, and never written over", async (t) => {
  const objects = [bare("v1", "PersistentVolumeClaim", "pvc", { uid: "u" })];
  const rows: [action: typeof backupPvc, item: JsonObject, message: string][] = [
    [backupPvc, claim({ uid: "u", labels: "text" }), "metadata.labels is not an object"],
    [backupPvc, claim({ uid: "u", labels: { [LABEL]: 5 } }), `metadata.labels.${LABEL} is not a string`],
    [backupPvc, claim({ uid: "u", labels: USERS, annotations: [] }), "metadata.annotations is not an object"],
    [backupPvc, { ...claim({ uid: "u" }), spec: "text" }, "spec is not an object"],
    [backupVolumeSnapshot, snapshot({ labels: 5 }), "metadata.labels is not an object"],
    [backupVolumeSnapshot, snapshot({}, "text"), "spec.source is not an object"],
    [
      backupVolumeSnapshot,
      snapshot({}, { persistentVolumeClaimName: 5 }),
      "persistentVolumeClaimName is not a string",
    ],
  ];
  for (const [action, item, message] of rows) {
    await t.step(message, async () => {
      await assertRejects(() => run(action, item, { objects }), Refusal, message);
    });
  }
  await t.step("a UID that is none", async () => {
    assertEquals((await run(backupPvc, claim({ uid: 5 }))).result, {});
  });
});

const upload = (labels: JsonObject, spec: JsonObject = {}) =>
  kubevirtObject("DataUpload", spec, {
    apiVersion: "velero.io/v2alpha1",
    metadata: { namespace: "velero", labels },
  });

Deno.test("backupDataUpload labels a DataUpload with the UID of its PVC (kubevirt B29)", async () => {
  const spec = { sourceNamespace: "n", sourcePVC: "pvc" };
  const objects = [bare("v1", "PersistentVolumeClaim", "pvc", { uid: "u" })];
  const named = await run(backupDataUpload, upload({ "velero.io/pvc-uid": "own" }, spec), { objects });
  assertEquals([label(named.item, LABEL), named.requests], ["own", []]);
  const asked = await run(backupDataUpload, upload({}, spec), { objects });
  assertEquals([label(asked.item, LABEL), asked.requests], ["u", ["get persistentvolumeclaims n/pvc"]]);
  assertEquals((await run(backupDataUpload, asked.item, { objects })).result, {});
  assertEquals((await run(backupDataUpload, upload({}, spec))).result, {});
  assertEquals((await run(backupDataUpload, upload({}, { sourcePVC: 5 }))).result, {});
  assertEquals(backupDataUpload.enabled?.(DEFAULTS), false);
  assertEquals(backupDataUpload.enabled?.({ ...DEFAULTS, "label-data-uploads": true }), true);
});
