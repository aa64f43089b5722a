import { assertEquals } from "@std/assert";
import { namespaceMapping } from "./namespace_mapping.ts";

Deno.test("namespaceMapping() gives the entries that change something", () => {
  const mapping = { a: "b", same: "same", empty: "", wrong: 5 };
  assertEquals([...namespaceMapping({ spec: { namespaceMapping: mapping } })], [["a", "b"]]);
  for (const restore of [undefined, {}, { spec: 5 }, { spec: { namespaceMapping: ["a"] } }]) {
    assertEquals(namespaceMapping(restore).size, 0);
  }
});
