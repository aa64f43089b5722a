import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { archived, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { setBootstrap, targetTime } from "./bootstrap.ts";
import { restoreCluster } from "./restore_cluster.ts";
import type { Settings } from "./settings.ts";

const source = "clusterBackup";

// cnpg R12
const ROWS: [
  about: string,
  bootstrap: JsonValue | undefined,
  id: string | undefined,
  recovery: JsonObject,
][] = [
  ["initdb, no ID (cnpg T5.3.9)", { initdb: { database: "app" } }, undefined, { source, database: "app" }],
  ["initdb and an ID (cnpg T5.3.10)", { initdb: { database: "app" } }, "20250114T120000", {
    source,
    recoveryTarget: { backupID: "20250114T120000" },
    database: "app",
  }],
  ["none and an ID (cnpg T5.3.11)", undefined, "20250114T150000", {
    source,
    recoveryTarget: { backupID: "20250114T150000" },
  }],
  ["none, no ID (cnpg T5.3.12)", undefined, undefined, { source }],
  ["null", null, undefined, { source }],
  ["a wrong type", "x", undefined, { source }],
  [
    "everything of initdb (cnpg DEV-CNPG-15)",
    {
      initdb: { database: "d", owner: "o", secret: { name: "s" }, encoding: "UTF8" },
    },
    undefined,
    { source, database: "d", owner: "o", secret: { name: "s" } },
  ],
  ["pg_basebackup", { pg_basebackup: { source: "x", database: "d", owner: "o" } }, undefined, {
    source,
    database: "d",
    owner: "o",
  }],
  [
    "recovery before pg_basebackup before initdb",
    { initdb: { database: "i" }, pg_basebackup: { database: "p" }, recovery: { database: "r" } },
    undefined,
    { source, database: "r" },
  ],
  [
    "pg_basebackup before initdb",
    { initdb: { database: "i" }, pg_basebackup: { database: "p" } },
    undefined,
    { source, database: "p" },
  ],
  [
    "recovery goes first, also without database",
    {
      initdb: { database: "i" },
      recovery: { source: "old", recoveryTarget: { targetTime: "2024-12-31 23:59:59+00" } },
    },
    undefined,
    { source },
  ],
  ["a null method is not there", { recovery: null, initdb: { database: "i" } }, undefined, {
    source,
    database: "i",
  }],
  ["empty values", { initdb: { database: "", owner: "", secret: {} } }, undefined, { source }],
  ["values of the wrong type", { initdb: { database: 5, owner: [], secret: "x" } }, undefined, { source }],
];

for (const [about, bootstrap, id, recovery] of ROWS) {
  Deno.test(`setBootstrap() recovers and keeps the application database: ${about}`, () => {
    const spec: JsonObject = bootstrap === undefined ? { instances: 1 } : { instances: 1, bootstrap };
    setBootstrap(spec, id === undefined ? {} : { recoveryTarget: { backupID: id } });
    assertEquals(spec, { instances: 1, bootstrap: { recovery } });
  });
}

// cnpg E3
interface TargetRow {
  about: string;
  mode: Settings["recovery-target"];
  annotations: JsonObject;
  restore?: JsonObject;
  target: JsonObject | undefined;
  warning?: string;
}

const ID = { "velero-cnpg/current-backup-id": "B" };
const TIME = { "velero-cnpg/backup-time": "2026-11-21T03:28:47Z" };
const at = (time: JsonValue): JsonObject => ({
  metadata: { annotations: { "velero-cnpg/target-time": time } },
});

const TARGETS: TargetRow[] = [
  { about: "with ID", mode: "latest", annotations: { ...ID, ...TIME }, target: { backupID: "B" } },
  { about: "without ID", mode: "latest", annotations: TIME, target: undefined },
  {
    about: "an empty ID",
    mode: "latest",
    annotations: { "velero-cnpg/current-backup-id": "" },
    target: undefined,
  },
  {
    about: "with ID",
    mode: "immediate",
    annotations: ID,
    target: { backupID: "B", targetImmediate: true },
  },
  {
    about: "without ID",
    mode: "immediate",
    annotations: {},
    target: undefined,
    warning: "no base backup is named, so recovery cannot stop at its end and runs to the end of the archive",
  },
  {
    about: "with ID and time",
    mode: "backup-time",
    annotations: { ...ID, ...TIME },
    target: { backupID: "B", targetTime: "2026-11-21T03:28:47Z" },
    warning: "recovery stops at 2026-11-21T03:28:47Z; it fails when no transaction was committed afterwards",
  },
  {
    about: "with time only",
    mode: "backup-time",
    annotations: TIME,
    target: { targetTime: "2026-11-21T03:28:47Z" },
    warning: "recovery stops at 2026-11-21T03:28:47Z; it fails when no transaction was committed afterwards",
  },
  {
    about: "without time",
    mode: "backup-time",
    annotations: ID,
    target: { backupID: "B" },
    warning: "no annotation velero-cnpg/backup-time, so recovery runs to the end of the archive",
  },
  ...(["latest", "immediate", "backup-time"] as const).map((mode): TargetRow => ({
    about: "a time of the Restore overrides it",
    mode,
    annotations: { ...ID, ...TIME },
    restore: at("2026-11-20T12:00:00+01:00"),
    target: { targetTime: "2026-11-20T12:00:00+01:00" },
  })),
];

for (const { about, mode, annotations, restore, target, warning } of TARGETS) {
  Deno.test(`recovery-target ${mode}: ${about}`, async () => {
    const { item, logs } = await runRestore(restoreCluster, {
      item: archived(written(annotations)),
      restore: restore ?? {},
      cluster: recordApply().cluster,
      settings: { ...settingsWith(), "recovery-target": mode },
    });
    const { recovery } = (item.spec as { bootstrap: JsonObject }).bootstrap;
    assertEquals(recovery, { source, ...(target === undefined ? {} : { recoveryTarget: target }) });
    assertEquals(messages(logs, "warn"), warning === undefined ? [] : [warning]);
  });
}

for (const time of ["yesterday", "2026-11-20T12:00:00", "2026-11-20 12:00:00+00", "", null, 5]) {
  Deno.test(`targetTime() refuses ${JSON.stringify(time)}`, () => {
    const error = assertThrows(() => targetTime(at(time)), Refusal);
    const shown = typeof time === "string" ? JSON.stringify(time) : "null";
    assertEquals(
      error.message,
      `annotation velero-cnpg/target-time of the Restore is ${shown}, not a time`,
    );
    assertEquals(error.remedy, "write it as RFC 3339 with zone, for example 2026-11-21T03:28:47Z");
  });
}

Deno.test("recovery-target writes nothing when a time is bad", async () => {
  const rows: [annotations: JsonObject, restore: JsonObject, message: string][] = [
    [{}, at("soon"), 'annotation velero-cnpg/target-time of the Restore is "soon", not a time'],
    [
      { "velero-cnpg/backup-time": "soon" },
      {},
      'annotation velero-cnpg/backup-time is "soon", not an RFC 3339 time',
    ],
    [
      { "velero-cnpg/backup-time": 5 },
      {},
      "failed to get backup time annotation: annotation value is not a string",
    ],
  ];
  for (const [annotations, restore, message] of rows) {
    const { applied, cluster } = recordApply();
    const run = runRestore(restoreCluster, {
      item: archived(written(annotations)),
      restore,
      cluster,
      settings: settingsWith({ "recovery-target": "backup-time" }),
    });
    assertEquals((await assertRejects(() => run, Refusal)).message, message);
    assertEquals(applied, []);
  }
});
