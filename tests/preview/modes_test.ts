/** `preview backup` and `preview restore` as processes, with our own actions and with a plugin executable. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import type { ItemReport, RunReport } from "../../preview/report/report.ts";
import { anyReport } from "../../preview/report/schema.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { createFolder, type Folder, ignore, MANIFESTS, TARGET } from "./kit.ts";

const BACKUP = ["backup", MANIFESTS, "--include-namespaces", "shop", "-o", "json"];
const RESTORE = [
  "restore",
  "b.tar.gz",
  "--target",
  TARGET,
  "--namespace-mappings",
  "shop:shop-copy",
  "-o",
  "json",
];
async function report(folder: Folder, args: readonly string[]): Promise<RunReport> {
  const { code, stdout, stderr } = await folder.preview(args);
  assertEquals([code, stderr], [0, ""], stdout);
  // Every report that is looked at here is of the documented form.
  v.parse(anyReport, JSON.parse(stdout));
  return JSON.parse(stdout);
}

const place = ({ item }: ItemReport) => `${item.resource}.${item.group} ${item.namespace}/${item.name}`;

// What an action did, without times, which differ, and names that are made of them.
const deeds = ({ items }: RunReport) =>
  items.map((item) => ({
    place: place(item),
    outcome: item.outcome,
    reason: item.reason,
    steps: item.steps.map(({ action, changes, effects, remarks = [] }) => [
      action,
      // Names that are made of times are in them.
      remarks.map(({ level, text }) => `${level} ${text.replaceAll(/\d{8}-\d{6}/g, "")}`),
      changes.map(({ path }) => path.join(".")).sort(),
      (effects ?? []).map(({ verb, item }) => `${verb} ${item.namespace}/${item.name}`),
    ]),
  }));

Deno.test({ name: "preview: a backup of manifests and its restore under another name", ignore }, async () => {
  await using folder = await createFolder();
  const backup = await report(folder, [...BACKUP, "--archive", "b.tar.gz"]);
  assertEquals(backup.items.map(({ outcome }) => outcome), backup.items.map(() => "stored"));
  const cluster = backup.items.find((item) => place(item) === "clusters.postgresql.cnpg.io shop/orders");
  assertEquals(cluster?.steps.map(({ action }) => action), ["replicated.com/cnpg-backup-plugin"]);
  assertEquals(await folder.names(), ["b.tar.gz"]);

  const restore = await report(folder, RESTORE);
  assertEquals([...new Set(restore.items.map(({ outcome }) => outcome))].sort(), ["created", "skipped"]);
  const generated = restore.items.find((item) => place(item) === "secrets. shop/catalog-dockercfg-x7k2p");
  assertEquals(generated?.outcome, "skipped");
  assertEquals([
    ...new Set(restore.items.filter(({ item }) => item.namespace === "shop").map(({ target }) => target)),
  ], ["shop-copy"]);
  assertEquals(restore.items.length, backup.items.length);
  const recovered = restore.items.find((item) => place(item) === "clusters.postgresql.cnpg.io shop/orders");
  assertEquals(
    recovered?.steps.flatMap(({ effects = [] }) =>
      effects.map(({ verb, item, changes }) => [
        `${verb} ${item.resource} ${item.namespace}/${item.name}`,
        changes.flatMap(({ after }) => Object.keys((after as { data?: object }).data ?? {})).sort(),
      ])
    ),
    [["apply configmaps shop-copy/cnpg-velero-override", ["read_from_server_name", "write_to_server_name"]]],
  );
});

Deno.test(
  { name: "preview --plugin: over the wire an executable does what it does in this process", ignore },
  async () => {
    await using folder = await createFolder();
    const own = await report(folder, [...BACKUP, "--archive", "b.tar.gz"]);
    const plugin = ["--plugin", await bundledPlugin()];
    assertEquals(deeds(await report(folder, [...BACKUP, ...plugin])), deeds(own));
    // The write to the cluster as well: it was asked of a server that only records.
    assertEquals(deeds(await report(folder, [...RESTORE, ...plugin])), deeds(await report(folder, RESTORE)));
  },
);

Deno.test({
  name: "preview --plugin: two that register the same action are refused, as Velero refuses (protocol 2.6)",
  ignore,
}, async () => {
  await using folder = await createFolder();
  const { code, stdout, stderr } = await folder.preview([
    ...BACKUP,
    "--plugin",
    "own",
    "--plugin",
    await bundledPlugin(),
    "--archive",
    "b.tar.gz",
  ]);
  assertEquals([code, stdout, await folder.names()], [2, "", []]);
  assertStringIncludes(stderr, 'Both "');
  assertStringIncludes(
    stderr,
    "BackupItemAction kubevirt-velero-plugin/backup-datasource-action, so Velero would not start",
  );
});

const FAILING = `apiVersion: v1
kind: Namespace
metadata: {name: n}
---
apiVersion: vmoperator.vmware.com/v1alpha5
kind: VirtualMachineGroup
metadata: {name: g, namespace: n}
spec: {bootOrder: [{members: [{kind: VirtualMachine, name: gone}]}]}
`;

Deno.test(
  { name: "preview --output-file: the report is in the file, and nothing on stdout", ignore },
  async () => {
    await using folder = await createFolder();
    const { code, stdout, stderr } = await folder.preview([...BACKUP, "--output-file", "report.json"]);
    assertEquals([code, stdout, stderr, await folder.names()], [0, "", "", ["report.json"]]);
    const written = v.parse(anyReport, JSON.parse(await Deno.readTextFile(`${folder.path}/report.json`)));
    assertEquals([written.kind, written.run], ["BackupPreview", { namespace: "velero", name: "preview" }]);
  },
);

Deno.test({ name: "preview --color: never by itself where no terminal reads it", ignore }, async () => {
  await using folder = await createFolder();
  await folder.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n");
  for (
    const [args, coloured] of [[[], false], [["--color", "never"], false], [
      ["--color", "always"],
      true,
    ]] as const
  ) {
    const { code, stdout } = await folder.preview(["backup", "pod.yaml", ...args], { NO_COLOR: "" });
    assertEquals([code, stdout.includes("\u001b[")], [0, coloured], stdout);
  }
});

Deno.test({
  name: "preview: exit code 1 for what would fail, with --fail-on warning for warnings too",
  ignore,
}, async (t) => {
  await using folder = await createFolder();
  await folder.write("group.yaml", FAILING);
  await folder.write(
    "settings.yaml",
    `apiVersion: v1
kind: ConfigMap
metadata:
  name: s
  namespace: velero
  labels: {velero.io/plugin-config: "", velero-plugin-for-workloads: ""}
data: {vmgroup.vm-dependencies: perhaps}
`,
  );
  const rows: readonly [args: string[], code: number, said: string][] = [
    [["group.yaml"], 0, "was not found in the cluster"],
    [["group.yaml", "--fail-on", "warning"], 1, "was not found in the cluster"],
    [["group.yaml", "settings.yaml"], 1, 'vmgroup.vm-dependencies is "perhaps"'],
  ];
  for (const [args, expected, said] of rows) {
    await t.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await folder.preview(["backup", ...args]);
      assertEquals([code, stderr], [expected, ""], stdout);
      assertStringIncludes(stdout.replaceAll(/\s+/g, " "), said);
    });
  }
});
