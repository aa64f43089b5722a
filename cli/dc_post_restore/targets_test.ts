import { assertEquals } from "@std/assert";
import { restoreOf } from "../../tests/kit/openshift.ts";
import { targetsOf } from "./targets.ts";

// openshift IMP-58: the namespaces among a to d that a Restore with this specification has written to.
const ROWS: [
  about: string,
  mapping: Record<string, string>,
  spec: Record<string, string[]>,
  targets: string,
][] = [
  ["everything", {}, {}, "abcd"],
  ["a star", {}, { includedNamespaces: ["*"] }, "abcd"],
  ["two", {}, { includedNamespaces: ["a", "c"] }, "ac"],
  ["all but one", {}, { excludedNamespaces: ["b"] }, "acd"],
  ["one is mapped away", { a: "b" }, { includedNamespaces: ["a"] }, "b"],
  ["one is mapped onto another", { a: "b" }, {}, "bcd"],
  ["two change places", { a: "b", b: "a" }, { includedNamespaces: ["a", "b"] }, "ab"],
  ["a mapping of what is not included", { a: "b" }, { includedNamespaces: ["c"] }, "c"],
  ["a mapping to itself", { a: "a" }, { includedNamespaces: ["a"] }, "a"],
];

for (const [about, mapping, spec, targets] of ROWS) {
  Deno.test(`targetsOf(): ${about} (openshift IMP-58)`, () => {
    assertEquals([..."abcd"].filter(targetsOf(restoreOf(mapping, spec))).join(""), targets);
  });
}

Deno.test("targetsOf() takes wrong types as no list", () => {
  assertEquals(targetsOf({ spec: { includedNamespaces: "a", namespaceMapping: 5 } })("x"), true);
  assertEquals(targetsOf({})("x"), true);
});
