import { assertEquals } from "@std/assert";
import { barman, cluster, written } from "../../tests/kit/cnpg.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { pluginExternalCluster, setExternalCluster } from "./external_cluster.ts";
import { readSource } from "./source_archive.ts";

const entry = {
  name: "clusterBackup",
  plugin: {
    name: "barman-cloud.cloudnative-pg.io",
    parameters: { barmanObjectName: "backup-store", serverName: "test-server-123" },
  },
};

// cnpg R11
const ROWS: [about: string, before: JsonValue | undefined, after: JsonValue][] = [
  ["absent (cnpg T5.3.1)", undefined, [entry]],
  ["null", null, [entry]],
  ["a wrong type", { x: 1 }, [entry]],
  ["a string", "x", [entry]],
  ["empty", [], [entry]],
  ["others stay (cnpg DEV-CNPG-14)", [{ name: "other" }, "odd", null], [
    { name: "other" },
    "odd",
    null,
    entry,
  ]],
  ["its own entry is replaced in place", [{ name: "clusterBackup", x: 1 }, { name: "other" }], [
    entry,
    { name: "other" },
  ]],
];

for (const [about, before, after] of ROWS) {
  Deno.test(`setExternalCluster() merges by name: ${about}`, () => {
    const spec: JsonObject = { instances: 1 };
    if (before !== undefined) spec.externalClusters = before;
    setExternalCluster(spec, pluginExternalCluster("backup-store", "test-server-123"));
    assertEquals(spec, { instances: 1, externalClusters: after });
  });
}

const NEW = "new-cluster-20250114-143025";
const other = (parameters: JsonValue, more = {}) => ({ name: "another-plugin", ...more, parameters });

// cnpg R10; the item's annotation names the server s.
const SERVER_NAMES: [about: string, plugins: JsonValue[], after: JsonValue[]][] = [
  ["one barman entry (cnpg T5.3.3)", [barman({ serverName: "s", barmanObjectName: "backup-store" })], [
    barman({ serverName: NEW, barmanObjectName: "backup-store" }),
  ]],
  ["an entry that had none", [barman({ barmanObjectName: "o" })], [
    barman({ barmanObjectName: "o", serverName: NEW }),
  ]],
  ["another plugin keeps its own (cnpg DEV-CNPG-13, T5.3.4)", [
    barman({ serverName: "old-server-1", barmanObjectName: "o" }),
    other({ serverName: "old-server-2", otherParam: "value" }),
  ], [
    barman({ serverName: NEW, barmanObjectName: "o" }),
    other({ serverName: "old-server-2", otherParam: "value" }),
  ]],
  ["another plugin gets none (cnpg T5.3.5)", [
    barman({ barmanObjectName: "o" }),
    other({ otherParam: "value" }),
  ], [
    barman({ barmanObjectName: "o", serverName: NEW }),
    other({ otherParam: "value" }),
  ]],
  ["another plugin on the same server follows, also disabled", [
    barman({ barmanObjectName: "o" }),
    other({ serverName: "s" }, { enabled: false }),
  ], [barman({ barmanObjectName: "o", serverName: NEW }), other({ serverName: NEW }, { enabled: false })]],
  ["every enabled barman entry follows", [
    barman({ barmanObjectName: "o" }, { isWALArchiver: true }),
    barman({ serverName: "x" }),
    { name: "barman-cloud.cloudnative-pg.io" },
    barman({ serverName: "off" }, { enabled: false }),
  ], [
    barman({ barmanObjectName: "o", serverName: NEW }, { isWALArchiver: true }),
    barman({ serverName: NEW }),
    { name: "barman-cloud.cloudnative-pg.io", parameters: { serverName: NEW } },
    barman({ serverName: "off" }, { enabled: false }),
  ]],
  ["what is no entry stays", [barman({ barmanObjectName: "o" }), null, "x", 5, other("x")], [
    barman({ barmanObjectName: "o", serverName: NEW }),
    null,
    "x",
    5,
    other("x"),
  ]],
  ["parameters of the wrong type stay", [
    barman({ barmanObjectName: "o" }),
    { ...barman({}), parameters: "x" },
  ], [barman({ barmanObjectName: "o", serverName: NEW }), { ...barman({}), parameters: "x" }]],
];

for (const [about, plugins, after] of SERVER_NAMES) {
  Deno.test(`setServerName() renames the archive: ${about}`, () => {
    const source = readSource(cluster({ plugins }, written()));
    source.setServerName(NEW, "s");
    assertEquals(source.spec.plugins, after);
  });
}
