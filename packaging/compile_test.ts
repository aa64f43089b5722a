import { assertEquals, assertThrows } from "@std/assert";
import { COMPILE_FLAGS, RIGHTS, TARGETS, targetsFrom, V8_FLAGS } from "./compile.ts";

const [AMD64, ARM64] = TARGETS;

Deno.test("targetsFrom() takes both names of a target", async (t) => {
  const cases: readonly [string[], unknown[]][] = [
    [[], []],
    [["--target", "x86_64-unknown-linux-gnu"], [AMD64]],
    [["--target=aarch64-unknown-linux-gnu"], [ARM64]],
    [["--target", "linux/arm64", "--target=linux/amd64"], [ARM64, AMD64]],
  ];
  for (const [args, expected] of cases) {
    await t.step(args.join(" ") || "none", () => assertEquals(targetsFrom(args), expected));
  }
});

Deno.test("targetsFrom() refuses what it does not know", () => {
  const known = "x86_64-unknown-linux-gnu, linux/amd64, aarch64-unknown-linux-gnu, linux/arm64";
  assertThrows(
    () => targetsFrom(["--target", "x86_64-apple-darwin"]),
    TypeError,
    `Unknown target "x86_64-apple-darwin": it is one of ${known}`,
  );
  assertThrows(() => targetsFrom(["--target"]), TypeError, 'Unknown target ""');
  assertThrows(() => targetsFrom(["-o", "x"]), TypeError, 'Unknown argument "-o"');
});

Deno.test("the executable's rights are those that the modes need together, and its heap is small (protocol 7)", () => {
  assertEquals(RIGHTS, [
    "--allow-read",
    "--allow-env",
    "--allow-net",
    "--allow-run",
    "--allow-sys",
    "--allow-write=.,/tmp,/scratch,/target",
    "--no-prompt",
  ]);
  assertEquals(V8_FLAGS, "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512");
  assertEquals(COMPILE_FLAGS[0], "--no-config");
});

Deno.test({
  name: "the launcher of the tests starts the program with the same flags as the compiler bakes in",
  ignore: Deno.permissions.querySync({ name: "read" }).state !== "granted",
  async fn() {
    const launcher = await Deno.readTextFile(new URL("../tests/plugin.sh", import.meta.url));
    const command = launcher.slice(launcher.indexOf(" exec ")).replaceAll(/\\\n\s*/g, "");
    const flags = command.split(" ").filter((word) => word.startsWith("--"));
    assertEquals(flags.filter((flag) => flag !== "--quiet").sort(), [...COMPILE_FLAGS].sort());
  },
});
