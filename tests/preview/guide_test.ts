/** The commands in docs/preview.md are run, and say what the guide shows. */

import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { readObjects } from "../../cluster/memory/read_objects.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import { object } from "../../preview/testing/world.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { createFolder, type Folder, ignore, withDownloads } from "./kit.ts";

const PAGE = new URL("../../docs/preview.md", import.meta.url);
const SAMPLES = new URL("../../examples/preview/", import.meta.url).pathname;
const PROGRAM = "velero-plugin-for-workloads";
const BACKUP = "nightly-20261124020000";

/** A command with what the guide shows of its output, and its exit code: `# exit code 1` behind it. */
interface Shown {
  readonly command: string;
  readonly code: number;
  readonly texts: string[];
}

/** The commands of the guide that run this program; a block of text belongs to the last one before it. */
function readGuide(page: string): Shown[] {
  const commands: Shown[] = [];
  for (const [, kind, content = ""] of page.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)) {
    if (kind === "text") {
      commands.at(-1)?.texts.push(content);
      continue;
    }
    for (const line of content.replaceAll("\\\n", " ").split("\n")) {
      const [command = "", comment = ""] = line.split(/\s+# ?/);
      if (!command.startsWith(`${PROGRAM} `)) continue;
      commands.push({ command, code: Number(/exit code (\d+)/.exec(comment)?.[1] ?? 0), texts: [] });
    }
  }
  return commands;
}

// Times, and names that are made of them, differ from run to run; the formatter of the guide takes indents away.
const plain = (text: string) =>
  text.replaceAll(/\d+\.\d ms/g, "T ms").replaceAll(/(?<=orders-)\d{8}-\d{6}/g, "T").replaceAll(/^ +/gm, "");

/** The parts between lines with dots stand in the output, one behind the other. */
function assertShows(output: string, text: string): void {
  let from = 0;
  for (const part of plain(text).split(/^…\n/m)) {
    const rest = plain(output).slice(from);
    assertStringIncludes(`\n${rest}`, part);
    from += rest.indexOf(part) + part.length;
  }
}

const velero = (kind: string, name: string, rest: JsonObject) =>
  object("velero.io/v1", kind, `velero/${name}`, rest);

const LIVE: readonly JsonObject[] = [
  velero("Schedule", "nightly", { spec: {} }),
  velero("Schedule", "weekly", { spec: {} }),
  velero("BackupStorageLocation", "default", { spec: {} }),
  velero("Backup", BACKUP, {
    metadata: { labels: { "velero.io/schedule-name": "nightly" } },
    spec: { storageLocation: "default" },
    status: { phase: "Completed", startTimestamp: "2026-11-24T02:00:00Z" },
  }),
];

async function prepare(folder: Folder): Promise<void> {
  for (const name of ["shop.yaml", "now.yaml"]) {
    await folder.write(name, await Deno.readTextFile(`${SAMPLES}${name}`));
  }
  const plugin = await bundledPlugin();
  await Deno.mkdir(`${folder.path}/bin`);
  await folder.write(`bin/${PROGRAM}`, `#!/bin/sh\nexec ${plugin} "$@"\n`);
  // A plugin that does less than ours.
  await folder.write("other-plugin", `#!/bin/sh\nWORKLOADS_SOURCES=superphenix exec ${plugin} "$@"\n`);
  for (const name of [`bin/${PROGRAM}`, "other-plugin"]) await Deno.chmod(`${folder.path}/${name}`, 0o755);
}

Deno.test({ name: "docs/preview.md: its commands run and say what it shows", ignore }, async (t) => {
  await using folder = await createFolder();
  await prepare(folder);
  await using store = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async () => new Response(await Deno.readFile(`${folder.path}/nightly.tar.gz`)),
  );
  const cluster = createMemoryCluster({ objects: [...await readObjects(`${SAMPLES}now.yaml`), ...LIVE] });
  const served = serveCluster(withDownloads(cluster, () => `http://127.0.0.1:${store.addr.port}/b`));
  try {
    await folder.write("kubeconfig", served.kubeconfig());
    const commands = readGuide(await Deno.readTextFile(PAGE));
    assertGreater(commands.length, 8);
    const base = pluginEnvironment(folder.path, { KUBECONFIG: `${folder.path}/kubeconfig` });
    const env = { ...base, PATH: `${folder.path}/bin:${base.PATH}` };
    for (const { command, code, texts } of commands) {
      await t.step(command, async () => {
        const said = await new Deno.Command("sh", {
          args: ["-c", command],
          cwd: folder.path,
          env,
          clearEnv: true,
        })
          .output();
        const [stdout, stderr] = [said.stdout, said.stderr].map((bytes) => new TextDecoder().decode(bytes));
        assertEquals(said.code, code, `${stdout}${stderr}`);
        // What the program says only in another world is shown where no command can be run for it.
        for (const text of texts.filter((text) => !text.includes("widgets.example.com"))) {
          assertShows(stdout ?? "", text);
        }
      });
    }
    const made = ["backup.json", "nightly.tar.gz", "restore.html"];
    assertEquals((await folder.names()).filter((name) => made.includes(name)), made);
    const writes = served.requests().filter((request) => !request.startsWith("GET "));
    assertEquals(writes.filter((request) => !request.includes("/downloadrequests")), []);
  } finally {
    await served.close();
  }
});
