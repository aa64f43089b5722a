/** What Velero would fail as a whole is in the report, in each of its forms, and the exit code is 1. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import { object } from "../../preview/testing/world.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { createFolder, ignore } from "./kit.ts";

const POD = `apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\n`;
const MIXED = `apiVersion: velero.io/v1\nkind: Backup\nmetadata: { name: b }\nspec:
  includedResources: [pods]
  includedNamespaceScopedResources: [secrets]\n`;
const WHY = "spec.includedResources and spec.includedNamespaceScopedResources cannot be used together";

Deno.test({ name: "preview: what fails the whole run is in the report", ignore }, async (t) => {
  await using folder = await createFolder();
  await folder.write("pod.yaml", POD);
  await folder.write("backup.yaml", MIXED);
  const backup = ["backup", "pod.yaml", "--backup", "backup.yaml"];
  await t.step("text, and no archive is written", async () => {
    const { code, stdout, stderr } = await folder.preview([...backup, "--archive", "b.tar.gz"]);
    assertEquals([code, stderr], [1, ""]);
    assertStringIncludes(stdout.replaceAll(/\s+/g, " "), `Velero would fail this whole backup: ${WHY}.`);
    assertEquals(await folder.names(), ["backup.yaml", "pod.yaml"]);
  });
  await t.step("JSON", async () => {
    const { code, stdout, stderr } = await folder.preview([...backup, "-o", "json"]);
    assertEquals([code, stderr], [1, ""]);
    const { failure, verdict, errors } = JSON.parse(stdout);
    assertEquals([failure, verdict], [WHY, "fails"]);
    assertEquals(errors, [{ text: `Velero would fail the whole backup: ${WHY}` }]);
  });
  await t.step("HTML", async () => {
    const { code, stderr } = await folder.preview([...backup, "-o", "html", "--output-file", "b.html"]);
    assertEquals([code, stderr], [1, ""]);
    assertStringIncludes(await Deno.readTextFile(`${folder.path}/b.html`), WHY);
  });
  await t.step("a comparison", async () => {
    const plugins = ["--plugin", "own", "--plugin", await bundledPlugin(), "-o", "json"];
    const { code, stdout, stderr } = await folder.preview(["compare", ...backup, ...plugins]);
    assertEquals([code, stderr], [1, ""]);
    assertEquals(JSON.parse(stdout).failures, [WHY, WHY]);
  });
});

const RESTORE = (spec: string) =>
  `apiVersion: velero.io/v1\nkind: Restore\nmetadata: { name: r }\nspec: { ${spec} }\n`;

const LIVE: readonly [about: string, spec: string, said: string][] = [
  [
    "resource policies that are not there",
    "resourcePolicy: { kind: configmap, name: p }",
    'namespace "velero" has no ConfigMap "p", which spec.resourcePolicy names',
  ],
  [
    "resource modifiers that are not there",
    "resourceModifier: { kind: configmap, name: p }",
    'namespace "velero" has no ConfigMap "p", which spec.resourceModifier names',
  ],
  [
    "resource modifiers that are wrong",
    "resourceModifier: { kind: configmap, name: wrong }",
    'the resource modifiers in ConfigMap "wrong" are invalid: version is "v2", but must be "v1"',
  ],
  [
    "resource policies that are wrong",
    "resourcePolicy: { kind: configmap, name: wrong }",
    'the resource policies in ConfigMap "wrong" are invalid: version is "v2", but must be "v1"',
  ],
];

Deno.test({ name: "preview restore: what fails the whole restore is in the report", ignore }, async (t) => {
  await using folder = await createFolder();
  await folder.write("pod.yaml", POD);
  assertEquals((await folder.preview(["backup", "pod.yaml", "--archive", "b.tar.gz"])).code, 0);
  const wrong = object("v1", "ConfigMap", "velero/wrong", { data: { a: "version: v2\n" } });
  const served = serveCluster(createMemoryCluster({ objects: [wrong] }));
  try {
    await folder.write("kubeconfig", served.kubeconfig());
    for (const [about, spec, said] of LIVE) {
      await t.step(about, async () => {
        await folder.write("restore.yaml", RESTORE(spec));
        const args = [
          "restore",
          "b.tar.gz",
          "--restore",
          "restore.yaml",
          "--kubeconfig",
          "kubeconfig",
          "-o",
          "json",
        ];
        const { code, stdout, stderr } = await folder.preview(args);
        assertEquals([code, stderr], [1, ""], stdout);
        assertEquals(JSON.parse(stdout).failure, said);
      });
    }
  } finally {
    await served.close();
  }
});
