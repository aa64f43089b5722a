import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createArchive } from "../archive/archive.ts";
import { encode } from "../run/step.ts";
import { createWorld, object } from "../testing/world.ts";
import { runRestore } from "./restore.ts";

const CLUSTER = { group: "postgresql.cnpg.io", resource: "clusters" };
const CLAIM = { group: "", resource: "persistentvolumeclaims" };

const database = (bootstrap?: JsonObject) =>
  object("postgresql.cnpg.io/v1", "Cluster", "shop/db", {
    spec: { instances: 1, ...(bootstrap === undefined ? {} : { bootstrap }) },
  });
const claim = (owner: string) =>
  object("v1", "PersistentVolumeClaim", "shop/db-1", { metadata: { labels: { "cnpg.io/cluster": owner } } });

async function warningsOf(
  objects: readonly JsonObject[],
  { spec = {}, present = [] }: { spec?: JsonObject; present?: readonly JsonObject[] } = {},
): Promise<string[]> {
  const archive = createArchive(objects.map((stored) => ({
    ...(stored.kind === "Cluster" ? CLUSTER : CLAIM),
    namespace: "shop",
    name: stored.kind === "Cluster" ? "db" : "db-1",
    bytes: encode(stored),
  })));
  const { warnings } = await runRestore({
    restore: { metadata: { name: "r" }, spec: { backupName: "b", ...spec } },
    archive,
    ...await createWorld(present, []),
  });
  return warnings.map(({ item, text }) => `${item?.namespace}/${item?.name}: ${text}`);
}

const EMPTY = [
  "shop/db: it would begin as an empty database: spec.bootstrap takes its content from nowhere, and " +
  "none of its volumes is restored",
];

const ROWS: readonly [about: string, objects: readonly JsonObject[], spec: JsonObject, expected: string[]][] =
  [
    ["initdb", [database({ initdb: { database: "app" } })], {}, EMPTY],
    ["no bootstrap", [database()], {}, EMPTY],
    ["into another namespace", [database()], { namespaceMapping: { shop: "copy" } }, EMPTY],
    ["recovery", [database({ recovery: { source: "s" } })], {}, []],
    ["a copy of a running one", [database({ pg_basebackup: { source: "s" } })], {}, []],
    ["an import", [database({ initdb: { import: { type: "monolith" } } })], {}, []],
    ["with a volume of its own", [database(), claim("db")], {}, []],
    ["with a volume of another one", [database(), claim("other")], {}, EMPTY],
    ["a volume that is left out", [database(), claim("db")], { excludedResources: ["pvc"] }, EMPTY],
  ];

for (const [about, objects, spec, expected] of ROWS) {
  Deno.test(`runRestore() warns of an empty database: ${about}`, async () => {
    assertEquals(await warningsOf(objects, { spec }), expected);
  });
}

Deno.test("runRestore() says nothing of the content of a database that is there", async () => {
  assertEquals(await warningsOf([database()], { present: [database()] }), []);
});
