import { assertEquals } from "@std/assert";
import { ownFrames } from "./stack.ts";

const ROOT = new URL("../", import.meta.url).href;

Deno.test("ownFrames() keeps what lies in this project, innermost first", () => {
  const stack = `TypeError: first line (file:///x.ts:1:1)
    at inner (${ROOT}actions/x/y.ts:3:14)
    at Array.map (<anonymous>)
    at async Object.execute (${ROOT}actions/runner/run.ts:120:5)
    at new Thing (${ROOT}a%20b.tsx:1:1)
    at ${ROOT}main.ts:7:1
    at async ${ROOT}grpc/serve.ts:8:1
    at bundled (${ROOT}js/serve-ABCDEFGH.js:1:4711)
    at call (${ROOT}.deno_compile_node_modules/node_modules/p/index.ts:1:1)
    at other (file:///elsewhere/z.ts:1:1)
    at ext:core/01_core.js:432:5
    at node:internal:1:1`;
  assertEquals(ownFrames(stack), [
    { file: "actions/x/y.ts", line: 3 },
    { file: "actions/runner/run.ts", line: 120 },
    { file: "a b.tsx", line: 1 },
    { file: "main.ts", line: 7 },
    { file: "grpc/serve.ts", line: 8 },
  ]);
  assertEquals(ownFrames(undefined), []);
});
