/** Follows docs/add-an-action.md block by block in a copy of the repository. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { filesOf } from "../packaging/rename_owner.ts";
import { pluginEnvironment } from "./kit/plugin_environment.ts";
import { ignore as notGranted } from "./protocol/plugin.ts";

const ROOT = new URL("../", import.meta.url);
const ignore = notGranted || Deno.permissions.querySync({ name: "write" }).state !== "granted";

/** What the guide tells the reader to do, in its order. */
type Step =
  | { readonly is: "file" | "edit"; readonly path: string; readonly text: string }
  | { readonly is: "run"; readonly commands: readonly string[] };

function stepsOf(guide: string): Step[] {
  // A file or an edit is announced by the paragraph in front of its block.
  const blocks = guide.matchAll(/(?:^(File|In) `([^`]+)`[^\n]*\n\n)?^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].map(([, word, path = "", language, text = ""]): Step => {
    if (word === "File") return { is: "file", path, text };
    if (word === "In" && language === "diff") return { is: "edit", path, text };
    if (language === "sh") return { is: "run", commands: text.trimEnd().split("\n") };
    throw new Error(`a block that is neither file, edit nor command: ${text.slice(0, 60)}`);
  });
}

/** A text with the lines of a diff added: behind the line that stands above them in the diff, or in front of the one below. */
function edited(text: string, diff: string): string {
  const lines = text.split("\n");
  let at = 0;
  let added: string[] = [];
  for (const line of diff.trimEnd().split("\n")) {
    if (line.startsWith("+")) {
      added.push(line.slice(1));
      continue;
    }
    if (line === "...") continue;
    const found = lines.indexOf(line.slice(1), at);
    if (found < 0) throw new Error(`the diff's line ${JSON.stringify(line.slice(1))} is not there`);
    lines.splice(found, 0, ...added);
    at = found + added.length + 1;
    added = [];
  }
  assertEquals(added, [], "a line stands behind what is added");
  return lines.join("\n");
}

/** A copy of the repository without its history and what is built. */
async function copyOfRepository() {
  const folder = await Deno.makeTempDir({ prefix: "add-an-action-" });
  const root = new URL(`file://${folder}/`);
  for (const file of filesOf(ROOT)) {
    const target = new URL(file, root);
    await Deno.mkdir(new URL(".", target), { recursive: true });
    await Deno.copyFile(new URL(file, ROOT), target);
  }
  return { folder, root, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

async function shell(folder: string, command: string): Promise<string> {
  const env = { ...Deno.env.toObject(), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
  const line = command.replace(/^deno /, `'${Deno.execPath()}' `);
  const { success, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line], cwd: folder, env })
    .output();
  const [text = "", complaint = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(success, true, `${command}: ${text}${complaint}`);
  return text;
}

Deno.test(
  { name: "docs/add-an-action.md: a source that is made by following it works", ignore },
  async (t) => {
    await using copy = await copyOfRepository();
    const { folder, root } = copy;
    const said: string[] = [];
    for (const step of stepsOf(await Deno.readTextFile(new URL("docs/add-an-action.md", ROOT)))) {
      if (step.is === "run") {
        for (const command of step.commands) {
          await t.step(command, async () => void said.push(await shell(folder, command)));
        }
        continue;
      }
      await t.step(`${step.is} ${step.path}`, async () => {
        const url = new URL(step.path, root);
        await Deno.mkdir(new URL(".", url), { recursive: true });
        const text = step.is === "file" ? step.text : edited(await Deno.readTextFile(url), step.text);
        await Deno.writeTextFile(url, text);
      });
    }
    const [tests = "", , preview = ""] = said;
    await t.step("its tests have run, and the preview shows what the action added", () => {
      assertStringIncludes(tests, "4 passed");
      assertStringIncludes(preview, "web-tls");
      assertStringIncludes(preview, "example.com/backup-certificate");
    });
    await t.step("format and types", async () => {
      await shell(folder, "deno fmt --check actions docs/settings.md");
      await shell(folder, "deno check --quiet main.ts actions");
    });
    await t.step("the generated files have it", async () => {
      assertStringIncludes(
        await Deno.readTextFile(new URL("docs/settings.md", root)),
        "`certificates.secrets`",
      );
      const names = await Deno.readTextFile(new URL("actions/action_names.json", root));
      assertStringIncludes(names, "example.com/backup-certificate");
    });
    await t.step("over the wire, as Velero calls it", () => callOverTheWire(folder));
  },
);

async function callOverTheWire(folder: string): Promise<void> {
  // Loaded here, because gRPC reads the environment at once.
  const { startPlugin } = await import("../preview/host/plugin.ts");
  await Deno.writeTextFile(
    `${folder}/launcher`,
    `#!/bin/sh\nexec "$DENO" run -A '${folder}/main.ts' "$@"\n`,
    {
      mode: 0o755,
    },
  );
  const plugin = await startPlugin({ path: `${folder}/launcher`, env: pluginEnvironment(folder, {}) });
  try {
    const listed = (await plugin.list()).map(({ kind, name }) => `${kind} ${name}`);
    assertEquals(listed.filter((one) => one.includes("example.com")), [
      "BackupItemAction example.com/backup-certificate",
    ]);
    const item = {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "web", namespace: "shop" },
      spec: { secretName: "web-tls" },
    };
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const run = encode({ metadata: { name: "b", namespace: "velero" }, spec: {} });
    const request = { item: encode(item), run };
    const answer = await plugin.execute("BackupItemAction", "example.com/backup-certificate", request);
    assertEquals(JSON.parse(new TextDecoder().decode(answer.item)), item);
    assertEquals(answer.additionalItems, [
      { group: "", resource: "secrets", namespace: "shop", name: "web-tls" },
    ]);
  } finally {
    assertEquals(await plugin.stop(), true);
  }
}
