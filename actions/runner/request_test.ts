import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Refusal } from "../lib/refusal.ts";
import { createRunParser } from "./request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a Backup or Restore is parsed once as long as the same bytes come (protocol 12.6)", () => {
  const parse = createRunParser();
  const first = parse(bytes('{"metadata":{"name":"a"}}'));
  assertStrictEquals(parse(bytes('{"metadata":{"name":"a"}}')), first);
  assertEquals(parse(bytes('{"metadata":{"name":"b"}}')), { metadata: { name: "b" } });
  assertEquals(parse(bytes('{"metadata":{"name":"b","uid":"u"}}')), { metadata: { name: "b", uid: "u" } });
  assertEquals(parse(bytes('{"metadata":{"name":"a"}}')), first);
  assertEquals([parse(bytes("")), parse(bytes("null")), parse(bytes(""))], [undefined, {}, undefined]);
});

Deno.test("a Backup or Restore that calls share cannot be changed by one of them", () => {
  const run = createRunParser()(bytes('{"spec":{"includedNamespaces":["n"],"hooks":null}}'));
  assertThrows(() => Object.assign(run?.spec ?? {}, { ttl: "1h" }), TypeError);
  assertThrows(() => (run?.spec as { includedNamespaces: string[] }).includedNamespaces.push("m"), TypeError);
});

Deno.test("the bytes of a call may be used for something else afterwards", () => {
  const parse = createRunParser();
  const request = bytes('{"a":1}');
  assertEquals(parse(request), { a: 1 });
  request.set(bytes('{"a":2}'));
  assertEquals(parse(request), { a: 2 });
});

Deno.test("what cannot be parsed is refused each time", () => {
  const parse = createRunParser();
  for (let turn = 0; turn < 2; turn++) assertThrows(() => parse(bytes("{")), Refusal, "is not JSON");
});
