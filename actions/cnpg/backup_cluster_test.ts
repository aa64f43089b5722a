import { assertEquals, assertRejects } from "@std/assert";
import { archived, backup, barman, cluster, settingsWith } from "../../tests/kit/cnpg.ts";
import { messages, prepare, runBackup } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { backupCluster } from "./backup_cluster.ts";

const SERVER = "velero-cnpg/serverName";
const ID = "velero-cnpg/current-backup-id";

const quiet = settingsWith({ "check-window": false, "skip-owned": true });
const annotations = (item: JsonObject) => (item.metadata as JsonObject).annotations;

Deno.test("backupCluster names its resource and has nothing to wait for", async () => {
  assertEquals(backupCluster.appliesTo, { includedResources: ["clusters.postgresql.cnpg.io"] });
  const { context, requests } = prepare({ settings: quiet });
  const request = { operationID: "op-1", run: undefined };
  assertEquals(await backupCluster.progress?.(request, context), { completed: false });
  assertEquals(await backupCluster.cancel?.(request, context), undefined);
  assertEquals(requests, []);
});

Deno.test("backupCluster writes the server name beside other annotations, without a Backup (cnpg B11, T4.3.11)", async () => {
  const item = cluster({ plugins: [barman({ serverName: "cnpg-202510131354", barmanObjectName: "o" })] });
  item.metadata = {
    name: "chef-360-cnpg-postgres",
    namespace: "chef-360",
    annotations: {
      "meta.helm.sh/release-name": "chef-360",
      "meta.helm.sh/release-namespace": "chef-360",
    },
  };
  const { result } = await runBackup(backupCluster, { item, backup: null, settings: quiet });
  assertEquals(annotations(result.item ?? {}), {
    "meta.helm.sh/release-name": "chef-360",
    "meta.helm.sh/release-namespace": "chef-360",
    [SERVER]: "cnpg-202510131354",
  });
  const { item: _, ...rest } = result;
  assertEquals(rest, { additionalItems: [] });
});

Deno.test("backupCluster leaves a Cluster without plugins alone and asks nothing (cnpg B7, T4.3.12)", async () => {
  const { result, logs, requests } = await runBackup(backupCluster, {
    item: cluster({ instances: 1 }),
    settings: settingsWith(),
  });
  assertEquals(result, {});
  assertEquals(requests, []);
  assertEquals(logs.map(({ level }) => level), ["info"]);
});

Deno.test("backupCluster writes server name and ID of the newest Backup (cnpg B10)", async () => {
  const { item, logs, requests } = await runBackup(backupCluster, {
    item: archived({ k: "v" }),
    objects: [backup("b", "20260101T000000", "2026-01-01T00:00:00Z")],
    settings: quiet,
  });
  assertEquals(annotations(item), { k: "v", [SERVER]: "s", [ID]: "20260101T000000" });
  assertEquals(messages(logs, "info"), ["base backup 20260101T000000 of Backup b"]);
  assertEquals(messages(logs, "warn"), []);
  assertEquals(requests, ["list backups.postgresql.cnpg.io n"]);
});

// cnpg B6, B8: what stands in the item's annotations before and after.
const ANNOTATION_ROWS: [about: string, before: JsonValue | undefined, after: JsonValue][] = [
  ["absent (cnpg T4.3.8)", undefined, { [SERVER]: "s" }],
  ["null (cnpg DEV-CNPG-5, T4.3.20)", null, { [SERVER]: "s" }],
  ["empty", {}, { [SERVER]: "s" }],
  ["an existing one (cnpg T4.3.7)", { "existing-annotation": "x" }, {
    "existing-annotation": "x",
    [SERVER]: "s",
  }],
  ["an old backup ID (cnpg DEV-CNPG-4, T4.3.28)", { [ID]: "OLDID", [SERVER]: "old" }, { [SERVER]: "s" }],
  ["what extensions left (cnpg DEV-CNPG-4)", {
    "velero-cnpg/backup-time": "2026-01-01T00:00:00Z",
    "velero-cnpg/volume-snapshots": "[]",
    "velero-cnpg/backup-method": "barmanObjectStore",
    k: "v",
  }, { k: "v", [SERVER]: "s" }],
];

for (const [about, before, after] of ANNOTATION_ROWS) {
  Deno.test(`backupCluster writes its annotation: ${about}`, async () => {
    const { item } = await runBackup(backupCluster, { item: archived(before), settings: quiet });
    assertEquals(annotations(item), after);
  });
}

Deno.test("backupCluster removes both annotations when there are no plugins any more (cnpg DEV-CNPG-4, T4.3.29)", async () => {
  const item = cluster({}, { [SERVER]: "old", [ID]: "OLDID", k: "v" });
  const { result, requests } = await runBackup(backupCluster, { item, settings: settingsWith() });
  assertEquals(annotations(result.item ?? {}), { k: "v" });
  assertEquals(requests, []);
});

Deno.test("backupCluster does not look for Backups of a Cluster without name or namespace (cnpg B1, DEV-CNPG-1, T4.3.24)", async () => {
  for (const metadata of [{}, { name: "c" }, { namespace: "n" }, { name: 5, namespace: "n" }]) {
    const { item, requests } = await runBackup(backupCluster, {
      item: { ...archived(), metadata },
      settings: settingsWith(),
    });
    assertEquals(annotations(item), { [SERVER]: "s" });
    assertEquals(requests, []);
  }
});

const ERRORS: [about: string, item: JsonObject, message: string, rule: string][] = [
  ["no spec", cluster(undefined), "spec field not found", "cnpg B2"],
  ["spec is a string", cluster("invalid-spec"), "spec is not a map", "cnpg B2"],
  ["plugins is a map", cluster({ plugins: {} }), "plugins is not a list", "cnpg B3"],
  ["no metadata (cnpg T4.3.9, T4.3.23)", { spec: archived().spec }, "metadata field not found", "cnpg B8"],
  [
    "metadata is a string (cnpg T4.3.10)",
    { ...archived(), metadata: "invalid-metadata" },
    "metadata is not a map",
    "cnpg B8",
  ],
  ["annotations is a list", archived(["x"]), "annotations is not a map", "cnpg B8"],
];

for (const [about, item, message, rule] of ERRORS) {
  Deno.test(`backupCluster refuses: ${about}`, async () => {
    const error = await assertRejects(
      async () => await runBackup(backupCluster, { item, settings: quiet }),
      Refusal,
    );
    assertEquals([error.message, error.rule, error.reason], [message, rule, "invalid_item"]);
  });
}

Deno.test("backupCluster passes a Cluster without metadata and server name", async () => {
  const { result } = await runBackup(backupCluster, { item: { spec: {} }, settings: quiet });
  assertEquals(result, {});
});

// cnpg B9: any failure of the search is a warning.
const FAILURES: [about: string, failure: unknown, text: string][] = [
  [
    "forbidden (cnpg T4.3.32)",
    new ClusterError("list backups: forbidden", "Forbidden", 403),
    "list backups: forbidden",
  ],
  ["not served", new ClusterError("list backups: not served", "NotServed", 404), "list backups: not served"],
  ["a server error", new ClusterError("list backups: boom", "Other", 500), "list backups: boom"],
  [
    "no cluster (cnpg T4.3.13)",
    new ClusterError("no cluster is configured", "NoCluster", 0),
    "no cluster is configured",
  ],
  ["a time-out", new DOMException("Signal timed out.", "TimeoutError"), "no answer within 30 s"],
];

for (const [about, failure, text] of FAILURES) {
  Deno.test(`backupCluster goes on without an ID: ${about}`, async () => {
    const { item, logs } = await runBackup(backupCluster, {
      item: archived({ [ID]: "OLDID" }),
      settings: settingsWith({ "skip-owned": true }),
      cluster: {
        list: () => {
          throw failure;
        },
        get: () => Promise.reject(failure),
      },
    });
    assertEquals(annotations(item), { [SERVER]: "s" });
    assertEquals(messages(logs, "warn"), [
      `cannot look for the newest base backup in namespace n: ${text}; the restore takes the newest one of the archive`,
    ]);
    assertEquals(messages(logs, "error"), []);
  });
}

Deno.test("backupCluster ends with its call", async () => {
  const deadline = new Refusal("no answer after 300 s", {
    rule: "protocol 12.3",
    remedy: "-",
    reason: "deadline",
  });
  const controller = new AbortController();
  const run = runBackup(backupCluster, {
    item: archived(),
    settings: quiet,
    signal: controller.signal,
    cluster: {
      list: () => {
        controller.abort(deadline);
        throw deadline;
      },
    },
  });
  assertEquals(await assertRejects(() => run, Refusal), deadline);
});

const HINTS: [about: string, objects: JsonObject[], warning: string][] = [
  [
    "no Backup objects",
    [],
    "no Backup objects in namespace n; the restore takes the newest base backup of the archive",
  ],
  [
    "none completed",
    [backup("b", "B", "2026-01-01T00:00:00Z", { status: { phase: "running" } })],
    "none of 1 Backups in namespace n is a completed Backup of this Cluster",
  ],
  [
    "none usable",
    [backup("b", "B", "2026-01-01T00:00:00Z", { spec: { method: "volumeSnapshot" } })],
    'none of 1 completed Backups in namespace n can be recovered from the archive "s"',
  ],
];

for (const [about, objects, warning] of HINTS) {
  Deno.test(`backupCluster warns: ${about}`, async () => {
    const { logs } = await runBackup(backupCluster, { item: archived(), objects, settings: quiet });
    assertEquals(messages(logs, "warn"), [warning]);
  });
}

// cnpg E8 at backup: the warning about claims.
const CLAIMS: [about: string, backup: JsonObject | null, off: boolean, warned: boolean][] = [
  ["everything", {}, false, true],
  ["named claims", { spec: { includedResources: ["clusters.postgresql.cnpg.io", "pvc"] } }, false, true],
  ["other kinds", { spec: { includedResources: ["clusters.postgresql.cnpg.io"] } }, false, false],
  ["excluded claims", { spec: { excludedResources: ["persistentvolumeclaims"] } }, false, false],
  [
    "excluded by scope",
    { spec: { excludedNamespaceScopedResources: ["persistentvolumeclaims"] } },
    false,
    false,
  ],
  ["no Backup", null, false, false],
  ["everything, with skip-owned", {}, true, false],
];

for (const [about, run, skip, warned] of CLAIMS) {
  Deno.test(`backupCluster warns of claims in the backup: ${about}`, async () => {
    const { logs } = await runBackup(backupCluster, {
      item: archived(),
      backup: run,
      objects: [backup("b", "B", "2026-01-01T00:00:00Z")],
      settings: settingsWith({ "check-window": false, "skip-owned": skip }),
    });
    assertEquals(messages(logs, "warn").length, warned ? 1 : 0);
    if (warned) assertEquals(messages(logs, "warn")[0]?.includes("PersistentVolumeClaims"), true);
  });
}

Deno.test("backupCluster writes the instant of the backup for recovery-target backup-time", async () => {
  const { item } = await runBackup(backupCluster, {
    item: archived(),
    now: new Date("2026-11-21T03:28:47.600Z"),
    settings: { ...quiet, "recovery-target": "backup-time" },
  });
  assertEquals(annotations(item), { [SERVER]: "s", "velero-cnpg/backup-time": "2026-11-21T03:28:47Z" });
});
