/** `preview compare` as a process: the way from one plugin to another. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { anyReport } from "../../preview/report/schema.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { createFolder, ignore, MANIFESTS, TARGET } from "./kit.ts";

const FLAGS = ["--include-namespaces", "shop"];

Deno.test({ name: "preview compare: two plugins on one input, in backup and restore", ignore }, async (t) => {
  await using folder = await createFolder();
  const plugin = await bundledPlugin();
  // The same executable without a source, as a plugin to move away from.
  await folder.write("poorer.sh", `#!/bin/sh\nWORKLOADS_SOURCES=superphenix exec ${plugin} "$@"\n`);
  await Deno.chmod(`${folder.path}/poorer.sh`, 0o755);
  await t.step("the same plugin twice differs in nothing", async () => {
    const { code, stdout, stderr } = await folder.preview([
      "compare",
      "backup",
      MANIFESTS,
      ...FLAGS,
      "--plugin",
      "own",
      "--plugin",
      plugin,
    ]);
    assertEquals([code, stderr], [0, ""], stdout);
    assertEquals(stdout.split("\n").slice(0, 2), ["first:  own", `second: ${plugin}`]);
    assertStringIncludes(stdout, " items; no difference\n");
  });
  await t.step("what another plugin does not do is shown, and is exit code 1", async () => {
    const { code, stdout } = await folder.preview([
      "compare",
      "backup",
      MANIFESTS,
      ...FLAGS,
      "--plugin",
      "./poorer.sh",
      "--plugin",
      "own",
      "-o",
      "json",
    ]);
    assertEquals(code, 1);
    v.parse(anyReport, JSON.parse(stdout));
    const { plugins, differences } = JSON.parse(stdout);
    assertEquals(plugins, ["./poorer.sh", "own"]);
    const cluster = differences.find(({ item }: { item: { resource: string } }) =>
      item.resource === "clusters"
    );
    assertEquals(cluster.outcomes, ["stored", "stored"]);
    assertEquals(Object.keys(cluster.changes[0].after), [
      "velero-cnpg/serverName",
      "velero-cnpg/current-backup-id",
    ]);
  });
  await t.step("a restore, with what actions write", async () => {
    const made = await folder.preview(["backup", MANIFESTS, ...FLAGS, "--archive", "b.tar.gz"]);
    assertEquals(made.code, 0, made.stderr);
    const args = [
      "compare",
      "restore",
      "b.tar.gz",
      "--target",
      TARGET,
      "--namespace-mappings",
      "shop:shop-copy",
    ];
    const { code, stdout } = await folder.preview([...args, "--plugin", "./poorer.sh", "--plugin", "own"]);
    assertEquals(code, 1);
    assertStringIncludes(
      stdout,
      "  configmaps shop-copy/cnpg-velero-override: absent by the first, written by the second\n",
    );
  });
  await t.step("one plugin is bad input", async () => {
    const { code, stdout, stderr } = await folder.preview([
      "compare",
      "backup",
      MANIFESTS,
      "--plugin",
      "own",
    ]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "compare takes two plugins");
  });
});
