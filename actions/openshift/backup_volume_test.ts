import { assertEquals, assertRejects } from "@std/assert";
import { ClusterError } from "../../cluster/cluster.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { actionOf, defaultsOf, runBackup } from "../../tests/kit/run_action.ts";
import { VOLUMES } from "./kinds.ts";
import { openshift } from "./mod.ts";
import { settings } from "./settings.ts";

const action = actionOf(openshift, "BackupItemAction", "openshift.io/03-pv-backup-plugin");
const CAM = { metadata: { labels: { "app.kubernetes.io/part-of": "openshift-migration" } } };
const TYPE = "openshift.io/migrate-type";
const ORIGINAL = "migration.openshift.io/orig-reclaim-policy";

function volume(annotations: JsonValue, policy?: JsonValue): JsonObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v", annotations },
    spec: { storageClassName: "c", ...(policy !== undefined && { persistentVolumeReclaimPolicy: policy }) },
  };
}

const MOVE = { [TYPE]: "move" };
const RETAINED = { [TYPE]: "move", [ORIGINAL]: "Delete" };
const PATCH = "patch persistentvolumes v";

interface Row {
  readonly id: string;
  readonly item: JsonObject;
  readonly live?: JsonObject;
  readonly backup?: JsonObject;
  readonly becomes?: JsonObject;
  /** The volume in the cluster afterwards, where it changed. */
  readonly stored?: JsonObject;
  readonly requests: readonly string[];
}

const ROWS: readonly Row[] = [
  { id: "not a migration", backup: {}, item: volume(MOVE, "Delete"), requests: [] },
  {
    id: "moved",
    item: volume(MOVE, "Delete"),
    becomes: volume(RETAINED, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "moved, Recycle",
    item: volume(MOVE, "Recycle"),
    becomes: volume({ ...RETAINED, [ORIGINAL]: "Recycle" }, "Retain"),
    stored: volume({ ...RETAINED, [ORIGINAL]: "Recycle" }, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "copied: nothing is written (openshift IMP-21)",
    item: volume({ [TYPE]: "copy" }, "Delete"),
    requests: ["get persistentvolumes v"],
  },
  { id: "retained already", item: volume(MOVE, "Retain"), requests: ["get persistentvolumes v"] },
  {
    id: "the volume in the cluster decides",
    item: volume({}, "Delete"),
    live: volume(MOVE, "Delete"),
    becomes: volume({ [ORIGINAL]: "Delete" }, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "the item does not decide",
    item: volume(MOVE, "Delete"),
    live: volume({}, "Delete"),
    requests: ["get persistentvolumes v"],
  },
  {
    id: "openshift IMP-21: no annotations in the cluster's volume but the type",
    item: volume(null, "Delete"),
    live: volume(MOVE, "Delete"),
    becomes: volume({ [ORIGINAL]: "Delete" }, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "openshift IMP-21: the cluster's volume is as it should be",
    item: volume(MOVE, "Delete"),
    live: volume(RETAINED, "Retain"),
    becomes: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v"],
  },
  {
    id: "openshift IMP-21: retained in the cluster, but it does not say what it was",
    item: volume(MOVE, "Delete"),
    live: volume(MOVE, "Retain"),
    becomes: volume(RETAINED, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "openshift IMP-21: set back in the cluster since an earlier backup",
    item: volume(RETAINED, "Delete"),
    becomes: volume(RETAINED, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "no policy anywhere",
    item: volume(MOVE),
    becomes: volume({ ...RETAINED, [ORIGINAL]: "" }, "Retain"),
    stored: volume({ ...RETAINED, [ORIGINAL]: "" }, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "no policy in the item",
    item: volume(MOVE),
    live: volume(MOVE, "Delete"),
    becomes: volume(RETAINED, "Retain"),
    stored: volume(RETAINED, "Retain"),
    requests: ["get persistentvolumes v", PATCH],
  },
  {
    id: "a policy of a wrong type",
    item: volume(MOVE, 5),
    live: volume(MOVE, "Retain"),
    requests: ["get persistentvolumes v"],
  },
];

for (const { id, item, live = item, backup = CAM, becomes, stored, requests } of ROWS) {
  Deno.test(`volume at backup, openshift A9: ${id}`, async () => {
    const cluster = createMemoryCluster({ objects: [live] });
    const { result, requests: made } = await runBackup(action, {
      item,
      backup,
      cluster,
      settings: defaultsOf(settings),
    });
    assertEquals(result, becomes === undefined ? {} : { item: becomes });
    assertEquals(made.filter((request) => !request.startsWith("serves ")), requests);
    const { metadata, spec } = await cluster.get(VOLUMES, "", "v") ?? {};
    const expected = stored ?? live;
    assertEquals(spec, expected.spec);
    assertEquals((metadata as JsonObject).annotations, (expected.metadata as JsonObject).annotations);
  });
}

Deno.test("volume at backup: gone, forbidden, not to be changed (openshift A9)", async () => {
  const base = { item: volume(MOVE, "Delete"), backup: CAM, settings: defaultsOf(settings) };
  const gone = await assertRejects(
    () => runBackup(action, base),
    Refusal,
    "the volume is not in the cluster any more",
  );
  assertEquals([gone.rule, gone.reason], ["openshift A9", "not_restorable"]);
  for (const verb of ["get", "patch"] as const) {
    const failing = {
      [verb]: () => Promise.reject(new ClusterError(`${verb}: forbidden`, "Forbidden", 403)),
    };
    await assertRejects(
      () => runBackup(action, { ...base, objects: [base.item], cluster: failing }),
      ClusterError,
      `${verb}: forbidden`,
    );
  }
});

Deno.test("volume at backup: an item that cannot take the change is refused before the cluster is written to", async () => {
  const live = volume(MOVE, "Delete");
  for (const item of [{ ...live, spec: "x" }, { ...live, metadata: { name: "v", annotations: "x" } }]) {
    const cluster = createMemoryCluster({ objects: [live] });
    await assertRejects(
      () => runBackup(action, { item, backup: CAM, cluster, settings: defaultsOf(settings) }),
      Refusal,
      "is not an object",
    );
    assertEquals((await cluster.get(VOLUMES, "", "v"))?.spec, live.spec);
  }
});
