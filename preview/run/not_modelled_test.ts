import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { object } from "../testing/world.ts";
import { restoreNotes, takesSnapshots } from "./not_modelled.ts";

const run = (spec: JsonObject): JsonObject => ({ metadata: { name: "r", namespace: "velero" }, spec });
const location = (namespace: string) =>
  object("velero.io/v1", "VolumeSnapshotLocation", `${namespace}/default`);
const backup = (status: JsonObject) => object("velero.io/v1", "Backup", "velero/b", { status });

Deno.test("takesSnapshots() needs a place for snapshots, and no word against them", async () => {
  const asked = (spec: JsonObject, ...objects: JsonObject[]) =>
    takesSnapshots(run(spec), createMemoryCluster({ objects }));
  assertEquals([
    await asked({}),
    await asked({}, location("velero")),
    await asked({}, location("other")),
    await asked({ snapshotVolumes: false }, location("velero")),
    await takesSnapshots(run({}), createMemoryCluster({ objects: [], absentGroups: ["velero.io"] })),
  ], [false, true, false, false, false]);
});

Deno.test("restoreNotes() tells of snapshots to restore", async () => {
  const told = async (spec: JsonObject, ...objects: JsonObject[]) =>
    (await restoreNotes(run(spec), createMemoryCluster({ objects }))).map(({ text }) => text);
  const snapshots = backup({ volumeSnapshotsCompleted: 2 });
  const text = '2 volumes would be made of the snapshots of backup "b"';
  assertEquals(await told({}), []);
  assertEquals(await told({ backupName: "b" }, snapshots), [text]);
  assertEquals(await told({ backupName: "b", restorePVs: false }, snapshots), []);
  assertEquals(await told({ backupName: "b" }, backup({ volumeSnapshotsCompleted: 0 })), []);
  assertEquals(await told({ backupName: "b" }), []);
});
