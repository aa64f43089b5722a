import { assertEquals } from "@std/assert";
import { ownFrames } from "./stack.ts";

const ROOT = new URL("../", import.meta.url).href;

Deno.test("ownFrames() keeps what lies in this project, innermost first", () => {
  const stack = `TypeError: first line
    at inner (${ROOT}actions/x/y.ts:3:14)
    at Array.map (<anonymous>)
    at async Object.execute (${ROOT}actions/runner/run.ts:120:5)
    at new Thing (${ROOT}a b.ts:1:1)
    at ${ROOT}main.ts:7:1
    at call (${ROOT}.deno_compile_node_modules/node_modules/p/index.js:1:1)
    at other (file:///elsewhere/z.ts:1:1)
    at ext:core/01_core.js:432:5
    at node:internal:1:1`;
  assertEquals(ownFrames(stack), [
    { file: "actions/x/y.ts", line: 3, function: "inner" },
    { file: "actions/runner/run.ts", line: 120, function: "Object.execute" },
    { file: "a b.ts", line: 1, function: "new Thing" },
    { file: "main.ts", line: 7, function: "" },
  ]);
  assertEquals(ownFrames(undefined), []);
});
