import { assertEquals, assertRejects } from "@std/assert";
import { archived, backup, cluster, recordApply, settingsWith, written } from "../../tests/kit/cnpg.ts";
import { messages, runBackup, runReadiness, runRestore } from "../../tests/kit/run_action.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { backupCluster } from "./backup_cluster.ts";
import { restoreCluster } from "./restore_cluster.ts";

const settings = settingsWith({ dependencies: true, "check-window": false, "skip-owned": true });
const objectStore = (configuration: JsonValue, namespace = "n"): JsonObject => ({
  apiVersion: "barmancloud.cnpg.io/v1",
  kind: "ObjectStore",
  metadata: { name: "o", namespace },
  spec: { configuration },
});

const key = (name: string) => ({ name, key: "k" });

// Secrets in the order of the specification, each once.
// cnpg E7
const ROWS: [about: string, configuration: JsonValue, spec: JsonObject, secrets: string[]][] = [
  [
    "S3",
    {
      s3Credentials: {
        accessKeyId: key("aws"),
        secretAccessKey: key("aws"),
        region: key("aws-region"),
        sessionToken: key("aws-token"),
      },
      endpointCA: key("ca"),
    },
    {},
    ["aws", "aws-region", "aws-token", "ca", "c-app"],
  ],
  [
    "Azure",
    {
      azureCredentials: {
        connectionString: key("az-1"),
        storageAccount: key("az-2"),
        storageKey: key("az-3"),
        storageSasToken: key("az-4"),
      },
    },
    {},
    ["az-1", "az-2", "az-3", "az-4", "c-app"],
  ],
  ["Google", { googleCredentials: { gkeEnvironment: false, applicationCredentials: key("gcp") } }, {}, [
    "gcp",
    "c-app",
  ]],
  ["superuser and application", {}, {
    superuserSecret: { name: "su" },
    bootstrap: { initdb: { secret: { name: "app" } } },
  }, ["su", "app"]],
  ["the same Secret everywhere", { s3Credentials: { accessKeyId: key("x") }, endpointCA: key("x") }, {
    superuserSecret: { name: "x" },
    bootstrap: { recovery: { secret: { name: "x" } } },
  }, ["x"]],
  ["wrong types", { s3Credentials: "x", endpointCA: [], azureCredentials: { storageKey: { name: 5 } } }, {
    superuserSecret: "x",
  }, ["c-app"]],
  ["no configuration", "x", {}, ["c-app"]],
];

for (const [about, configuration, spec, secrets] of ROWS) {
  Deno.test(`dependencies takes the ObjectStore and its Secrets along: ${about}`, async () => {
    const { result, requests } = await runBackup(backupCluster, {
      item: archived(undefined, spec),
      objects: [backup("b", "B", "2026-01-01T00:00:00Z"), objectStore(configuration)],
      settings,
    });
    assertEquals(result.additionalItems, [
      { group: "barmancloud.cnpg.io", resource: "objectstores", namespace: "n", name: "o" },
      ...secrets.map((name) => ({ group: "", resource: "secrets", namespace: "n", name })),
    ]);
    assertEquals(requests, ["list backups.postgresql.cnpg.io n", "get objectstores.barmancloud.cnpg.io n/o"]);
  });
}

Deno.test("dependencies takes the Secrets of an in-tree store along", async () => {
  const { result } = await runBackup(backupCluster, {
    item: cluster({ backup: { barmanObjectStore: { s3Credentials: { accessKeyId: key("aws") } } } }),
    settings: { ...settings, "in-tree": true },
  });
  assertEquals(result.additionalItems?.map(({ name }) => name), ["aws", "c-app"]);
});

// Velero fails an item whose additional item it may not read or does not know.
Deno.test("dependencies leaves an ObjectStore out that cannot be read, with a warning", async () => {
  const rows: [reading: Promise<JsonObject | undefined>, warning: string][] = [
    [
      Promise.resolve(undefined),
      "ObjectStore o does not exist; neither it nor its Secrets are added to the backup",
    ],
    [
      Promise.reject(new ClusterError("get objectstores: forbidden", "Forbidden", 403)),
      "ObjectStore o cannot be read: get objectstores: forbidden; neither it nor its Secrets are added to the backup",
    ],
  ];
  for (const [reading, warning] of rows) {
    const { result, logs } = await runBackup(backupCluster, {
      item: archived(),
      objects: [backup("b", "B", "2026-01-01T00:00:00Z")],
      cluster: { get: () => reading },
      settings,
    });
    assertEquals(result.additionalItems?.map(({ name }) => name), ["c-app"]);
    assertEquals(messages(logs, "warn"), [warning]);
  }
});

Deno.test("dependencies restores the ObjectStore first and waits for it", async () => {
  for (const on of [true, false]) {
    const { result } = await runRestore(restoreCluster, {
      item: archived(written()),
      cluster: recordApply().cluster,
      settings: { ...settings, dependencies: on },
    });
    const { item: _, ...rest } = result;
    assertEquals(
      rest,
      on
        ? {
          additionalItems: [
            { group: "barmancloud.cnpg.io", resource: "objectstores", namespace: "n", name: "o" },
          ],
          waitForAdditionalItems: true,
        }
        : {},
    );
  }
});

const additionalItems = [
  { group: "", resource: "secrets", namespace: "n", name: "x" },
  { group: "barmancloud.cnpg.io", resource: "objectstores", namespace: "n", name: "o" },
];

// cnpg V2, V4: the identifiers carry the source namespace.
const READY: [about: string, restore: JsonObject | undefined, namespace: string, ready: boolean][] = [
  ["same namespace", undefined, "n", true],
  ["mapped, not there yet", { spec: { namespaceMapping: { n: "m" } } }, "n", false],
  ["mapped", { spec: { namespaceMapping: { n: "m" } } }, "m", true],
  ["not there yet", {}, "x", false],
];

for (const [about, restore, namespace, expected] of READY) {
  Deno.test(`dependencies waits for the ObjectStore in the target namespace: ${about}`, async () => {
    const { ready } = await runReadiness(restoreCluster, {
      additionalItems,
      restore,
      objects: [objectStore({}, namespace)],
      settings,
    });
    assertEquals(ready, expected);
  });
}

Deno.test("dependencies tells a failure from an absent ObjectStore", async () => {
  const ask = (error: ClusterError) =>
    runReadiness(restoreCluster, {
      additionalItems,
      restore: undefined,
      settings,
      cluster: { get: () => Promise.reject(error) },
    });
  const forbidden = new ClusterError("get objectstores: forbidden", "Forbidden", 403);
  assertEquals(await assertRejects(() => ask(forbidden)), forbidden);
  assertEquals((await ask(new ClusterError("not served", "NotServed", 404))).ready, false);
});
