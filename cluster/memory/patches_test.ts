import { assertEquals, assertThrows } from "@std/assert";
import { type JsonObject, type JsonValue, parseJson, stringifyJson } from "../../objects/json.ts";
import { equalJson, jsonPatch, mergePatch } from "./patches.ts";

// The test cases of RFC 7386, appendix A.
const MERGE: [target: JsonValue, patch: JsonValue, result: JsonValue][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

Deno.test("mergePatch() does what RFC 7386 shows", () => {
  for (const [target, patch, result] of MERGE) {
    const kept = stringifyJson(target);
    assertEquals(mergePatch(target, patch), result, stringifyJson(patch));
    assertEquals(stringifyJson(target), kept);
  }
});

Deno.test("mergePatch() keeps large numbers and the key __proto__", () => {
  const target = parseJson('{"n":12345678901234567890,"o":{"m":98765432109876543210}}');
  const patch = parseJson('{"o":{"__proto__":{"x":1}}}');
  assertEquals(
    stringifyJson(mergePatch(target, patch)),
    '{"n":12345678901234567890,"o":{"m":98765432109876543210,"__proto__":{"x":1}}}',
  );
  assertEquals(({} as JsonObject).x, undefined);
});

const JSON_PATCH: [about: string, target: JsonObject, operations: JsonObject[], result: JsonValue][] = [
  ["add", { a: 1 }, [{ op: "add", path: "/b", value: 2 }], { a: 1, b: 2 }],
  ["add in a list", { a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
  ["add at the end", { a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
  ["add to the position after the last", { a: [1] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2] }],
  ["remove", { a: 1, b: 2 }, [{ op: "remove", path: "/a" }], { b: 2 }],
  ["remove from a list", { a: [1, 2] }, [{ op: "remove", path: "/a/0" }], { a: [2] }],
  ["replace", { a: [1, 2] }, [{ op: "replace", path: "/a/0", value: 9 }], { a: [9, 2] }],
  ["replace null", { a: null }, [{ op: "replace", path: "/a", value: 9 }], { a: 9 }],
  ["replace all", { a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
  ["move", { a: { b: 1 }, c: {} }, [{ op: "move", from: "/a/b", path: "/c/d" }], { a: {}, c: { d: 1 } }],
  ["copy", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
  ["escapes", { "a/b": 1, "~": 2 }, [{ op: "remove", path: "/a~1b" }, { op: "remove", path: "/~0" }], {}],
  ["test", { a: { x: 1, y: [2] } }, [{ op: "test", path: "/a", value: { y: [2], x: 1 } }], {
    a: { x: 1, y: [2] },
  }],
];

Deno.test("jsonPatch() does what RFC 6902 says", () => {
  for (const [about, target, operations, result] of JSON_PATCH) {
    assertEquals(jsonPatch(target, operations), result, about);
  }
  const replaced = jsonPatch({ a: 1, b: 2 }, [{ op: "replace", path: "/a", value: 3 }]);
  assertEquals(stringifyJson(replaced), '{"a":3,"b":2}', "replace keeps the place of the key");
});

const REFUSED: [operation: JsonObject, message: string][] = [
  [{ op: "test", path: "/a", value: 2 }, 'JSON patch test of "/a" failed'],
  [{ op: "remove", path: "/z" }, 'JSON patch path "/z" is not there'],
  [{ op: "replace", path: "/z", value: 1 }, 'JSON patch path "/z" is not there'],
  [{ op: "add", path: "/z/y", value: 1 }, 'JSON patch path "/z" is not there'],
  [{ op: "add", path: "/l/3", value: 1 }, 'JSON patch path "/l/3" is not there'],
  [{ op: "add", path: "/l/01", value: 1 }, 'JSON patch path "/l/01" is not there'],
  [{ op: "remove", path: "/l/-" }, 'JSON patch path "/l/-" is not there'],
  [{ op: "move", from: "/o", path: "/o/p" }, "JSON patch moves a value into itself"],
  [{ op: "add", path: "/b" }, 'JSON patch operation "add" has no value'],
  [{ op: "add", path: "b", value: 1 }, "JSON patch operation without a valid path"],
  [{ op: "merge", path: "/b" }, 'Unknown JSON patch operation "merge"'],
];

Deno.test("jsonPatch() refuses what cannot be done", () => {
  for (const [operation, message] of REFUSED) {
    assertThrows(() => jsonPatch({ a: 1, l: [1], o: {} }, [operation]), Error, message);
  }
});

Deno.test("equalJson() compares large numbers by their digits", () => {
  const [a, b] = ["12345678901234567890", "12345678901234567891"].map((text) => parseJson(`[${text}]`));
  assertEquals([equalJson(a, a), equalJson(a, b), equalJson({ x: 1 }, { y: 1 })], [true, false, false]);
});
