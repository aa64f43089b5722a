import { assertEquals, assertThrows } from "@std/assert";
import { barman, cluster, settingsWith } from "../../tests/kit/cnpg.ts";
import type { JsonValue } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { readArchive } from "./archive.ts";

const other = (parameters: JsonValue, more = {}) => ({ name: "other.example.com", ...more, parameters });

const ROWS: [about: string, plugins: JsonValue | undefined, serverName: string | undefined][] = [
  [
    "a barman entry (cnpg B5, T4.3.1)",
    [barman({ serverName: "cnpg-202510131354", barmanObjectName: "o" })],
    "cnpg-202510131354",
  ],
  ["no plugins (cnpg B3, T4.3.2)", undefined, undefined],
  ["null plugins (cnpg B3, DEV-CNPG-2, T4.3.21)", null, undefined],
  ["an empty list", [], undefined],
  ["a barman entry without server name (cnpg T4.3.3)", [barman({ barmanObjectName: "o" })], undefined],
  ["the second entry is barman's (cnpg B4, T4.3.4)", [
    other({ someParam: "x" }),
    barman({ serverName: "test-server-123" }),
  ], "test-server-123"],
  ["barman goes before an earlier entry (cnpg DEV-CNPG-3)", [
    other({ serverName: "first" }),
    barman({ serverName: "second" }),
  ], "second"],
  ["barman without server name hides another's", [
    other({ serverName: "first" }),
    barman({ barmanObjectName: "o" }),
  ], undefined],
  ["an empty name is taken first and means none (cnpg B4b, B5, T4.3.25)", [
    other({ serverName: "" }),
    other({ serverName: "second" }),
  ], undefined],
  ["a name that is no string is passed over (cnpg B4b, T4.3.26)", [
    other({ serverName: 5 }),
    other({ serverName: "second" }),
  ], "second"],
  ["a disabled entry does not count (cnpg B4a, T4.3.27)", [
    other({ serverName: "dis" }, { enabled: false }),
    barman({ serverName: "second" }),
  ], "second"],
  ["a disabled barman entry does not count", [
    barman({ serverName: "dis" }, { enabled: false }),
    other({ serverName: "second" }),
  ], "second"],
  ["enabled: null counts", [barman({ serverName: "s" }, { enabled: null })], "s"],
  ["the WAL archiver of two barman entries", [
    barman({ serverName: "one" }),
    barman({ serverName: "two" }, { isWALArchiver: true }),
  ], "two"],
  ["the first of two WAL archivers", [
    barman({ serverName: "one" }, { isWALArchiver: true }),
    barman({ serverName: "two" }, { isWALArchiver: true }),
  ], "one"],
  ["a WAL archiver by another value than true is none", [
    barman({ serverName: "one" }),
    barman({ serverName: "two" }, { isWALArchiver: "true" }),
  ], "one"],
  ["the first barman entry without WAL archiver", [
    barman({ serverName: "one" }, { isWALArchiver: false }),
    barman({ serverName: "two" }),
  ], "one"],
  ["what is not an object is passed over", [
    null,
    5,
    "x",
    ["x"],
    barman({ serverName: "s" }),
  ], "s"],
  ["a barman server name that is no string", [barman({ serverName: 5 })], undefined],
  ["parameters of the wrong type", [{ ...barman({}), parameters: "x" }], undefined],
];

for (const [about, plugins, serverName] of ROWS) {
  Deno.test(`readArchive() reads the server name: ${about}`, () => {
    const spec = plugins === undefined ? {} : { plugins };
    assertEquals(readArchive(cluster(spec), settingsWith())?.serverName, serverName);
  });
}

const ERRORS: [spec: JsonValue | undefined, message: string][] = [
  [undefined, "spec field not found"], // cnpg T4.3.5
  ["invalid-spec", "spec is not a map"], // cnpg T4.3.6
  [null, "spec is not a map"],
  [[], "spec is not a map"],
  [{ plugins: {} }, "plugins is not a list"], // cnpg T4.3.22
  [{ plugins: "x" }, "plugins is not a list"],
  [{ plugins: 5 }, "plugins is not a list"],
];

for (const [spec, message] of ERRORS) {
  Deno.test(`readArchive() refuses spec ${JSON.stringify(spec)}`, () => {
    const error = assertThrows(() => readArchive(cluster(spec), settingsWith()), Refusal);
    assertEquals(error.message, message);
  });
}

Deno.test("readArchive() gives plugin and object store", () => {
  const item = cluster({ plugins: [barman({ serverName: "s", barmanObjectName: "o" })] });
  assertEquals(readArchive(item, settingsWith()), {
    method: "plugin",
    serverName: "s",
    pluginName: "barman-cloud.cloudnative-pg.io",
    objectStore: "o",
  });
});

// cnpg E1
const DEFAULTS: [about: string, plugins: JsonValue, serverName: string | undefined][] = [
  ["the Cluster's name", [barman({ barmanObjectName: "o" })], "c"],
  ["the Cluster's name for an empty one", [barman({ barmanObjectName: "o", serverName: "" })], "c"],
  ["the given name where there is one", [barman({ barmanObjectName: "o", serverName: "s" })], "s"],
  ["nothing without an object store", [barman({})], undefined],
  ["nothing for another plugin", [other({ barmanObjectName: "o", serverName: "" })], undefined],
  ["nothing for a disabled entry", [barman({ barmanObjectName: "o" }, { enabled: false })], undefined],
];

for (const [about, plugins, serverName] of DEFAULTS) {
  Deno.test(`default-server-name takes ${about}`, () => {
    const settings = settingsWith({ "default-server-name": true });
    assertEquals(readArchive(cluster({ plugins }), settings)?.serverName, serverName);
  });
}
