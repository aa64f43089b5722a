/** What a report must never hold or do, in each of its forms: values of Secrets, and whatever a terminal or a browser would obey. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { anyReport } from "../../preview/report/schema.ts";
import { visible } from "../../preview/report/visible.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { createFolder, ignore } from "./kit.ts";

const FORMS = ["text", "json", "html"] as const;
const MARK = "hunter2-marker";
const COPY = "kubectl.kubernetes.io/last-applied-configuration";

const secret = (value: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "s",
    namespace: "n",
    labels: { "velero-test": value.slice(-1) },
    annotations: { [COPY]: value },
  },
  data: { a: btoa(value), [`key-of-${value.slice(-1)}`]: btoa(value) },
  stringData: { b: value },
  ...more,
});
const template = (value: string) => ({
  apiVersion: "template.openshift.io/v1",
  kind: "Template",
  metadata: { name: "t", namespace: "n" },
  objects: [secret(value)],
});

// A user's rules that change a Secret, and one that fails at it.
const RULES = `version: v1
resourceModifierRules:
- conditions: {groupResource: secrets}
  patches:
  - {operation: replace, path: /data/a, value: "${btoa(`${MARK}-5`)}"}
- conditions: {groupResource: secrets}
  patches:
  - {operation: test, path: /data/a, value: "${MARK}-6"}
- conditions: {groupResource: secrets}
  mergePatches:
  - patchData: '{"stringData":{"c":"${MARK}-7"}}'
`;
const MODIFIERS = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "rules", namespace: "velero" },
  data: { "rules.yaml": RULES },
};

Deno.test({ name: "preview: values of Secrets are in no report, that they differ is", ignore }, async (t) => {
  await using folder = await createFolder();
  const files = {
    "source.json": [secret(`${MARK}-1`), template(`${MARK}-2`)],
    "target.json": [secret(`${MARK}-3`), template(`${MARK}-4`), MODIFIERS],
  };
  for (const [name, items] of Object.entries(files)) {
    await folder.write(name, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  }
  await folder.write(
    "poorer.sh",
    `#!/bin/sh\nWORKLOADS_SOURCES=superphenix exec ${await bundledPlugin()} "$@"\n`,
  );
  await Deno.chmod(`${folder.path}/poorer.sh`, 0o755);
  const made = await folder.preview(["backup", "source.json", "--archive", "b.tar.gz"]);
  assertEquals([made.code, made.stdout.includes(MARK)], [0, false]);
  const restore = ["restore", "b.tar.gz", "--target", "target.json"];
  const modified = [...restore, "--resource-modifier-configmap", "rules"];
  const runs: readonly [string, readonly string[], string][] = [
    ["a backup", ["backup", "source.json"], ""],
    ["a restore beside another Secret", restore, "(hidden)"],
    [
      "a restore with rules that change it",
      [...modified, "--existing-resource-policy", "update"],
      "(hidden)",
    ],
    ["a restore into nothing", [...restore.slice(0, 2), "--empty-target"], ""],
    ["a comparison", ["compare", ...modified, "--plugin", "own", "--plugin", "./poorer.sh"], ""],
  ];
  for (const [name, args, shown] of runs) {
    for (const form of FORMS) {
      await t.step(`${name}, ${form}`, async () => {
        const { code, stdout, stderr } = await folder.preview([...args, "-o", form]);
        assertEquals(code <= 1, true, stderr);
        assertStringIncludes(stdout, shown);
        for (const text of [stdout, stderr]) {
          assertEquals(text.includes(MARK), false, "the value");
          assertEquals(text.includes(btoa(MARK).slice(0, 16)), false, "the value in base 64");
        }
      });
    }
  }
});

// Without a slash, which is no part of a name in an archive.
const EVIL = "\u001b[2J\u009b31m\u202egnp\u0007<script>alert(1)<img src=x onerror=alert(2)>";

Deno.test({ name: "preview: no report obeys what names and annotations say", ignore }, async (t) => {
  await using folder = await createFolder();
  const pod = (value: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `p${EVIL}`,
      namespace: `n${EVIL}`,
      annotations: { [EVIL]: `${value}${EVIL}` },
      labels: { a: EVIL },
    },
  });
  await folder.write("source.json", JSON.stringify(pod("1")));
  await folder.write("target.json", JSON.stringify(pod("2")));
  const made = await folder.preview(["backup", "source.json", "--archive", "b.tar.gz"]);
  assertEquals(made.code, 0, made.stderr);
  for (const form of FORMS) {
    await t.step(form, async () => {
      const args = ["restore", "b.tar.gz", "--target", "target.json", "--name", `r${EVIL}`, "-o", form];
      const { code, stdout, stderr } = await folder.preview(args);
      assertEquals([code, stderr], [0, ""]);
      // With line breaks aside, nothing is left that is not seen.
      const line = stdout.replaceAll("\n", "");
      assertEquals(visible(line) === line, true);
      if (form === "html") assertEquals(stdout.match(/<img|<script>alert/g), null);
      if (form === "json") {
        const report = v.parse(anyReport, JSON.parse(stdout));
        const names = report.kind === "RestorePreview" ? report.items.map(({ item }) => item.name) : [];
        assertEquals(names, [`n${EVIL}`, `p${EVIL}`]);
      } else assertStringIncludes(stdout.replaceAll(/\n\s+/g, ""), "\\u{1b}[2J\\u{9b}31m\\u{202e}gnp\\u{7}");
    });
  }
  await t.step("what is said on stderr", async () => {
    const { code, stdout, stderr } = await folder.preview(["backup", `none${EVIL}`]);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(visible(stderr.trimEnd()), stderr.trimEnd());
  });
});
