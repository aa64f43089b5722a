import { assertEquals, assertNotEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { layer } from "./real_registry.ts";

Deno.test("layers of the tests and benchmarks: no compression makes them smaller, and each seed makes its own", () => {
  const bytes = layer(1 << 20, 1);
  // What gzip cannot compress it stores, with a few bytes around each block.
  assertEquals(gzipSync(bytes).length > bytes.length, true);
  assertEquals(layer(1 << 20, 1), bytes);
  assertNotEquals(layer(1 << 20, 2), bytes);
  assertEquals(layer(10_001, 1), bytes.subarray(0, 10_001));
});
