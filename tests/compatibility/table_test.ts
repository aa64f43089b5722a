import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Compatibility, RECORD, table, withTable } from "./table.ts";

const V1 = ["BackupItemAction", "RestoreItemAction"];
const V2 = ["BackupItemAction", "BackupItemActionV2", "RestoreItemAction", "RestoreItemActionV2"];
const ALL = [...V2, "ItemBlockAction"];
const ROWS: readonly Compatibility[] = [
  { minor: "1.11", version: "1.11.1", listed: V1, listedOnRequest: V2 },
  { minor: "1.13", version: "1.13.2", listed: V2, listedOnRequest: V2 },
  { minor: "1.15", version: "1.15.2", listed: ALL, listedOnRequest: ALL },
];

Deno.test("table() says what each release can do (protocol 1.9, 6.1)", () => {
  const [, , ...rows] = table(ROWS).split("\n");
  assertEquals(rows.map((row) => row.split("|").map((cell) => cell.trim()).slice(1, -1)), [
    [
      "1.11",
      "1.11.1",
      "actions of version 1, and those of version 2 if you set `WORKLOADS_KINDS` ([how](docs/installation.md#choose-what-is-on)); this release has no item blocks",
    ],
    ["1.13", "1.13.2", "all backup and restore actions; this release has no item blocks"],
    ["1.15", "1.15.2", "everything"],
  ]);
});

Deno.test("withTable() replaces what stands between the comments, and needs them", () => {
  const begin = "<!-- Written by `deno task docs` from what the end-to-end tests have found. -->";
  const document = (content: string) => `a\n${begin}\n\n${content}\n\n<!-- End of the table. -->\nb\n`;
  assertEquals(withTable(document("old"), ROWS), document(table(ROWS)));
  assertThrows(() => withTable("a\nb\n", ROWS), TypeError, "no place for the table");
});

Deno.test({
  name: "README's table is the one that was recorded, with all six releases",
  ignore: Deno.permissions.querySync({ name: "read" }).state !== "granted",
  async fn() {
    const found: Compatibility[] = JSON.parse(await Deno.readTextFile(RECORD));
    assertEquals(found.map(({ minor }) => minor), ["1.11", "1.13", "1.15", "1.16", "1.17", "1.18"]);
    const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
    assertStringIncludes(readme, table(found), "run deno task docs");
  },
});
