import { assertEquals, assertThrows } from "@std/assert";
import { type Chunks, hideDynamicImports, importsOf, loadedBy, moduleName } from "./chunks.ts";

Deno.test("importsOf() tells what is loaded before from what is loaded later", () => {
  const text =
    'import{a as b}from"./chunk-AAAAAAAA.js";import"./chunk-BBBBBBBB.js";var c="./data.js",d="chunk-CCCCCCCC.js";' +
    'await(await import("./serve-2DDDDDD7.js")).serve();export{e}from"./in_cluster-EEEEEEEE.js";';
  assertEquals(importsOf(text), {
    imports: ["chunk-AAAAAAAA.js", "chunk-BBBBBBBB.js", "in_cluster-EEEEEEEE.js"],
    dynamicImports: ["serve-2DDDDDD7.js"],
  });
});

Deno.test("hideDynamicImports() leaves what is loaded before as it is", () => {
  const text = 'import{a}from"./chunk-AAAAAAAA.js";await import("./serve-2DDDDDD7.js");import("./data.js");';
  assertEquals(
    hideDynamicImports(text),
    'import{a}from"./chunk-AAAAAAAA.js";await import(String("./serve-2DDDDDD7.js"));import("./data.js");',
  );
});

const ROOT = new URL("file:///home/a%20b/project/");
const CACHE = "file:///home/a%20b/.cache/deno/npm/registry.npmjs.org";

const MODULES: readonly [url: string, expected: string][] = [
  [`${ROOT.href}grpc/serve.ts`, "grpc/serve.ts"],
  [`${ROOT.href}a%20b.tsx`, "a b.tsx"],
  [`${ROOT.href}npm/serve.ts`, "npm/serve.ts"],
  [`${CACHE}/commander/15.1.0/lib/command.js`, "npm:commander"],
  [`${CACHE}/@grpc/grpc-js/1.14.7/src/server.ts`, "npm:@grpc/grpc-js"],
  // Where a package's own source map puts what it had bundled.
  [`${CACHE}/node_modules/tslib/tslib.es6.js`, "npm:tslib"],
];

Deno.test("moduleName() names our files by path and packages by name", async (t) => {
  for (const [url, expected] of MODULES) {
    await t.step(url, () => assertEquals(moduleName(new URL(url), ROOT), expected));
  }
  assertThrows(
    () => moduleName(new URL("file:///elsewhere/x.ts"), ROOT),
    TypeError,
    "file:///elsewhere/x.ts",
  );
});

const chunk = (modules: string[], imports: string[] = [], dynamicImports: string[] = []) => ({
  imports,
  dynamicImports,
  modules,
});

Deno.test("loadedBy() follows imports that do not wait, from the first chunk and from the one asked for", () => {
  const chunks: Chunks = {
    "main.js": chunk(["main.ts"], ["shared.js"], ["serve.js", "page.js"]),
    "shared.js": chunk(["x.ts", "y.ts"]),
    "serve.js": chunk(["serve.ts"], ["shared.js", "deep.js"], ["live.js"]),
    "deep.js": chunk(["npm:p"], ["serve.js"]),
    "live.js": chunk(["live.ts"]),
    "page.js": chunk(["page.tsx"]),
  };
  assertEquals([...loadedBy(chunks, "serve.ts")].sort(), ["main.ts", "npm:p", "serve.ts", "x.ts", "y.ts"]);
  assertEquals([...loadedBy(chunks, "page.tsx")].sort(), ["main.ts", "page.tsx", "x.ts", "y.ts"]);
  assertThrows(() => loadedBy(chunks, "gone.ts"), TypeError, "No chunk holds gone.ts");
});
