import { assertEquals, assertStringIncludes } from "@std/assert";

const ignore = ["run", "net", "env", "write"].some((name) =>
  Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state !== "granted"
);
const ENTRY = new URL("main.ts", import.meta.url).pathname;

async function run(env: Record<string, string> = {}): Promise<{ code: number; lines: string[] }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", ENTRY],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stderr: "inherit",
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
}

Deno.test({ name: "the demo runs and finds everything as it must be", ignore }, async () => {
  // Times of files may be coarser than ours.
  const begun = Date.now() - 2000;
  const { code, lines } = await run();
  assertEquals(code, 0);
  assertEquals(lines.filter((line) => line.includes("WRONG")), []);
  assertEquals(lines.filter((line) => line.length > 100), []);
  assertStringIncludes(lines.join("\n"), '["storage.shop.ovn.kubernetes.io/ip_address"]');
  assertStringIncludes(lines.at(-2) ?? "", "All as it must be");
  // Its reports lie where its last line says, and are of this run.
  const files = (lines.at(-1) ?? "").match(/build\/\S+\.html/g) ?? [];
  assertEquals(files, ["build/demo-backup.html", "build/demo-restore.html"]);
  for (
    const [index, title] of ["Preview of backup demo", "Preview of restore demo-copy from backup demo"]
      .entries()
  ) {
    const path = new URL(`../${files[index]}`, import.meta.url);
    assertStringIncludes(await Deno.readTextFile(path), `<title>${title}`);
    assertEquals((await Deno.stat(path)).mtime!.getTime() >= begun, true, "the file is of this run");
  }
});

Deno.test({ name: "the demo fails when a source is missing", ignore }, async () => {
  const { code, lines } = await run({ WORKLOADS_SOURCES: "vmgroup,cnpg" });
  assertEquals(code, 1);
  assertStringIncludes(
    lines.join("\n"),
    'WRONG: VirtualMachine web: both pod addresses: found undefined, expected "10.16.0.21,fd00:10:16::15"',
  );
});
