import { assertEquals, assertStringIncludes } from "@std/assert";
import { PICTURE, SIZE } from "./picture.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

Deno.test({
  name:
    "docs/preview.png is the picture that the README shows, of a size for a README; deno task picture makes it",
  ignore,
  fn: async () => {
    const bytes = await Deno.readFile(PICTURE);
    const view = new DataView(bytes.buffer);
    assertEquals(new TextDecoder().decode(bytes.subarray(1, 4)), "PNG");
    assertEquals({ width: view.getUint32(16), height: view.getUint32(20) }, SIZE);
    assertEquals(bytes.length < 200_000, true, `${bytes.length} bytes`);
    assertStringIncludes(
      await Deno.readTextFile(new URL("../README.md", import.meta.url)),
      "](docs/preview.png)",
    );
  },
});
