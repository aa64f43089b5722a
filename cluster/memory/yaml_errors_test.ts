import { assertEquals, assertThrows } from "@std/assert";
import { parseObjects } from "./read_objects.ts";
import { YAML_ERRORS } from "./yaml_errors.ts";

const ignore = Deno.permissions.querySync({ name: "env" }).state !== "granted";

const BROKEN: readonly [text: string, place: string, code: keyof typeof YAML_ERRORS][] = [
  ["spec:\n  a: 1\n   b: 2\n", "line 2, column 6", "BLOCK_AS_IMPLICIT_KEY"],
  ["a:\n\t- b\n", "line 2, column 1", "TAB_AS_INDENT"],
  ["a: [1, 2\nb: 3\n", "line 2, column 1", "BAD_INDENT"],
  ["a: 'hunter2\nb: 1\n", "line 3, column 1", "MISSING_CHAR"],
  ["hunter2: 1\nhunter2: 2\n", "line 2, column 1", "DUPLICATE_KEY"],
  ["a: @hunter2\n", "line 1, column 4", "BAD_SCALAR_START"],
  ["hunter2\nb: 1\n", "line 1, column 1", "MULTILINE_IMPLICIT_KEY"],
  ['a: "\\q"\n', "line 1, column 5", "BAD_DQ_ESCAPE"],
  ["a: {b: 1}}\n", "line 1, column 10", "UNEXPECTED_TOKEN"],
];

Deno.test({ name: "parseObjects() says in words what is wrong in a YAML text, and where", ignore }, () => {
  for (const [text, place, code] of BROKEN) {
    const { message } = assertThrows(() => parseObjects(text, "f.yaml"), SyntaxError);
    assertEquals(message, `Cannot parse "f.yaml", ${place}: ${YAML_ERRORS[code]}`);
  }
});

Deno.test("YAML_ERRORS are plain words, and no two are alike", () => {
  const texts = Object.values(YAML_ERRORS);
  assertEquals(new Set(texts).size, texts.length);
  assertEquals(texts.filter((text) => /[A-Z]{2,}_/.test(text)), []);
});
