import { assertEquals, assertRejects } from "@std/assert";
import { archived, barman, cluster, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, prepare, runReadiness, runRestore } from "../../tests/kit/run_action.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { restoreCluster } from "./restore_cluster.ts";

const NOW = new Date("2026-11-21T03:28:47Z");
const settings = settingsWith();
const mapping = (map: JsonObject): JsonObject => ({ spec: { namespaceMapping: map } });

Deno.test("restoreCluster names its resource, is ready at once and has nothing to wait for", async () => {
  assertEquals(restoreCluster.appliesTo, { includedResources: ["clusters.postgresql.cnpg.io"] });
  assertEquals([restoreCluster.progress, restoreCluster.cancel], [undefined, undefined]);
  const additionalItems = [{ group: "", resource: "configmaps", namespace: "shop", name: "x" }];
  const { ready, requests } = await runReadiness(restoreCluster, {
    additionalItems,
    restore: undefined,
    settings,
  });
  assertEquals([ready, requests], [true, []]);
});

// cnpg T5.3.23, T5.3.24, T11.1; with the mapping cnpg T5.3.21, T11.2.
const NOTES = {
  "velero-cnpg/serverName": "s",
  "velero-cnpg/current-backup-id": "20260101T000000",
  k: "v",
};
const KEPT = { name: "zz", parameters: { serverName: "keep" } };

const BEFORE: JsonObject = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: {
    name: "c",
    namespace: "n",
    labels: { a: "b" },
    managedFields: [{}],
    uid: "u",
    annotations: NOTES,
  },
  spec: {
    instances: 3,
    bootstrap: { initdb: { database: "app1", owner: "o1", secret: { name: "x" } } },
    externalClusters: [{ name: "other", connectionParameters: { host: "h" } }],
    replica: { source: "other", enabled: true },
    plugins: [barman({ serverName: "s", barmanObjectName: "o" }, { isWALArchiver: true }), KEPT],
  },
  status: { phase: "x" },
};

const AFTER: JsonObject = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "c", namespace: "n", labels: { a: "b" }, annotations: NOTES },
  spec: {
    instances: 3,
    bootstrap: {
      recovery: {
        source: "clusterBackup",
        recoveryTarget: { backupID: "20260101T000000" },
        database: "app1",
        owner: "o1",
        secret: { name: "x" },
      },
    },
    externalClusters: [
      { name: "other", connectionParameters: { host: "h" } },
      {
        name: "clusterBackup",
        plugin: {
          name: "barman-cloud.cloudnative-pg.io",
          parameters: { barmanObjectName: "o", serverName: "s" },
        },
      },
    ],
    replica: { source: "other", enabled: true },
    plugins: [
      barman({ serverName: "c-20261121-032847", barmanObjectName: "o" }, { isWALArchiver: true }),
      KEPT,
    ],
  },
};

for (const [restore, target] of [[null, "n"], [{}, "n"], [mapping({ n: "m" }), "m"]] as const) {
  Deno.test(`restoreCluster gives the golden vector, target namespace ${target}, restore ${restore !== null}`, async () => {
    const { applied, cluster } = recordApply();
    const { result, item, requests } = await runRestore(restoreCluster, {
      item: BEFORE,
      restore,
      now: NOW,
      cluster,
      settings,
    });
    assertEquals(item, AFTER);
    assertEquals(Object.keys(result), ["item"]);
    assertEquals(requests, [
      `get clusters.postgresql.cnpg.io ${target}/c`,
      `apply configmaps ${target}/cnpg-velero-override`,
    ]);
    assertEquals(applied.map(({ object }) => object.data), [{
      write_to_server_name: "c-20261121-032847",
      read_from_server_name: "s",
    }]);
  });
}

// cnpg R1, R2, R9: what stays as it is.
const UNCHANGED: [about: string, item: JsonObject][] = [
  ["no annotations (cnpg T5.3.14, T5.3.26)", cluster({ instances: 1 })],
  ["null annotations (cnpg DEV-CNPG-5, T5.3.17)", cluster({ instances: 1 }, null)],
  ["another annotation only (cnpg T5.3.25)", cluster({ instances: 1 }, { k: "v" })],
  ["an empty server name (cnpg DEV-CNPG-9, T5.3.19)", archived({ "velero-cnpg/serverName": "" })],
  ["no name and no annotation (cnpg DEV-CNPG-1, T5.3.16)", { metadata: { namespace: "n" }, spec: {} }],
  ["no metadata (cnpg T5.3.27)", { spec: {} }],
  ["no spec", cluster(undefined)],
];

for (const [about, item] of UNCHANGED) {
  Deno.test(`restoreCluster leaves alone: ${about}`, async () => {
    const { result, logs, requests } = await runRestore(restoreCluster, { item, settings });
    assertEquals(result, {});
    assertEquals(requests, []);
    assertEquals(logs.map(({ level }) => level), ["info"]);
  });
}

const PARAMETERS = "failed to extract barmanObjectName from plugin parameters: ";
const NOT_FOUND = `${PARAMETERS}barmanObjectName not found in plugin parameters`;

function named(metadata: JsonValue): JsonObject {
  return { ...archived(), metadata };
}

const plugins = (value: JsonValue) => cluster({ plugins: value }, written());

const ERRORS: [about: string, item: JsonObject, message: string, rule: string][] = [
  [
    "metadata is a string",
    named("x"),
    "failed to get serverName annotation: metadata is not a map",
    "cnpg R1",
  ],
  ["metadata is null", named(null), "failed to get serverName annotation: metadata is not a map", "cnpg R1"],
  [
    "annotations is a list",
    archived([]),
    "failed to get serverName annotation: annotations is not a map",
    "cnpg R1",
  ],
  [
    "server name is a number (cnpg T5.3.18)",
    archived({ "velero-cnpg/serverName": 5 }),
    "failed to get serverName annotation: annotation value is not a string",
    "cnpg R2",
  ],
  [
    "server name is null",
    archived({ "velero-cnpg/serverName": null }),
    "failed to get serverName annotation: annotation value is not a string",
    "cnpg R2",
  ],
  [
    "backup ID is a number",
    archived(written({ "velero-cnpg/current-backup-id": 5 })),
    "failed to get backup ID annotation: annotation value is not a string",
    "cnpg R3",
  ],
  [
    "no spec (cnpg T5.3.2, T5.3.8, T5.3.13)",
    cluster(undefined, written()),
    `${PARAMETERS}spec field not found`,
    "cnpg R4",
  ],
  ["spec is a string", cluster("invalid-spec", written()), `${PARAMETERS}spec is not a map`, "cnpg R4"],
  [
    "no plugins (cnpg T5.3.6, T5.3.15)",
    cluster({ instances: 1 }, written()),
    `${PARAMETERS}no plugins found in spec`,
    "cnpg R4",
  ],
  ["null plugins", plugins(null), `${PARAMETERS}no plugins found in spec`, "cnpg R4"],
  ["plugins is a map", plugins({}), `${PARAMETERS}plugins is not a list`, "cnpg R4"],
  ["an empty list (cnpg T5.3.7)", plugins([]), NOT_FOUND, "cnpg R4"],
  ["no object name", plugins([barman({ serverName: "s" })]), NOT_FOUND, "cnpg R4"],
  ["an object name that is a number", plugins([barman({ barmanObjectName: 5 })]), NOT_FOUND, "cnpg R4"],
  ["parameters is a list", plugins([{ ...barman({}), parameters: ["o"] }]), NOT_FOUND, "cnpg R4"],
  [
    "a barman entry without one hides another's (cnpg DEV-CNPG-3)",
    plugins([{ name: "p", parameters: { barmanObjectName: "o" } }, barman({ serverName: "s" })]),
    NOT_FOUND,
    "cnpg R4",
  ],
  [
    "a disabled entry (cnpg DEV-CNPG-3)",
    plugins([barman({ barmanObjectName: "o" }, { enabled: false })]),
    NOT_FOUND,
    "cnpg R4",
  ],
  [
    "no name",
    named({ namespace: "n", annotations: written() }),
    "cluster name not found in metadata",
    "cnpg R5",
  ],
  [
    "an empty name",
    named({ name: "", namespace: "n", annotations: written() }),
    "cluster name not found in metadata",
    "cnpg R5",
  ],
  [
    "a name that is a number",
    named({ name: 5, namespace: "n", annotations: written() }),
    "cluster name is not a string",
    "cnpg R5",
  ],
  [
    "no namespace (cnpg DEV-CNPG-1, T5.3.20)",
    named({ name: "c", annotations: written() }),
    "cluster namespace not found in metadata",
    "cnpg R5",
  ],
  [
    "a namespace that is a number",
    named({ name: "c", namespace: 5, annotations: written() }),
    "cluster namespace not found in metadata",
    "cnpg R5",
  ],
];

for (const [about, item, message, rule] of ERRORS) {
  Deno.test(`restoreCluster refuses, with nothing asked or written: ${about}`, async () => {
    const { context, requests } = prepare({ settings });
    const request = { item, itemFromBackup: item, restore: undefined };
    const error = await assertRejects(
      async () => await restoreCluster.execute(request, context),
      Refusal,
    );
    assertEquals([error.message, error.rule, error.reason], [message, rule, "invalid_item"]);
    assertEquals(error.remedy, "correct the Cluster, or leave it out with a resource filter");
    assertEquals(requests, []);
  });
}

// cnpg R4b: without a barman entry any plugin that names an object will do; cnpg R11 names the barman plugin all the same.
Deno.test("restoreCluster takes another plugin's object name when there is no barman entry", async () => {
  const { item } = await runRestore(restoreCluster, {
    item: plugins([{ name: "p", parameters: { a: "b" } }, {
      name: "q",
      parameters: { barmanObjectName: "o" },
    }]),
    now: NOW,
    cluster: recordApply().cluster,
    settings,
  });
  const spec = item.spec as JsonObject;
  assertEquals(spec.plugins, [
    { name: "p", parameters: { a: "b" } },
    { name: "q", parameters: { barmanObjectName: "o", serverName: "c-20261121-032847" } },
  ]);
  assertEquals(spec.externalClusters, [{
    name: "clusterBackup",
    plugin: {
      name: "barman-cloud.cloudnative-pg.io",
      parameters: { barmanObjectName: "o", serverName: "s" },
    },
  }]);
});

// cnpg R9, R14, T5.3.28
Deno.test("restoreCluster removes run-time fields and keeps the rest", async () => {
  const item = archived(written({ k: "v" }), { instances: 1 });
  Object.assign(item.metadata as JsonObject, {
    resourceVersion: "1",
    uid: "u",
    generation: 2,
    creationTimestamp: "2026-01-01T00:00:00Z",
    managedFields: [],
    labels: { a: "b" },
    finalizers: ["f"],
  });
  item.status = { phase: "x" };
  const { item: made } = await runRestore(restoreCluster, { item, cluster: recordApply().cluster, settings });
  assertEquals(made.metadata, {
    name: "c",
    namespace: "n",
    labels: { a: "b" },
    finalizers: ["f"],
    annotations: written({ k: "v" }),
  });
  assertEquals(made.status, undefined);
  assertEquals([made.apiVersion, (made.spec as JsonObject).instances], ["postgresql.cnpg.io/v1", 1]);
});

// cnpg R11, R12, T11.6: the second restore generation.
Deno.test("restoreCluster replaces what an earlier restore left, and drops its backup ID", async () => {
  const item = archived(written(), {
    bootstrap: {
      recovery: {
        source: "clusterBackup",
        recoveryTarget: { backupID: "OLD" },
        database: "db1",
        owner: "o1",
      },
    },
    externalClusters: [
      { name: "clusterBackup", plugin: { name: "x", parameters: { serverName: "before" } } },
      { name: "other" },
    ],
  });
  const { item: made } = await runRestore(restoreCluster, { item, cluster: recordApply().cluster, settings });
  const spec = made.spec as JsonObject;
  assertEquals(spec.bootstrap, { recovery: { source: "clusterBackup", database: "db1", owner: "o1" } });
  assertEquals(spec.externalClusters, [
    {
      name: "clusterBackup",
      plugin: {
        name: "barman-cloud.cloudnative-pg.io",
        parameters: { barmanObjectName: "o", serverName: "s" },
      },
    },
    { name: "other" },
  ]);
});

const FENCED = { "cnpg.io/fencedInstances": '["*"]' };

// cnpg E12
for (const [about, item] of [["with", archived(written(FENCED))], ["without", archived(FENCED)]] as const) {
  Deno.test(`clear-fencing removes the annotation of a Cluster ${about} server name, only when on`, async () => {
    for (const on of [true, false]) {
      const { item: made } = await runRestore(restoreCluster, {
        item,
        cluster: recordApply().cluster,
        settings: settingsWith({ "clear-fencing": on }),
      });
      const { annotations } = made.metadata as { annotations: JsonObject };
      assertEquals("cnpg.io/fencedInstances" in annotations, !on);
    }
  });
}

// cnpg E6
const REPLICAS: [replica: JsonValue, promoted: JsonValue][] = [
  [{ source: "other", enabled: true }, { source: "other", enabled: false }],
  [{ source: "other", enabled: false }, { source: "other", enabled: false }],
  [{ self: "b", primary: "a", source: "a" }, { self: "b", primary: "b", source: "a" }],
  [{ primary: "a", source: "a" }, { primary: "c", source: "a" }],
  [{ self: "b", primary: "b" }, { self: "b", primary: "b" }],
  ["x", "x"],
];

for (const [replica, promoted] of REPLICAS) {
  Deno.test(`replica promotes or keeps ${JSON.stringify(replica)}`, async () => {
    for (const [mode, expected] of [["keep", replica], ["promote", promoted]] as const) {
      const { item } = await runRestore(restoreCluster, {
        item: archived(written(), { replica }),
        cluster: recordApply().cluster,
        settings: settingsWith({ replica: mode }),
      });
      assertEquals((item.spec as JsonObject).replica, expected);
    }
  });
}

Deno.test("restoreCluster logs nothing above info in the plain case", async () => {
  const { logs } = await runRestore(restoreCluster, {
    item: archived(written()),
    cluster: recordApply().cluster,
    settings,
  });
  assertEquals([...messages(logs, "warn"), ...messages(logs, "error")], []);
});
