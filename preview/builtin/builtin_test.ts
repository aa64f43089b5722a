import { assertEquals, assertStringIncludes } from "@std/assert";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { groupResource } from "../run/resources.ts";
import { decodeItem, encode } from "../run/step.ts";
import { BUILTIN_CASES, type BuiltinCase, runOf } from "../testing/builtin_cases.ts";
import { object } from "../testing/world.ts";
import { builtinActions, builtinHost } from "./builtin.ts";

const place = (item: ResourceIdentifier) => `${groupResource(item)} ${item.namespace}/${item.name}`;

// What Go's types write for nothing is nothing.
function meaning(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((entry) => meaning(entry) ?? null);
  if (!isObject(value)) return value ?? undefined;
  const kept = Object.entries(value).map(([key, entry]) => [key, meaning(entry)] as const)
    .filter(([, entry]) => entry !== undefined && !(isObject(entry) && Object.keys(entry).length === 0));
  return Object.fromEntries(kept) as JsonObject;
}

async function call({ kind, action, item, stored, cluster = [], ...rest }: BuiltinCase) {
  const host = builtinHost({ cluster: createMemoryCluster({ objects: [...cluster] }) });
  const run = encode(runOf({ kind, action, item, ...rest }));
  const request = { item: encode(item), run, itemFromBackup: encode(stored ?? item) };
  if (kind === "ItemBlockAction") {
    const asks = (await host.relatedItems(action, request)).map(place).sort();
    return { item, asks, told: undefined };
  }
  const answer = await host.execute(kind, action, request);
  return {
    item: decodeItem(answer.item),
    asks: (answer.additionalItems ?? []).map(place).sort(),
    ...(answer.skipRestore === true ? { skipped: true } : {}),
    told: host.notModelled?.()[0]?.text,
  };
}

Deno.test("Velero's own actions do what Velero does (protocol 4.13)", async (t) => {
  for (const one of BUILTIN_CASES) {
    await t.step(one.id, async () => {
      const { item = one.item, asks = [], skipped, fails, told } = one.expected;
      if (fails !== undefined) {
        const failure = await call(one).then(() => "it did not fail", (error: Error) => error.message);
        assertStringIncludes(failure, fails);
        return;
      }
      const found = await call(one);
      const expected = { item, asks: [...asks], ...(skipped === true ? { skipped } : {}), told };
      assertEquals({ ...found, item: meaning(found.item) }, { ...expected, item: meaning(item) });
    });
  }
});

Deno.test("each of Velero's own actions that leaves an item out has a reason to tell", async () => {
  const skipping = BUILTIN_CASES.filter(({ expected }) => expected.skipped === true);
  const told: string[] = [];
  for (const one of skipping) {
    const cluster = createMemoryCluster({ objects: [...one.cluster ?? []] });
    const host = builtinHost({ cluster, remark: ({ text }) => void told.push(text) });
    const item = encode(one.item);
    await host.execute(one.kind, one.action, { item, run: encode(runOf(one)), itemFromBackup: item });
  }
  assertEquals(told.sort(), [
    "Kubernetes registers this API by itself",
    "the cluster makes the token of a ServiceAccount by itself",
  ]);
});

Deno.test("every action that changes objects has a case", () => {
  const seen = new Set(BUILTIN_CASES.map(({ kind, action }) => `${kind} ${action}`));
  const all = builtinActions(() => {}).map(({ kind, name }) => `${kind} ${name}`);
  // Those are below: what they do is told, not done.
  const data = all.filter((key) => key.includes("/csi-") || key.endsWith("/dataupload"));
  assertEquals(all.filter((key) => !seen.has(key) && !data.includes(key)), []);
  assertEquals([...seen].filter((key) => !all.includes(key)), []);
});

const SERVER = object("apps/v1", "Deployment", "velero/velero", {
  spec: {
    template: { spec: { containers: [{ name: "velero", args: ["server", "--features=A,EnableCSI"] }] } },
  },
});
const VOLUME = object("v1", "PersistentVolume", "pv1", { spec: { csi: { driver: "d" } } });
const bound = (metadata: JsonObject = {}) =>
  object("v1", "PersistentVolumeClaim", "shop/data", {
    metadata,
    spec: { volumeName: "pv1", dataSourceRef: { kind: "X", name: "x" } },
    status: { phase: "Bound" },
  });
const snapshot = object("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "shop/s");

Deno.test("what Velero's data actions would do is told where its server has the feature (protocol 4.13)", async (t) => {
  const backup = (action: string, item: JsonObject, rest: Partial<BuiltinCase> = {}): BuiltinCase => ({
    id: action,
    kind: "BackupItemActionV2",
    action: `velero.io/${action}`,
    item,
    cluster: [SERVER, VOLUME],
    expected: {},
    ...rest,
  });
  const restore = (action: string, item: JsonObject, rest: Partial<BuiltinCase> = {}) =>
    backup(action, item, { kind: "RestoreItemActionV2", ...rest });
  const upload = object("velero.io/v2alpha1", "DataUpload", "velero/d", {
    spec: { sourceNamespace: "shop", sourcePVC: "data" },
  });
  const cases: [string, BuiltinCase, string | undefined][] = [
    ["a snapshot of a claim", backup("csi-pvc-backupper", bound()), "a CSI snapshot would be taken"],
    [
      "and its data",
      backup("csi-pvc-backupper", bound(), { spec: { snapshotMoveData: true } }),
      "a CSI snapshot would be taken and its data moved to the store",
    ],
    ["no snapshots", backup("csi-pvc-backupper", bound(), { spec: { snapshotVolumes: false } }), undefined],
    ["no CSI volume", backup("csi-pvc-backupper", bound(), { cluster: [SERVER] }), undefined],
    ["no feature", backup("csi-pvc-backupper", bound(), { cluster: [VOLUME] }), undefined],
    [
      "a snapshot object",
      backup("csi-volumesnapshot-backupper", snapshot),
      "Velero's CSI actions would handle the snapshot",
    ],
    [
      "a snapshot object that comes back",
      restore("csi-volumesnapshot-restorer", snapshot),
      "Velero's CSI actions would rewrite the snapshot",
    ],
    [
      "a claim with a snapshot",
      restore("csi-pvc-restorer", bound({ annotations: { "velero.io/volume-snapshot-name": "s" } })),
      "it would be filled from s, which velero.io/volume-snapshot-name names",
    ],
    ["a claim without one", restore("csi-pvc-restorer", bound()), undefined],
    [
      "a DataUpload",
      restore("dataupload", upload, { kind: "RestoreItemAction" }),
      "the data of claim shop/data would be moved back",
    ],
  ];
  for (const [name, one, told] of cases) {
    await t.step(name, async () => assertEquals((await call(one)).told, told));
  }
  await t.step("a Restore without volumes frees the claim", async () => {
    const freed = await call(restore("csi-pvc-restorer", bound(), { spec: { restorePVs: false } }));
    assertEquals([freed.item.spec, freed.told], [{}, undefined]);
    const present = await call(
      restore("csi-pvc-restorer", bound(), { spec: { restorePVs: false }, cluster: [SERVER, bound()] }),
    );
    assertEquals(present.item, bound());
  });
});
