import { assertEquals } from "@std/assert";
import { archived, backup, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, runBackup, runRestore } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { backupCluster } from "./backup_cluster.ts";
import { restoreCluster } from "./restore_cluster.ts";
import type { Settings } from "./settings.ts";

const KEY = "velero-cnpg/volume-snapshots";
const ELEMENTS = [
  { name: "snap-data", type: "PG_DATA" },
  { name: "snap-wal", type: "PG_WAL" },
  { name: "snap-tbs", type: "PG_TABLESPACE", tablespaceName: "tbs1" },
];

const snapshotBackup = (created: string, elements: JsonValue = ELEMENTS, method = "volumeSnapshot") =>
  backup("vs", "vs", created, { status: { method, snapshotBackupStatus: { elements } } });

const objectStoreBackup = backup("b", "B", "2026-01-01T01:00:00Z");

// cnpg E5
const BACKUPS: [about: string, objects: JsonObject[], on: boolean, snapshots: boolean][] = [
  ["newest", [objectStoreBackup, snapshotBackup("2026-01-01T02:00:00Z")], true, true],
  ["the only one", [snapshotBackup("2026-01-01T02:00:00Z")], true, true],
  ["older", [objectStoreBackup, snapshotBackup("2026-01-01T00:00:00Z")], true, false],
  ["newest, setting off", [objectStoreBackup, snapshotBackup("2026-01-01T02:00:00Z")], false, false],
  ["newest, without elements", [objectStoreBackup, snapshotBackup("2026-01-01T02:00:00Z", [])], true, false],
  ["newest, elements of the wrong type", [snapshotBackup("2026-01-01T02:00:00Z", "x")], true, false],
];

for (const [about, objects, on, snapshots] of BACKUPS) {
  Deno.test(`volume-snapshot writes the snapshots of the newest Backup: ${about}`, async () => {
    const { item } = await runBackup(backupCluster, {
      item: archived(),
      objects,
      settings: settingsWith({ "volume-snapshot": on, "check-window": false, "skip-owned": true }),
    });
    const { annotations } = item.metadata as { annotations: JsonObject };
    assertEquals(annotations[KEY], snapshots ? JSON.stringify(ELEMENTS) : undefined);
    assertEquals(
      annotations["velero-cnpg/current-backup-id"],
      objects.includes(objectStoreBackup) ? "B" : undefined,
    );
  });
}

const reference = (name: string) => ({ apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name });
const snapshot = (name: string): JsonObject => ({
  apiVersion: "snapshot.storage.k8s.io/v1",
  kind: "VolumeSnapshot",
  metadata: { name, namespace: "n" },
});
const ALL = ELEMENTS.map(({ name }) => snapshot(name));

const VOLUMES = {
  storage: reference("snap-data"),
  walStorage: reference("snap-wal"),
  tablespaceStorage: { tbs1: reference("snap-tbs") },
};

const FALLBACK = "; recovery starts from the archive instead of volume snapshots";
const LATEST = { recoveryTarget: { backupID: "B" } };

interface Row {
  about: string;
  annotation?: JsonValue;
  objects?: JsonObject[];
  restore?: JsonObject;
  settings?: Partial<Settings>;
  recovery: JsonObject;
  warnings?: string[];
}

const NO_LIST = `annotation ${KEY} holds no list of snapshots with PG_DATA${FALLBACK}`;

const ROWS: Row[] = [
  { about: "all are there", recovery: { volumeSnapshots: VOLUMES } },
  {
    about: "data only",
    annotation: JSON.stringify([ELEMENTS[0]]),
    recovery: { volumeSnapshots: { storage: reference("snap-data") } },
  },
  {
    about: "off at restore",
    settings: { "volume-snapshot": false },
    recovery: LATEST,
  },
  {
    about: "backup-time stops it",
    settings: { "recovery-target": "backup-time" },
    recovery: { volumeSnapshots: VOLUMES, recoveryTarget: { targetTime: "2026-01-01T03:00:00Z" } },
    warnings: [
      "recovery stops at 2026-01-01T03:00:00Z; it fails when no transaction was committed afterwards",
    ],
  },
  {
    about: "immediate needs a base backup",
    settings: { "recovery-target": "immediate" },
    recovery: { recoveryTarget: { backupID: "B", targetImmediate: true } },
    warnings: [`the recovery target is immediate${FALLBACK}`],
  },
  {
    about: "so does a time of the Restore",
    restore: { metadata: { annotations: { "velero-cnpg/target-time": "2026-01-01T00:00:00Z" } } },
    recovery: { recoveryTarget: { targetTime: "2026-01-01T00:00:00Z" } },
    warnings: [`the Restore names a target time${FALLBACK}`],
  },
  {
    about: "another namespace",
    restore: { spec: { namespaceMapping: { n: "m" } } },
    recovery: LATEST,
    warnings: [`the snapshots are in namespace n, not m${FALLBACK}`],
  },
  {
    about: "one is gone",
    objects: ALL.slice(0, 2),
    recovery: LATEST,
    warnings: [`VolumeSnapshot n/snap-tbs does not exist${FALLBACK}`],
  },
  { about: "not JSON", annotation: "[", recovery: LATEST, warnings: [NO_LIST] },
  { about: "not a list", annotation: "{}", recovery: LATEST, warnings: [NO_LIST] },
  {
    about: "no data volume",
    annotation: JSON.stringify([ELEMENTS[1], null, 5, { type: "PG_DATA" }]),
    recovery: LATEST,
    warnings: [NO_LIST],
  },
  { about: "an annotation that is no string", annotation: 5, recovery: LATEST },
];

for (const { about, annotation, objects, restore, settings, recovery, warnings } of ROWS) {
  Deno.test(`volume-snapshot recovers from snapshots or falls back: ${about}`, async () => {
    const { item, logs } = await runRestore(restoreCluster, {
      item: archived(written({
        "velero-cnpg/current-backup-id": "B",
        "velero-cnpg/backup-time": "2026-01-01T03:00:00Z",
        [KEY]: annotation ?? JSON.stringify(ELEMENTS),
      })),
      restore: restore ?? {},
      objects: objects ?? ALL,
      cluster: recordApply().cluster,
      settings: settingsWith({ "volume-snapshot": true, ...settings }),
    });
    const { bootstrap } = item.spec as { bootstrap: JsonObject };
    assertEquals(bootstrap, { recovery: { source: "clusterBackup", ...recovery } });
    assertEquals(messages(logs, "warn"), warnings ?? []);
  });
}

Deno.test("volume-snapshot falls back when the snapshots cannot be read", async () => {
  const { item, logs } = await runRestore(restoreCluster, {
    item: archived(written({ [KEY]: JSON.stringify(ELEMENTS) })),
    cluster: {
      ...recordApply().cluster,
      get: (kind) =>
        kind.resource === "volumesnapshots"
          ? Promise.reject(new ClusterError("get volumesnapshots: forbidden", "Forbidden", 403))
          : Promise.resolve(undefined),
    },
    settings: settingsWith({ "volume-snapshot": true }),
  });
  assertEquals((item.spec as { bootstrap: JsonObject }).bootstrap, { recovery: { source: "clusterBackup" } });
  assertEquals(messages(logs, "warn"), [
    `VolumeSnapshot n/snap-data cannot be read: get volumesnapshots: forbidden${FALLBACK}`,
  ]);
});
