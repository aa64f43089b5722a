import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { metadataValue, removeMetadata, requireSpec, setMetadata } from "./metadata.ts";

Deno.test("setMetadata() makes what is missing and says whether it changed something (kubevirt 11)", () => {
  const rows: [before: JsonObject, after: JsonObject, changed: boolean][] = [
    [{}, { metadata: { labels: { k: "v" } } }, true],
    [{ metadata: null }, { metadata: { labels: { k: "v" } } }, true],
    [{ metadata: { name: "a", labels: null } }, { metadata: { name: "a", labels: { k: "v" } } }, true],
    [{ metadata: { labels: { a: "b", k: "x" } } }, { metadata: { labels: { a: "b", k: "v" } } }, true],
    [{ metadata: { labels: { k: "v" } } }, { metadata: { labels: { k: "v" } } }, false],
  ];
  for (const [item, after, changed] of rows) {
    assertEquals(setMetadata(item, "labels", "k", "v"), changed);
    assertEquals(item, after);
  }
});

Deno.test("removeMetadata() removes a map that it emptied, and leaves an empty one alone (kubevirt 11)", () => {
  const rows: [before: JsonObject, after: JsonObject, changed: boolean][] = [
    [{}, {}, false],
    [{ metadata: { annotations: {} } }, { metadata: { annotations: {} } }, false],
    [{ metadata: { annotations: { k: "v" } } }, { metadata: {} }, true],
    [{ metadata: { annotations: { k: null, a: "b" } } }, { metadata: { annotations: { a: "b" } } }, true],
  ];
  for (const [item, after, changed] of rows) {
    assertEquals(removeMetadata(item, "annotations", "k"), changed);
    assertEquals(item, after);
  }
});

Deno.test("labels and annotations of a wrong type are refused", () => {
  for (const item of [{ metadata: 5 }, { metadata: { labels: "x" } }, { metadata: { labels: [] } }]) {
    for (const call of [metadataValue, removeMetadata]) {
      assertThrows(() => call(item as JsonObject, "labels", "k"), Refusal, "is not an object");
    }
    assertThrows(() => setMetadata(item as JsonObject, "labels", "k", "v"), Refusal, "is not an object");
  }
  assertEquals(metadataValue({ metadata: { labels: { k: 5 } } }, "labels", "k"), 5);
  assertEquals(metadataValue({}, "labels", "constructor"), undefined);
});

Deno.test("a spec that is no object is refused, one that is missing is not (kubevirt 10.2)", () => {
  for (const spec of ["text", 5, false, []]) {
    const refusal = assertThrows(() => requireSpec({ spec }), Refusal, "spec is not an object");
    assertEquals([refusal.rule, refusal.reason], ["kubevirt 10.2", "invalid_item"]);
  }
  for (const item of [{}, { spec: null }, { spec: {} }]) assertEquals(requireSpec(item), undefined);
});
