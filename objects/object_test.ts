import { assertEquals, assertThrows } from "@std/assert";
import type { JsonObject, JsonValue } from "./json.ts";
import {
  annotation,
  arrayAt,
  at,
  ensureObject,
  label,
  nameOf,
  namespaceOf,
  objectAt,
  objectsAt,
  stringAt,
  switchedOn,
} from "./object.ts";

const OBJECT: JsonObject = {
  metadata: {
    name: "p",
    namespace: "n",
    labels: { a: "1", empty: "", number: 5 },
    annotations: { b: "2", "with.dots/and": "3" },
  },
  list: [{ x: 1 }, 5, null, [], "s"],
  empty: "",
  nothing: null,
};

Deno.test("at() follows own keys of objects alone", () => {
  const rows: [path: string[], value: JsonValue | undefined][] = [
    [[], OBJECT],
    [["metadata", "name"], "p"],
    [["metadata", "annotations", "with.dots/and"], "3"],
    [["nothing"], null],
    [["nothing", "x"], undefined],
    [["list", "0"], undefined],
    [["list", "length"], undefined],
    [["metadata", "name", "length"], undefined],
    [["constructor"], undefined],
    [["__proto__"], undefined],
  ];
  for (const [path, value] of rows) assertEquals(at(OBJECT, ...path), value);
  assertEquals(at(undefined, "a"), undefined);
});

Deno.test("typed readers give nothing for a wrong type", () => {
  assertEquals(objectAt(OBJECT, "list"), undefined);
  assertEquals(objectAt(OBJECT, "nothing"), undefined);
  assertEquals(objectAt(OBJECT, "metadata", "labels"), { a: "1", empty: "", number: 5 });
  assertEquals(arrayAt(OBJECT, "list").length, 5);
  assertEquals(arrayAt(OBJECT, "metadata"), []);
  assertEquals(objectsAt(OBJECT, "list"), [{ x: 1 }]);
  assertEquals([stringAt(OBJECT, "empty"), stringAt(OBJECT, "list"), stringAt(OBJECT, "metadata", "name")], [
    undefined,
    undefined,
    "p",
  ]);
});

Deno.test("nameOf(), namespaceOf(), label() and annotation() read metadata", () => {
  assertEquals([nameOf(OBJECT), namespaceOf(OBJECT)], ["p", "n"]);
  for (const other of [{}, { metadata: null }, { metadata: { name: 5 } }, { metadata: ["x"] }]) {
    assertEquals([nameOf(other), namespaceOf(other)], ["", ""]);
  }
  assertEquals([label(OBJECT, "a"), label(OBJECT, "empty"), label(OBJECT, "number"), label(OBJECT, "z")], [
    "1",
    "",
    undefined,
    undefined,
  ]);
  assertEquals([annotation(OBJECT, "b"), annotation(undefined, "b")], ["2", undefined]);
  assertEquals(label(OBJECT, "toString"), undefined);
});

Deno.test("switchedOn() is true for any value but false", () => {
  const of = (value: JsonValue) => switchedOn({ metadata: { labels: { k: value } } }, "k");
  assertEquals(["", "true", "no", "0"].map(of), [true, true, true, true]);
  assertEquals(["false", "False", "FALSE", 5, null].map(of), [false, false, false, false, false]);
  assertEquals(switchedOn(undefined, "k"), false);
});

Deno.test("ensureObject() makes what is missing and keeps what is there", () => {
  const root: JsonObject = { a: { x: 1 }, n: null };
  assertEquals(ensureObject(root, "a"), { x: 1 });
  ensureObject(root, "a", "b", "c").d = 1;
  ensureObject(root, "n").e = 2;
  ensureObject(root, "constructor").f = 3;
  assertEquals(
    root,
    { a: { x: 1, b: { c: { d: 1 } } }, n: { e: 2 }, constructor: { f: 3 } } as unknown as JsonObject,
  );
  assertEquals(ensureObject(root), root);
  const error = assertThrows(() => ensureObject({ a: { b: [] } }, "a", "b", "c"), TypeError);
  assertEquals(error.message, "a.b is not an object");
});
