import { assertEquals, assertMatch } from "@std/assert";
import { pluginLister } from "../../grpc/services.ts";
import { ignore, MAIN, run, start } from "./plugin.ts";

const decoder = new TextDecoder();

const V1 = ["BackupItemAction", "RestoreItemAction", "DeleteItemAction"];
const V2 = [
  "BackupItemAction",
  "BackupItemActionV2",
  "RestoreItemAction",
  "RestoreItemActionV2",
  "DeleteItemAction",
];
const ALL = [...V2, "ItemBlockAction"];
const SHORT = ["--log-level", "info"];

Deno.test(
  { name: "without the cookie: a text on stderr, nothing on stdout, exit code 1 (protocol 1.3, C2)", ignore },
  async () => {
    for (const args of [[], ["--log-level", "debug"], ["-h"]]) {
      const { code, stdout, stderr } = await run(MAIN, args);
      assertEquals([code, decoder.decode(stdout)], [1, ""]);
      assertMatch(decoder.decode(stderr), /^This is a plugin for Velero.* not meant to be run by hand/);
    }
  },
);

Deno.test({ name: "with the cookie it serves, even when a command is named", ignore }, async () => {
  await using plugin = await start({ entry: MAIN, args: ["version"] });
  assertMatch(plugin.line, /^1\|2\|unix\|\/.*\/plugin[^/|]+\|grpc\|$/);
});

Deno.test({ name: "another value of the cookie is none (protocol 1.2)", ignore }, async () => {
  const { code, stdout } = await run(MAIN, [], { VELERO_PLUGIN: "hallo" });
  assertEquals([code, decoder.decode(stdout)], [1, ""]);
});

Deno.test({ name: "unknown flags of the server are ignored (protocol 1.1, C2)", ignore }, async () => {
  const args = [
    "--uploader-type=kopia",
    "--features=",
    "--plugin-dir",
    "/plugins",
    "--bool",
    "--log-level=warning",
  ];
  await using plugin = await start({ entry: MAIN, args: [...args, "-v", "--", "x"] });
  assertMatch(plugin.line, /^1\|2\|unix\|/);
});

Deno.test(
  {
    name: "PLUGIN_COMMAND is the reported command, in Velero's order of actions (protocol 2.4, 4.2)",
    ignore,
  },
  async () => {
    await using plugin = await start({ env: { PLUGIN_COMMAND: "/plugins/own" } });
    const { plugins } = await plugin.call(pluginLister.listPlugins, {});
    assertEquals(new Set(plugins.map(({ command }) => command)), new Set(["/plugins/own"]));
    assertEquals([...new Set(plugins.map(({ kind }) => kind))], ALL);
    const names = plugins.filter(({ kind }) => kind === "BackupItemAction").map(({ name }) => name);
    assertEquals(names, names.toSorted());
  },
);

const CALLERS: readonly {
  about: string;
  userAgent: string;
  args: string[];
  kinds?: string;
  expected: string[];
}[] = [
  {
    about: "Velero 1.18",
    userAgent: "grpc-go/1.80.0",
    args: ["--features=", "--namespace", "v"],
    expected: ALL,
  },
  { about: "Velero 1.14", userAgent: "grpc-go/1.63.2", args: SHORT, expected: V2 },
  { about: "Velero 1.15", userAgent: "grpc-go/1.63.2", args: ["--log-level=info"], expected: ALL },
  { about: "Velero 1.11", userAgent: "grpc-go/1.45.0", args: SHORT, expected: V1 },
  {
    about: "Velero 1.11, told by the setting",
    userAgent: "grpc-go/1.45.0",
    args: SHORT,
    kinds: "BackupItemAction, RestoreItemActionV2,Nonsense",
    expected: ["BackupItemAction", "RestoreItemActionV2"],
  },
];

Deno.test(
  { name: "the kinds listed are those that the caller takes (protocol 1.9, 12.2)", ignore },
  async (t) => {
    for (const { about, userAgent, args, kinds, expected } of CALLERS) {
      await t.step(about, async () => {
        const env = kinds === undefined ? {} : { WORKLOADS_KINDS: kinds };
        await using plugin = await start({ args, env, userAgent });
        const { plugins } = await plugin.call(pluginLister.listPlugins, {});
        assertEquals([...new Set(plugins.map(({ kind }) => kind))], expected);
      });
    }
  },
);

Deno.test(
  { name: "words in the environment that mean nothing are warned of when Velero lists", ignore },
  async () => {
    const env = { WORKLOADS_KINDS: "BackupItemAction,Nonsense", WORKLOADS_ACTIONS: "mark" };
    const plugin = await start({ env });
    await plugin.call(pluginLister.listPlugins, {});
    await plugin.stop();
    const lines = (await plugin.stderr).map((line) => JSON.parse(line));
    assertEquals(lines.map((line) => [line["@level"], line["@message"]]), [
      ["warn", 'WORKLOADS_ACTIONS has "mark"; write +mark to add it or -mark to remove it'],
      ["warn", 'WORKLOADS_KINDS names the unknown kind "Nonsense", which is not listed'],
    ]);
  },
);

Deno.test(
  { name: "a socket directory that cannot be used gives way to /tmp (protocol 1.5, C2)", ignore },
  async (t) => {
    const long = `/tmp/${"d".repeat(100)}`;
    for (const directory of ["/proc/no-such", "relative", long]) {
      await t.step(directory.slice(0, 20), async () => {
        await using plugin = await start({ env: { TMPDIR: directory } });
        assertMatch(plugin.line, /^1\|2\|unix\|\/tmp\/plugin[^/]+\|grpc\|$/);
        assertEquals((await plugin.call(pluginLister.listPlugins, {})).plugins.length > 0, true);
      });
    }
  },
);

Deno.test({ name: "PLUGIN_UNIX_SOCKET_DIR and _GROUP are honoured", ignore }, async () => {
  const directory = await Deno.makeTempDir({ dir: "/tmp" });
  const env = { PLUGIN_UNIX_SOCKET_DIR: directory, PLUGIN_UNIX_SOCKET_GROUP: String(Deno.gid()) };
  {
    await using plugin = await start({ env });
    assertEquals(plugin.address.startsWith(`${directory}/plugin`), true);
    const { mode, gid } = await Deno.stat(plugin.address);
    assertEquals([(mode ?? 0) & 0o777, gid], [0o660, Deno.gid()]);
  }
  await Deno.remove(directory);
});

Deno.test(
  {
    name: "without the right to write a socket it listens on TCP, on the loopback (protocol 1.5, 8.8)",
    ignore,
  },
  async () => {
    // As in a root file system that is read only throughout.
    const cwd = await Deno.makeTempDir({ dir: "/tmp" });
    await using plugin = await start({ writable: [cwd] });
    assertMatch(plugin.line, /^1\|2\|tcp\|127\.0\.0\.1:\d+\|grpc\|$/);
    assertEquals((await plugin.call(pluginLister.listPlugins, {})).plugins.length > 0, true);
    await Deno.remove(cwd);
  },
);

Deno.test({
  name: "a start that cannot be is one line for the host and exit code 1 (protocol 1.8, C2)",
  ignore,
}, async () => {
  const env = { VELERO_PLUGIN: "hello", PLUGIN_UNIX_SOCKET_GROUP: "no-such-group" };
  const { code, stdout, stderr } = await run(MAIN, [], env);
  assertEquals([code, decoder.decode(stdout)], [1, ""]);
  const lines = decoder.decode(stderr).trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map((line) => [line["@level"], line["@message"]]), [
    ["error", 'cannot serve: PLUGIN_UNIX_SOCKET_GROUP names the unknown group "no-such-group"'],
  ]);
});
