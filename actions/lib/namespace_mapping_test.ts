import { assertEquals } from "@std/assert";
import { namespaceMapping, targetNamespace } from "./namespace_mapping.ts";

Deno.test("namespaceMapping() gives the entries that change something", () => {
  const mapping = { a: "b", "": "c", same: "same", empty: "", wrong: 5 };
  assertEquals([...namespaceMapping({ spec: { namespaceMapping: mapping } })], [["a", "b"]]);
  for (const restore of [undefined, {}, { spec: 5 }, { spec: { namespaceMapping: ["a"] } }]) {
    assertEquals(namespaceMapping(restore).size, 0);
  }
});

Deno.test("targetNamespace() follows the mapping", () => {
  const restore = { spec: { namespaceMapping: { a: "b", "": "c", same: "same", empty: "", wrong: 5 } } };
  const targets = ["a", "", "b", "same", "empty", "wrong"].map((namespace) =>
    targetNamespace(restore, namespace)
  );
  assertEquals(targets, ["b", "", "b", "same", "empty", "wrong"]);
  assertEquals(targetNamespace(undefined, "a"), "a");
});
