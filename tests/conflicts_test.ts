import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bundledPlugin } from "./kit/bundled_plugin.ts";
import { pluginEnvironment } from "./kit/plugin_environment.ts";
import { ignore } from "./protocol/plugin.ts";

/** A plugin folder with these files; `null` as text is a link to nothing. */
async function pluginFolder(files: Readonly<Record<string, { text: string | null; mode?: number }>>) {
  const dir = await Deno.makeTempDir({ prefix: "conflicts-" });
  for (const [name, { text, mode = 0o755 }] of Object.entries(files)) {
    const path = `${dir}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (text === null) await Deno.symlink("/no/such/file", path);
    else await Deno.writeTextFile(path, text, { mode });
  }
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** Runs `actions --conflicts` as a user does: our launcher, which is none of the folder's files. */
async function conflicts(dir: string, ...args: string[]) {
  const home = await Deno.makeTempDir({ prefix: "conflicts-home-" });
  const { code, stdout, stderr } = await new Deno.Command(await bundledPlugin(), {
    args: ["actions", "--conflicts", dir, ...args],
    clearEnv: true,
    env: pluginEnvironment(home, {}),
  }).output();
  await Deno.remove(home, { recursive: true });
  const [text = "", complaint = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, text, complaint };
}

/** Our own launcher with some of the sources: a plugin of the real protocol that registers known names. */
const launcher = async (sources: string) =>
  `#!/bin/sh\nWORKLOADS_SOURCES=${sources} exec ${await bundledPlugin()} "$@"\n`;

Deno.test({
  name:
    "actions --conflicts names what clashes, what is no plugin and what Velero passes over (protocol 1.8)",
  ignore,
}, async () => {
  await using folder = await pluginFolder({
    "deep/superphenix": { text: await launcher("superphenix") },
    "gone": { text: null },
    "libgcc_s.so.1": { text: "library", mode: 0o644 },
    "script.sh": { text: "#!/bin/sh\necho hello\n" },
  });
  const { dir } = folder;
  const { code, text, complaint } = await conflicts(dir);
  assertEquals([code, complaint], [1, ""]);
  const lines = text.trimEnd().split("\n");
  assertEquals(lines.slice(0, 3), [
    `${dir}/deep/superphenix registers 2 of our actions. Remove it (velero plugin remove IMAGE):`,
    "  BackupItemAction superphenix.net/backup-virtualmachine",
    "  RestoreItemAction superphenix.net/restore-virtualmachine",
  ]);
  assertMatch(lines[3] ?? "", new RegExp(`^${dir}/gone is no plugin\\. Velero does not start with it: .+`));
  assertEquals(lines[4], `${dir}/libgcc_s.so.1 is not executable. Velero passes over it.`);
  assertStringIncludes(lines[5] ?? "", `${dir}/script.sh is no plugin. Velero does not start with it: `);
  assertStringIncludes(lines[5] ?? "", "hello");
  assertEquals(lines.length, 6);
});

Deno.test(
  { name: "actions --conflicts: a folder without conflict ends with 0, also as JSON", ignore },
  async () => {
    await using folder = await pluginFolder({ "notes.txt": { text: "x", mode: 0o600 } });
    assertEquals(await conflicts(folder.dir), {
      code: 0,
      text: `${folder.dir}/notes.txt is not executable. Velero passes over it.\n` +
        `Nothing in ${folder.dir} registers an action of ours.\n`,
      complaint: "",
    });
    const { code, text } = await conflicts(folder.dir, "-o", "json");
    assertEquals([code, JSON.parse(text)], [0, [{ file: `${folder.dir}/notes.txt`, is: "passed over" }]]);
  },
);

Deno.test({ name: "actions --conflicts: what is no folder ends with 2", ignore }, async () => {
  assertEquals(await conflicts("/no/such/folder"), {
    code: 2,
    text: "",
    complaint: '"/no/such/folder" is not a folder\n',
  });
});
