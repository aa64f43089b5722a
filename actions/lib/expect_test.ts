import { assertEquals, assertThrows } from "@std/assert";
import { booleanOrNothing, objectOrNothing, objectsOrNothing, stringOrNothing } from "./expect.ts";
import { Refusal } from "./refusal.ts";

Deno.test("objectOrNothing() gives objects, nothing for null, and refuses the rest", () => {
  assertEquals(objectOrNothing({ a: 1 }, "spec", "R"), { a: 1 });
  assertEquals(objectOrNothing(null, "spec", "R"), undefined);
  assertEquals(objectOrNothing(undefined, "spec", "R"), undefined);
  for (const wrong of ["x", "", 0, false, []]) {
    const error = assertThrows(() => objectOrNothing(wrong, "spec", "R"), Refusal, "spec is not an object");
    assertEquals([error.rule, error.reason], ["R", "invalid_item"]);
  }
});

Deno.test("objectsOrNothing() names the element that is wrong", () => {
  assertEquals(objectsOrNothing([{ a: 1 }, null], "spec.list", "R"), [{ a: 1 }, undefined]);
  assertEquals(objectsOrNothing(null, "spec.list", "R"), []);
  assertThrows(() => objectsOrNothing({}, "spec.list", "R"), Refusal, "spec.list is not a list");
  assertThrows(() => objectsOrNothing([{}, 5], "spec.list", "R"), Refusal, "spec.list[1] is not an object");
});

Deno.test("stringOrNothing() gives strings, empty for null", () => {
  assertEquals([stringOrNothing("x", "a", "R"), stringOrNothing(null, "a", "R")], ["x", ""]);
  assertThrows(() => stringOrNothing(5, "a.b", "R"), Refusal, "a.b is not a string");
});

Deno.test("booleanOrNothing() gives booleans, false for null, and refuses the rest", () => {
  const asked = [true, false, null, undefined].map((value) => booleanOrNothing(value, "a", "R"));
  assertEquals(asked, [true, false, false, false]);
  for (const wrong of ["true", 1, {}]) {
    assertThrows(() => booleanOrNothing(wrong, "a.b", "R"), Refusal, "a.b is not true or false");
  }
});
