import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { unmatchedInArchive, unmatchedInBackup } from "./unmatched.ts";

const place = (resource: string, namespace: string, name: string) => ({
  group: "",
  resource,
  namespace,
  name,
});
const ITEMS = [place("pods", "shop", "p"), place("namespaces", "", "empty"), place("nodes", "", "n")];

const RESTORES: readonly [about: string, spec: JsonObject, met: number, said: readonly string[]][] = [
  ["everything", { includedNamespaces: ["*"] }, 3, []],
  ["what is there", { includedNamespaces: ["shop", "empty"], namespaceMapping: { shop: "b" } }, 2, []],
  ["a misspelt namespace", { includedNamespaces: ["shop", "shpo"] }, 1, [
    'spec.includedNamespaces names namespace "shpo", which the backup does not hold',
  ]],
  ["a misspelt mapping", { includedNamespaces: ["*"], namespaceMapping: { n: "b" } }, 3, [
    'spec.namespaceMapping names namespace "n", which the backup does not hold',
  ]],
  ["a pattern", { includedNamespaces: ["prod-*"] }, 1, []],
  ["a selector of nothing", { includedNamespaces: ["*"] }, 0, [
    "none of the 3 items of the backup matches the spec of the Restore: nothing would be restored",
  ]],
  ["names of another type", { includedNamespaces: [1, null], namespaceMapping: [] }, 1, []],
];

Deno.test("unmatchedInArchive() tells names of a Restore that the backup does not have", async (t) => {
  for (const [about, spec, met, said] of RESTORES) {
    await t.step(about, () => {
      assertEquals(unmatchedInArchive({ spec }, ITEMS, met).map(({ text }) => text), said);
    });
  }
  assertEquals(unmatchedInArchive({ spec: {} }, ITEMS.slice(0, 1), 0), [
    { text: "the only item of the backup does not match the spec of the Restore: nothing would be restored" },
  ]);
  assertEquals(unmatchedInArchive({ spec: {} }, [], 0), [
    { text: "the backup is empty: nothing would be restored" },
  ]);
});

Deno.test("unmatchedInBackup() tells namespaces without anything in them", () => {
  const spec = { includedNamespaces: ["shop", "shpo", "*"] };
  assertEquals(unmatchedInBackup({ spec }, ITEMS), [
    { text: 'spec.includedNamespaces names namespace "shpo", which has nothing to back up' },
  ]);
  assertEquals(unmatchedInBackup({ spec: {} }, ITEMS), []);
  assertEquals(unmatchedInBackup({ spec: { includedNamespaces: ["*"] } }, []), [
    { text: "nothing matches the spec of the Backup, so it would be empty" },
  ]);
});
