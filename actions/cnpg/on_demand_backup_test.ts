import { assertEquals } from "@std/assert";
import { archived, backup, cluster, settingsWith } from "../../tests/kit/cnpg.ts";
import { messages, prepare, runBackup } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { OperationProgress } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { backupCluster } from "./backup_cluster.ts";

const settings = settingsWith({ "on-demand-backup": true, "check-window": false, "skip-owned": true });
const RUN = { metadata: { name: "nightly", namespace: "velero" }, status: { phase: "InProgress" } };

/** A `create` that remembers and gives the object a name, as the API server does. */
function recordCreate() {
  const created: JsonObject[] = [];
  const create = (_kind: unknown, object: JsonObject) => {
    created.push(object);
    const { generateName, ...metadata } = object.metadata as JsonObject;
    return Promise.resolve({ ...object, metadata: { ...metadata, name: `${generateName}x7k2p` } });
  };
  return { created, cluster: { create } };
}

Deno.test("on-demand-backup asks for a base backup and gives an operation (cnpg E4)", async () => {
  const { created, cluster } = recordCreate();
  const { result, requests } = await runBackup(backupCluster, {
    item: archived(),
    backup: RUN,
    objects: [backup("b", "OLD", "2026-01-01T00:00:00Z")],
    cluster,
    settings,
  });
  assertEquals(created, [{
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: {
      generateName: "velero-nightly-",
      namespace: "n",
      labels: { "velero.io/backup-name": "nightly" },
    },
    spec: {
      cluster: { name: "c" },
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    },
  }]);
  assertEquals(result.operationID, "n/velero-nightly-x7k2p");
  assertEquals(result.postOperationItems, [{
    group: "postgresql.cnpg.io",
    resource: "clusters",
    namespace: "n",
    name: "c",
  }]);
  assertEquals((result.item?.metadata as JsonObject).annotations, {
    "velero-cnpg/serverName": "s",
    "velero-cnpg/current-backup-id": "OLD",
  });
  assertEquals(requests, [
    "list backups.postgresql.cnpg.io n",
    "create backups.postgresql.cnpg.io n/velero-nightly-",
  ]);
});

Deno.test("on-demand-backup uses the in-tree method for an in-tree archive", async () => {
  const { created, cluster: faked } = recordCreate();
  await runBackup(backupCluster, {
    item: cluster({ backup: { barmanObjectStore: { destinationPath: "s3://x" } } }),
    backup: RUN,
    cluster: faked,
    settings: { ...settings, "in-tree": true },
  });
  assertEquals(created[0]?.spec, { cluster: { name: "c" }, method: "barmanObjectStore" });
});

Deno.test("on-demand-backup shortens a long name for the label as Velero does", async () => {
  const { created, cluster } = recordCreate();
  const name = "a".repeat(64);
  await runBackup(backupCluster, { item: archived(), backup: { metadata: { name } }, cluster, settings });
  assertEquals((created[0]?.metadata as JsonObject).labels, {
    // printf a{64} | sha256sum
    "velero.io/backup-name": `${"a".repeat(57)}ffe054`,
  });
});

for (const phase of ["Finalizing", "FinalizingPartiallyFailed"]) {
  Deno.test(`on-demand-backup only annotates in phase ${phase} (cnpg V7)`, async () => {
    const { created, cluster } = recordCreate();
    const { result } = await runBackup(backupCluster, {
      item: archived(),
      backup: { ...RUN, status: { phase } },
      objects: [
        backup("b", "OLD", "2026-01-01T00:00:00Z"),
        backup("velero-nightly-x7k2p", "NEW", "2026-01-02T00:00:00Z"),
      ],
      cluster,
      settings,
    });
    assertEquals(created, []);
    assertEquals(result.operationID, undefined);
    assertEquals(
      (result.item?.metadata as { annotations: JsonObject }).annotations["velero-cnpg/current-backup-id"],
      "NEW",
    );
  });
}

Deno.test("on-demand-backup keeps the Cluster in the backup when the request fails", async () => {
  const failure = new ClusterError("create backups.postgresql.cnpg.io n: forbidden", "Forbidden", 403);
  const { result, logs } = await runBackup(backupCluster, {
    item: archived(),
    backup: RUN,
    cluster: { create: () => Promise.reject(failure) },
    settings,
  });
  assertEquals(result.operationID, undefined);
  assertEquals(messages(logs, "error"), [
    "cannot request a base backup: create backups.postgresql.cnpg.io n: forbidden",
  ]);
});

Deno.test("on-demand-backup needs the name of the Velero backup", async () => {
  for (const run of [null, {}]) {
    const { created, cluster } = recordCreate();
    const { logs } = await runBackup(backupCluster, { item: archived(), backup: run, cluster, settings });
    assertEquals(created, []);
    assertEquals(messages(logs, "warn").at(-1), "the Backup has no name, so no base backup is requested");
  }
});

const PROGRESS: [status: JsonObject | undefined, progress: OperationProgress][] = [
  [undefined, { completed: false, description: "pending" }],
  [{ phase: "pending" }, { completed: false, description: "pending" }],
  [{ phase: "running", startedAt: "2026-01-01T00:00:00Z" }, {
    completed: false,
    description: "running",
    started: new Date("2026-01-01T00:00:00Z"),
  }],
  [{ phase: "finalizing" }, { completed: false, description: "finalizing" }],
  [{ phase: "walArchivingFailing" }, { completed: false, description: "walArchivingFailing" }],
  [{ phase: "completed", startedAt: "2026-01-01T00:00:00Z", stoppedAt: "2026-01-01T00:05:00Z" }, {
    completed: true,
    description: "completed",
    started: new Date("2026-01-01T00:00:00Z"),
    updated: new Date("2026-01-01T00:05:00Z"),
  }],
  [{ phase: "failed", error: "disk full" }, { completed: true, description: "failed", error: "disk full" }],
  [{ phase: "failed" }, { completed: true, description: "failed", error: "Backup n/b failed" }],
  [{ phase: 5, startedAt: 5 }, { completed: false, description: "pending" }],
];

for (const [status, progress] of PROGRESS) {
  Deno.test(`on-demand-backup tells progress of ${JSON.stringify(status)}`, async () => {
    const { status: _, ...plain } = backup("b", undefined, "2026-01-01T00:00:00Z");
    const object = status === undefined ? plain : { ...plain, status };
    const { context } = prepare({ objects: [object], settings });
    assertEquals(
      await backupCluster.progress?.({ operationID: "n/b", run: undefined }, context),
      progress,
    );
  });
}

Deno.test("on-demand-backup ends an operation whose Backup is gone (protocol C7)", async () => {
  const { context } = prepare({ settings });
  assertEquals(await backupCluster.progress?.({ operationID: "n/b", run: undefined }, context), {
    completed: true,
    error: "Backup n/b does not exist",
  });
});

Deno.test("on-demand-backup follows what it began after the setting is switched off", async () => {
  const deleted: string[] = [];
  const { context } = prepare({
    objects: [
      backup("runs", undefined, "2026-01-01T00:00:00Z", { status: { phase: "running" } }),
      backup("waits", undefined, "2026-01-01T00:00:00Z", { status: { phase: "pending" } }),
    ],
    settings: settingsWith(),
    cluster: {
      delete: (_kind, namespace, name) => {
        deleted.push(`${namespace}/${name}`);
        return Promise.resolve(true);
      },
    },
  });
  const operation = { operationID: "n/runs", run: undefined };
  assertEquals(await backupCluster.progress?.(operation, context), {
    completed: false,
    description: "running",
  });
  await backupCluster.cancel?.({ operationID: "n/waits", run: undefined }, context);
  assertEquals(deleted, ["n/waits"]);
});

Deno.test("on-demand-backup gives an operation it cannot have begun the empty answers (cnpg 4)", async () => {
  const { context, requests } = prepare({ settings });
  for (const operationID of ["", "op-1", "n/", "/b", "n/b/c"]) {
    const operation = { operationID, run: undefined };
    assertEquals(await backupCluster.progress?.(operation, context), { completed: false });
    assertEquals(await backupCluster.cancel?.(operation, context), undefined);
  }
  assertEquals(requests, []);
});

const CANCEL: [about: string, object: JsonObject | undefined, deleted: boolean][] = [
  [
    "pending",
    backup("b", undefined, "2026-01-01T00:00:00Z", { status: { phase: "pending" }, metadata: { uid: "u" } }),
    true,
  ],
  [
    "without status",
    { ...backup("b", undefined, "2026-01-01T00:00:00Z", { metadata: { uid: "u" } }), status: null },
    true,
  ],
  [
    "running",
    backup("b", undefined, "2026-01-01T00:00:00Z", { status: { phase: "running" } }),
    false,
  ],
  ["gone", undefined, false],
];

for (const [about, object, deleted] of CANCEL) {
  Deno.test(`on-demand-backup cancels: ${about}`, async () => {
    const calls: unknown[] = [];
    const { context } = prepare({
      objects: object === undefined ? [] : [object],
      settings,
      cluster: {
        delete: (_kind, namespace, name, options) => {
          calls.push([namespace, name, options?.uid]);
          return Promise.resolve(true);
        },
      },
    });
    await backupCluster.cancel?.({ operationID: "n/b", run: undefined }, context);
    assertEquals(calls, deleted ? [["n", "b", "u"]] : []);
  });
}
