import { assertEquals, assertRejects } from "@std/assert";
import { archived, backup } from "../../tests/kit/cnpg.ts";
import { prepare } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { liveWorld } from "../../cluster/live/testing/kit.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Archive } from "./archive.ts";
import { findBaseBackups } from "./base_backup.ts";
import { BARMAN_PLUGIN } from "./constants.ts";

const ARCHIVE: Archive = { method: "plugin", serverName: "s", pluginName: BARMAN_PLUGIN, objectStore: "o" };
const IN_TREE: Archive = { method: "barmanObjectStore", serverName: "s" };

const HOUR_0 = "2026-01-01T00:00:00Z";
const HOUR_1 = "2026-01-01T01:00:00Z";
const HOUR_2 = "2026-01-01T02:00:00Z";

interface Row {
  about: string;
  objects: JsonObject[];
  id: string | undefined;
  uid?: string;
  archive?: Archive;
}

const ROWS: Row[] = [
  {
    about: "one completed (cnpg T4.3.14)",
    objects: [backup("b", "backup-id-123", HOUR_0)],
    id: "backup-id-123",
  },
  {
    about: "the newest of three (cnpg T4.3.15)",
    objects: [
      backup("old", "backup-id-old", HOUR_0),
      backup("latest", "backup-id-latest", HOUR_2),
      backup("middle", "backup-id-middle", HOUR_1),
    ],
    id: "backup-id-latest",
  },
  {
    about: "one running (cnpg T4.3.16)",
    objects: [backup("b", "x", HOUR_0, { status: { phase: "running" } })],
    id: undefined,
  },
  {
    about: "one of another Cluster (cnpg T4.3.17)",
    objects: [backup("b", "x", HOUR_0, { spec: { cluster: { name: "other-cluster" } } })],
    id: undefined,
  },
  { about: "no objects (cnpg T4.3.18)", objects: [], id: undefined },
  {
    about: "a failed and a completed one (cnpg T4.3.19)",
    objects: [
      backup("f", "backup-id-failed", HOUR_0, { status: { phase: "failed" } }),
      backup("s", "backup-id-success", HOUR_1),
    ],
    id: "backup-id-success",
  },
  {
    about: "the newest has no ID (cnpg DEV-CNPG-7, T4.3.30)",
    objects: [backup("new", undefined, HOUR_2), backup("old", "OLD", HOUR_1)],
    id: "OLD",
  },
  {
    about: "the newest has an ID that is no string",
    objects: [backup("new", undefined, HOUR_2, { status: { backupId: 5 } }), backup("old", "OLD", HOUR_1)],
    id: "OLD",
  },
  {
    about: "the newest is made of volume snapshots (cnpg DEV-CNPG-6, T4.3.31)",
    objects: [
      backup("vs", "vs", HOUR_2, { status: { method: "volumeSnapshot" } }),
      backup("old", "OLD", HOUR_1),
    ],
    id: "OLD",
  },
  {
    about: "the method of the specification counts when the status has none",
    objects: [
      backup("vs", "vs", HOUR_2, { spec: { method: "volumeSnapshot" } }),
      backup("old", "OLD", HOUR_1),
    ],
    id: "OLD",
  },
  {
    about: "the method of the status goes before that of the specification",
    objects: [
      backup("p", "P", HOUR_2, { status: { method: "plugin" }, spec: { method: "volumeSnapshot" } }),
      backup("old", "OLD", HOUR_1),
    ],
    id: "P",
  },
  {
    about: "another plugin's (cnpg DEV-CNPG-6)",
    objects: [
      backup("x", "X", HOUR_2, {
        spec: { method: "plugin", pluginConfiguration: { name: "x.example.com" } },
      }),
      backup("b", "B", HOUR_1, { spec: { method: "plugin", pluginConfiguration: { name: BARMAN_PLUGIN } } }),
    ],
    id: "B",
  },
  {
    about: "plugin without configuration",
    objects: [backup("b", "B", HOUR_1, { spec: { method: "plugin" } })],
    id: "B",
  },
  {
    about: "in-tree under another server name",
    objects: [
      backup("x", "X", HOUR_2, { status: { method: "barmanObjectStore", serverName: "elsewhere" } }),
      backup("b", "B", HOUR_1, { status: { method: "barmanObjectStore", serverName: "s" } }),
    ],
    id: "B",
  },
  {
    about: "in-tree without server name",
    objects: [backup("b", "B", HOUR_1, { spec: { method: "barmanObjectStore" } })],
    id: "B",
  },
  {
    about: "a method nobody knows",
    objects: [backup("x", "X", HOUR_2, { spec: { method: "tape" } }), backup("b", "B", HOUR_1)],
    id: "B",
  },
  {
    about: "an earlier Cluster with this name (cnpg DEV-CNPG-6)",
    uid: "now",
    objects: [
      backup("x", "X", HOUR_2, { status: { pluginMetadata: { clusterUID: "before" } } }),
      backup("b", "B", HOUR_1, { status: { pluginMetadata: { clusterUID: "now" } } }),
    ],
    id: "B",
  },
  {
    about: "a UID on one side only",
    objects: [backup("b", "B", HOUR_1, { status: { pluginMetadata: { clusterUID: "before" } } })],
    id: "B",
  },
  {
    about: "the end counts, not the beginning (cnpg DEV-CNPG-8)",
    objects: [
      backup("long", "LONG", HOUR_0, { status: { startedAt: HOUR_0, stoppedAt: HOUR_2 } }),
      backup("short", "SHORT", HOUR_1, { status: { startedAt: HOUR_1, stoppedAt: HOUR_1 } }),
    ],
    id: "LONG",
  },
  {
    about: "the start counts when there is no end",
    objects: [
      backup("a", "A", HOUR_0, { status: { startedAt: HOUR_2 } }),
      backup("b", "B", HOUR_1),
    ],
    id: "A",
  },
  {
    about: "instants, not texts",
    objects: [
      backup("east", "EAST", HOUR_0, { status: { stoppedAt: "2026-01-01T05:00:00+05:00" } }),
      backup("utc", "UTC", HOUR_0, { status: { stoppedAt: "2026-01-01T01:00:00Z" } }),
    ],
    id: "UTC",
  },
  {
    about: "a time that is none falls back to the next",
    objects: [
      backup("bad", "BAD", HOUR_2, { status: { stoppedAt: "yesterday", startedAt: 7 } }),
      backup("b", "B", HOUR_1),
    ],
    id: "BAD",
  },
  {
    about: "equal times: the later name",
    objects: [backup("b-2", "TWO", HOUR_0), backup("b-3", "THREE", HOUR_0), backup("b-1", "ONE", HOUR_0)],
    id: "THREE",
  },
  {
    about: "a clock ahead of ours",
    objects: [backup("future", "FUTURE", "2099-01-01T00:00:00Z"), backup("now", "NOW", HOUR_0)],
    id: "FUTURE",
  },
  {
    about: "odd objects are skipped",
    objects: [
      { apiVersion: "postgresql.cnpg.io/v1", kind: "Backup", metadata: { name: "x", namespace: "n" } },
      { ...backup("y", "Y", HOUR_2), spec: "x" },
      { ...backup("z", "Z", HOUR_2), status: ["completed"] },
      backup("p", "P", HOUR_2, { status: { phase: "Completed" } }),
      backup("b", "B", HOUR_0),
    ],
    id: "B",
  },
  {
    about: "in-tree archive: only its own server name",
    archive: IN_TREE,
    objects: [
      backup("x", "X", HOUR_2, { status: { serverName: "elsewhere" } }),
      backup("y", "Y", HOUR_2),
      backup("p", "P", HOUR_2, { status: { method: "plugin", serverName: "s" } }),
      backup("b", "B", HOUR_1, { status: { method: "barmanObjectStore", serverName: "s" } }),
      backup("c", "C", HOUR_0, { status: { serverName: "s" } }),
    ],
    id: "B",
  },
];

for (const { about, objects, id, uid, archive } of ROWS) {
  Deno.test(`findBaseBackups() finds the newest usable one: ${about}`, async () => {
    const item = archived();
    if (uid !== undefined) (item.metadata as JsonObject).uid = uid;
    const { context, requests } = prepare({ objects });
    const found = await findBaseBackups(item, archive ?? ARCHIVE, context);
    assertEquals(found.newest?.id, id);
    assertEquals(requests, ["list backups.postgresql.cnpg.io n"]);
  });
}

Deno.test("findBaseBackups() counts what it saw", async () => {
  const objects = [
    backup("a", undefined, HOUR_0),
    backup("b", "B", HOUR_0, { status: { phase: "failed" } }),
    backup("c", "C", HOUR_0, { metadata: { namespace: "elsewhere" } }),
  ];
  const { seen, completed } = await findBaseBackups(archived(), ARCHIVE, prepare({ objects }).context);
  assertEquals({ seen, completed }, { seen: 2, completed: 1 });
});

Deno.test("findBaseBackups() reads 2,500 objects in pages of 500 under one limit of 30 s", async () => {
  const limits: number[] = [];
  const objects = Array.from({ length: 2500 }, (_, index) => {
    const minute = new Date(Date.UTC(2026, 0, 1, 0, (index * 7) % 2500)).toISOString();
    return backup(`b-${index}`, `ID-${index}`, minute);
  });
  const { cluster, api } = liveWorld({ objects });
  const { context } = prepare({
    cluster,
    timeout: (milliseconds) => {
      limits.push(milliseconds);
      return new AbortController().signal;
    },
  });
  const { seen, newest } = await findBaseBackups(archived(), ARCHIVE, context);
  assertEquals(seen, 2500);
  // 357 x 7 = 2499: the last minute.
  assertEquals(newest, { name: "b-357", id: "ID-357" });
  assertEquals(limits, [30_000]);
  const path = "GET /apis/postgresql.cnpg.io/v1/namespaces/n/backups?limit=500";
  const pages = api.requests().map((request) => request.replace(/continue=[^ &]+/, "continue=TOKEN"));
  assertEquals(pages, [`${path} -> 200`, ...Array(4).fill(`${path}&continue=TOKEN -> 200`)]);
});

Deno.test("findBaseBackups() ends when the limit comes in the middle of the pages", async () => {
  const limit = new AbortController();
  const { context } = prepare({
    timeout: () => limit.signal,
    cluster: {
      async *list(_kind, options) {
        for (let index = 0; index < 2500; index++) {
          options?.signal?.throwIfAborted();
          yield await Promise.resolve(backup(`b-${index}`, "ID", HOUR_0));
          if (index === 700) limit.abort(new DOMException("Signal timed out.", "TimeoutError"));
        }
      },
    },
  });
  const error = await assertRejects(() => findBaseBackups(archived(), ARCHIVE, context), DOMException);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("findBaseBackups() hands on what the cluster throws", async () => {
  const failure = new ClusterError("list backups.postgresql.cnpg.io n: forbidden", "Forbidden", 403);
  const { context } = prepare({
    cluster: {
      list: () => {
        throw failure;
      },
    },
  });
  assertEquals(await assertRejects(() => findBaseBackups(archived(), ARCHIVE, context)), failure);
});
