import { assert, assertEquals, assertThrows } from "@std/assert";
import { cloneJson, isObject, type JsonObject, parseJson, stringifyJson } from "./json.ts";

/** A number text without sign of how it was written: digits, and the power of ten of the last one. */
function canonical(source: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  if (trimmed === "") return "0";
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}

// A fixed sequence, so that a failure can be repeated.
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

function randomNumber(below: (n: number) => number): string {
  const digits = (count: number) => Array.from({ length: count }, () => below(10)).join("");
  const whole = below(4) === 0 ? "0" : `${1 + below(9)}${digits(below(24))}`;
  const fraction = below(2) === 0 ? "" : `.${digits(1 + below(20))}`;
  const exponent = below(4) === 0 ? `${"eE"[below(2)]}${["", "+", "-"][below(3)]}${below(400)}` : "";
  return `${below(2) === 0 ? "" : "-"}${whole}${fraction}${exponent}`;
}

Deno.test("parseJson() and stringifyJson() keep every digit of any number", () => {
  const below = random(20260102);
  for (let turn = 0; turn < 20_000; turn++) {
    const source = randomNumber(below);
    const document = [`{"a":${source}}`, `{"a": ${source} }`, `[${source},1]`, `[1, ${source}]`][turn % 4] ??
      "";
    const written = stringifyJson(parseJson(document));
    const number = /-?\d[\d.eE+-]*/g;
    assertEquals(
      [...written.matchAll(number)].map(([n]) => canonical(n)),
      [...document.matchAll(number)].map(([n]) => canonical(n)),
      document,
    );
  }
});

const SAME = [
  "{}",
  '{"b":1,"a":[true,false,null,"",{}],"z":"x","y":"y"}',
  '{"n":12345678901234567890,"m":-9007199254740993}',
  '{"n":1.0000000000000000001}',
  '{"n":1e400,"m":1E5}',
  '{"s":"12345678901234567890","t":"[1234567890123456"}',
  '{"u":"é\\n\\"\\u0001"}',
  '{"__proto__":{"a":1},"constructor":2}',
  '{"__proto__":{"a":1},"n":12345678901234567890}',
];

Deno.test("stringifyJson() writes what parseJson() read", async (t) => {
  for (const text of SAME) await t.step(text, () => assertEquals(stringifyJson(parseJson(text)), text));
});

Deno.test("parseJson() gives ordinary numbers where a double holds them", () => {
  assertEquals(parseJson('{"a":1,"b":-0.5,"big":12345678901234567890}'), {
    a: 1,
    b: -0.5,
    big: (parseJson("[12345678901234567890]") as unknown[])[0],
  } as JsonObject);
  assertEquals(typeof (parseJson('{"a":9007199254740991,"b":1234567890123456}') as JsonObject).b, "number");
});

Deno.test("parseJson() refuses what is not JSON", () => {
  for (const text of ["", "{", "{'a':1}", "[1,]", "01", "NaN", '{"a":1234567890123456789012']) {
    assertThrows(() => parseJson(text), SyntaxError);
  }
});

Deno.test("isObject() is true for objects proper alone", () => {
  const raw = (parseJson("[12345678901234567890]") as unknown[])[0];
  assertEquals([{}, [], null, "x", 5, undefined, raw].map(isObject), [
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("cloneJson() copies deeply, with big numbers and odd keys", () => {
  const text = '{"a":{"b":[1,{"c":12345678901234567890}]},"__proto__":{"x":1}}';
  const original = parseJson(text) as JsonObject;
  const copy = cloneJson(original);
  assertEquals(stringifyJson(copy), text);
  (copy.a as JsonObject).b = "changed";
  assertEquals(stringifyJson(original), text);
  assert(Object.getPrototypeOf(copy) === Object.prototype);
  assertEquals(stringifyJson(cloneJson({ a: undefined, b: 1 } as JsonObject)), '{"b":1}');
});
