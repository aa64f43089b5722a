import { assertEquals } from "@std/assert";
import { checksums } from "./checksums.ts";

Deno.test({
  name: "checksums() writes what sha256sum reads",
  ignore: (["read", "write"] as const).some((name) =>
    Deno.permissions.querySync({ name }).state !== "granted"
  ),
  async fn() {
    const folder = new URL(`file://${await Deno.makeTempDir({ prefix: "sums-" })}/`);
    await Deno.writeTextFile(new URL("b", folder), "abc");
    await Deno.writeTextFile(new URL("a", folder), "");
    assertEquals(
      await checksums(folder, ["b", "a"]),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n" +
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n",
    );
    await Deno.remove(folder, { recursive: true });
  },
});
