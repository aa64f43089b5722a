/** Whatever is wrong with the input of a preview: one clear text on stderr, exit code 2, and nothing written. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { alive, FLAGS, MAIN, until } from "../protocol/plugin.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { createFolder, ignore } from "./kit.ts";

const FILES: Readonly<Record<string, string>> = {
  "broken.yaml": 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "hunter2\n',
  "unknown.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n",
  "old.yaml": "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: d, namespace: n}\n",
  "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n",
  "empty.yaml": "# nothing\n",
  "backup.yaml":
    "apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b}\nspec: {labelSelector: {matchExpressions: [{key: a, operator: Like}]}}\n",
  "backup2.yaml": "apiVersion: velero.io/v2\nkind: Backup\nmetadata: {name: b}\n",
  "text.tar.gz": "hello",
  "kubeconfig": "apiVersion: v1\nkind: Config\nclusters: hunter2\n",
  "plugin.sh": "#!/bin/sh\necho hello\n",
};

const ROWS: readonly [args: readonly string[], said: string][] = [
  [
    ["backup", "broken.yaml"],
    'Cannot parse "broken.yaml", line 5, column 1: a closing quote or bracket, a comma or a colon is missing',
  ],
  [
    ["backup", "unknown.yaml"],
    '"unknown.yaml, document 1": the kind Widget of example.com/v1 is unknown. Add its',
  ],
  [
    ["backup", "old.yaml"],
    '"old.yaml, document 1": Deployment has no version apps/v1beta1. The known versions of apps are v1',
  ],
  [["backup", "empty.yaml"], '"empty.yaml" contains no Kubernetes object'],
  [["backup", "none.yaml"], 'Cannot read "none.yaml": there is no such file or folder'],
  [["backup", "pod.yaml", "--backup", "pod.yaml"], "is a Pod of v1; it must be a Backup of velero.io/v1"],
  [
    ["backup", "pod.yaml", "--backup", "backup2.yaml"],
    "is a Backup of velero.io/v2; it must be a Backup of velero.io/v1",
  ],
  [["backup", "pod.yaml", "--backup", "backup.yaml"], '"Like" is not a valid label selector operator'],
  [["backup", "pod.yaml", "--selector", "a in b"], "--selector: Cannot parse label selector"],
  [
    ["backup", "pod.yaml", "--archive", "../out.tar.gz"],
    'Cannot write "../out.tar.gz": it is not below the working',
  ],
  [["backup", "pod.yaml", "--archive", "none/out.tar.gz"], 'the folder "none/" does not exist'],
  [
    ["backup", "pod.yaml", "--output-file", "/tmp/report.txt"],
    'Cannot write "/tmp/report.txt": it is not below',
  ],
  [["backup", "pod.yaml", "--unknown"], "unknown option '--unknown'"],
  [["backup", "pod.yaml", "-o", "yaml"], "Allowed choices are text, json, html."],
  [["backup"], "no Kubernetes cluster is configured"],
  [["backup", "--kubeconfig", "none"], 'Cannot read the kubeconfig "none"'],
  [["backup", "--kubeconfig", "kubeconfig"], 'Cannot use kubeconfig "kubeconfig"'],
  [["backup", "pod.yaml", "--plugin", "./none"], 'Cannot find the plugin "./none"'],
  [["backup", "pod.yaml", "--plugin", "plugin.sh"], 'Unrecognized remote plugin message: "hello"'],
  [["backup", "pod.yaml", "--plugin", "pod.yaml"], '"pod.yaml" is no Velero plugin that runs here'],
  [["restore"], "Give exactly one of these: the archive of a backup, --backup NAME"],
  [
    ["restore", "text.tar.gz", "--backup", "b"],
    "Give exactly one of these: the archive of a backup, --backup NAME",
  ],
  [["restore", "--backup", "b", "--empty-target"], "no Kubernetes cluster is configured"],
  [
    ["restore", "none.tar.gz", "--empty-target"],
    'Cannot open the archive "none.tar.gz": there is no such file',
  ],
  [["restore", "text.tar.gz", "--empty-target"], '"text.tar.gz": Cannot read the archive: it is not gzip'],
  [["restore", "text.tar.gz", "--empty-target", "--target", "pod.yaml"], "cannot be used together"],
  [
    ["restore", "text.tar.gz", "--restore", "backup.yaml"],
    "is a Backup of velero.io/v1; it must be a Restore of",
  ],
  [["nothing"], "unknown command 'nothing'"],
];

Deno.test({ name: "preview: bad input is exit code 2, one text, and nothing written", ignore }, async (t) => {
  await using folder = await createFolder();
  for (const [name, content] of Object.entries(FILES)) await folder.write(name, content);
  await Deno.chmod(`${folder.path}/plugin.sh`, 0o755);
  const before = await folder.names();
  for (const [args, said] of ROWS) {
    await t.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await folder.preview(args);
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, said);
      assertEquals(stderr.includes("hunter2"), false, stderr);
      assertEquals(await folder.names(), before);
    });
  }
});

// Says where its process is, then nothing: as a plugin that hangs in its start.
const SILENT = '#!/bin/sh\necho $$ > "$HOME/pid"\nexec sleep 600\n';

Deno.test(
  { name: "preview: Ctrl-C ends it and the plugin that it started, and writes nothing", ignore },
  async () => {
    await using folder = await createFolder();
    await folder.write("pod.yaml", FILES["pod.yaml"] ?? "");
    await folder.write("silent", SILENT);
    await Deno.chmod(`${folder.path}/silent`, 0o755);
    await makeBundle();
    const main = new URL(`../../${MAIN}`, import.meta.url).pathname;
    const args = [
      ...FLAGS,
      main,
      "preview",
      "backup",
      "pod.yaml",
      "--plugin",
      "./silent",
      "--archive",
      "b.tar.gz",
    ];
    const watcher = Deno.watchFs(folder.path);
    const child = new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder.path,
      env: pluginEnvironment(folder.path, {}),
      clearEnv: true,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let pid = "";
    for await (const _ of watcher) {
      pid = await Deno.readTextFile(`${folder.path}/pid`).catch(() => "");
      if (pid.endsWith("\n")) break;
    }
    child.kill("SIGINT");
    const { code, stdout, stderr } = await child.output();
    assertEquals(new TextDecoder().decode(stderr), "Interrupted; nothing was written.\n");
    assertEquals([code, stdout.length], [130, 0]);
    assertEquals(await folder.names(), ["pid", "pod.yaml", "silent"]);
    await until(async () => !await alive(Number(pid)), "the plugin is gone");
  },
);

Deno.test({ name: "preview: manifests may come from standard input", ignore }, async () => {
  await using folder = await createFolder();
  await makeBundle();
  const main = new URL(`../../${MAIN}`, import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, main, "preview", "backup", "-", "-o", "json"],
    cwd: folder.path,
    env: pluginEnvironment(folder.path, {}),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(FILES["pod.yaml"] ?? ""));
  await writer.close();
  const { code, stdout } = await child.output();
  assertEquals(code, 0);
  const { items } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(items.map((item: { outcome: string }) => item.outcome), ["stored"]);
});

Deno.test({
  name: "preview: a stdout that cannot be written is told, one that nobody reads to its end is no failure",
  ignore,
}, async (t) => {
  await using folder = await createFolder();
  const big = Array.from(
    { length: 1000 },
    (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${index}, namespace: n}\n`,
  ).join("---\n");
  await folder.write("big.yaml", big);
  await makeBundle();
  const main = new URL(`../../${MAIN}`, import.meta.url).pathname;
  const rows: readonly [end: string, code: number, said: string][] = [
    ["> /dev/full", 2, "Cannot write to stdout: No space left on device"],
    ["| head -1 > /dev/null", 0, ""],
  ];
  for (const [end, code, said] of rows) {
    await t.step(end, async () => {
      const script = `set -o pipefail; "$@" ${end}`;
      const args = [...FLAGS, main, "preview", "backup", "big.yaml", "-o", "json"];
      const { code: found, stderr } = await new Deno.Command("bash", {
        args: ["-c", script, "bash", Deno.execPath(), ...args],
        cwd: folder.path,
        env: pluginEnvironment(folder.path, {}),
        clearEnv: true,
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertEquals([found, text.includes("    at ")], [code, false], text);
      assertStringIncludes(text, said);
    });
  }
});
