/** Executables behind `--plugin` that are no plugin, or a broken one, by the real process: a text with a remedy, and nothing written. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { createFolder, type Folder, ignore } from "./kit.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n";
const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\n";

async function program(folder: Folder, content: string, mode = 0o755): Promise<void> {
  await folder.write("plugin", `#!/bin/sh\n${content}\n`);
  await Deno.chmod(`${folder.path}/plugin`, mode);
}

// Only what has to be waited for has a bound, and one in which also a slow machine starts a shell.
const BOUND = ["--plugin-timeout", "5s"];

const ROWS: readonly [about: string, content: string, said: string, more?: readonly string[]][] = [
  ["says something else", "echo hello", 'Unrecognized remote plugin message: "hello"'],
  ["says nothing and ends", "exit 3", "plugin exited before we could connect"],
  [
    "ends with words",
    "echo 'libgcc_s.so.1: cannot open' >&2; exit 127",
    "its last words: libgcc_s.so.1: cannot open",
  ],
  ["says nothing and goes on", "exec sleep 600", "timeout while waiting for plugin to start", BOUND],
  [
    "is of another protocol",
    "echo '1|1|unix|/tmp/x|netrpc'; exec sleep 600",
    "is no Velero plugin that runs here",
  ],
  [
    "listens nowhere",
    'echo "1|2|unix|$HOME/none|grpc"; exec sleep 600',
    "is no Velero plugin that runs here: rpc error: code = Unavailable desc = No connection established",
  ],
];

const backup = (folder: Folder, ...more: string[]) =>
  folder.preview(["backup", "item.yaml", "--plugin", "./plugin", "--archive", "b.tar.gz", ...more]);

Deno.test(
  { name: "preview --plugin: what is no plugin is exit code 2, and nothing is written", ignore },
  async (t) => {
    await using folder = await createFolder();
    await folder.write("item.yaml", POD);
    for (const [about, content, said, more = []] of ROWS) {
      await t.step(about, async () => {
        await program(folder, content);
        const { code, stdout, stderr } = await backup(folder, ...more);
        assertEquals([code, stdout], [2, ""], stderr);
        assertStringIncludes(stderr, said);
        assertStringIncludes(stderr, './plugin"');
        assertEquals(await folder.names(), ["item.yaml", "plugin"]);
      });
    }
    await t.step("is not executable", async () => {
      await program(folder, "echo hello", 0o644);
      const { code, stderr } = await backup(folder);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, '"./plugin" is no Velero plugin that runs here');
    });
    await t.step("is a folder", async () => {
      const { code, stderr } = await folder.preview(["backup", "item.yaml", "--plugin", "."]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "is no Velero plugin that runs here");
    });
    await t.step("a time that is none", async () => {
      const { code, stderr } = await backup(folder, "--plugin-timeout", "soon");
      assertEquals(code, 2);
      assertStringIncludes(stderr, '--plugin-timeout: "soon" is not a duration');
    });
  },
);

Deno.test({
  name: "preview --plugin: one that does not answer is exit code 2, and nothing is written",
  ignore,
}, async () => {
  await using folder = await createFolder();
  await folder.write("item.yaml", POD);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await program(folder, `echo "1|2|tcp|127.0.0.1:${listener.addr.port}|grpc"; exec sleep 600`);
  const { code, stdout, stderr } = await backup(folder, ...BOUND);
  assertEquals([code, stdout], [2, ""], stderr);
  assertStringIncludes(stderr, 'Plugin "./plugin" did not answer within 5 s when asked for its actions');
  assertStringIncludes(stderr, "--plugin-timeout");
  assertEquals(await folder.names(), ["item.yaml", "plugin"]);
});

// One with an action that never ends, killed as soon as it says that this action begins.
const MORTAL = `mkfifo "$HOME/said"
"$DENO" run --quiet --allow-all --config "${ROOT}deno.json" "${ROOT}tests/protocol/entry.ts" --log-level debug 2>"$HOME/said" &
pid=$!
exec 3<"$HOME/said"
rm "$HOME/said"
while read -r line <&3; do
  case "$line" in *protocol.test/meet*) kill -9 $pid; exit 3;; esac
done`;

Deno.test({
  name: "preview --plugin: one that crashes in an action is exit code 2, and nothing is written",
  ignore,
}, async () => {
  await using folder = await createFolder();
  await folder.write("item.yaml", CONFIG_MAP);
  await program(folder, MORTAL);
  const { code, stdout, stderr } = await backup(folder);
  assertEquals([code, stdout], [2, ""], stderr);
  assertStringIncludes(
    stderr,
    'Plugin "./plugin" ended with exit code 3 when asked to run protocol.test/meet',
  );
  assertStringIncludes(stderr, "Find out why, or leave it out");
  assertEquals(await folder.names(), ["item.yaml", "plugin"]);
});
