import { assertEquals, assertThrows } from "@std/assert";
import { Refusal } from "../lib/refusal.ts";
import { required } from "./required.ts";

Deno.test("required() gives text and refuses the rest (openshift IMP-02)", () => {
  assertEquals(required({ metadata: { name: "x" } }, "metadata", "name"), "x");
  for (const name of ["", null, 5, ["x"], {}]) {
    const error = assertThrows(
      () => required({ metadata: { name } }, "metadata", "name"),
      Refusal,
      "metadata.name is missing",
    );
    assertEquals([error.rule, error.reason], ["openshift IMP-02", "invalid_item"]);
  }
});
