import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { Refusal } from "../lib/refusal.ts";
import { writable } from "./writable.ts";

Deno.test("writable() makes what is missing (openshift IMP-02)", () => {
  const item: JsonObject = { metadata: { annotations: null } };
  writable(item, "metadata", "annotations").a = "b";
  writable(item, "spec", "template").x = 1;
  assertEquals(item, { metadata: { annotations: { a: "b" } }, spec: { template: { x: 1 } } });
});

Deno.test("writable() refuses what is of a wrong type", () => {
  for (const wrong of ["x", 5, [], true]) {
    const error = assertThrows(
      () => writable({ metadata: { annotations: wrong } }, "metadata", "annotations"),
      Refusal,
      "metadata.annotations is not an object",
    );
    assertEquals([error.rule, error.reason], ["openshift IMP-02", "invalid_item"]);
  }
});
