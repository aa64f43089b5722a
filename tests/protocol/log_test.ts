import { assertEquals } from "@std/assert";
import { actionServices } from "../../grpc/services.ts";
import { ignore, type PluginProcess, start } from "./plugin.ts";

function execute(plugin: PluginProcess, name: string, item: unknown) {
  return plugin.call(actionServices.BackupItemAction.execute, {
    plugin: `protocol.test/${name}`,
    item: new TextEncoder().encode(JSON.stringify(item)),
    backup: new TextEncoder().encode("{}"),
  });
}

async function linesOf(plugin: PluginProcess): Promise<Record<string, unknown>[]> {
  await plugin.stop();
  return (await plugin.stderr).map((line) => JSON.parse(line));
}

/** Values that a line has to survive, in any field. */
const HOSTILE = [
  null,
  0,
  -1.5,
  1e300,
  true,
  "",
  "a\nb",
  "\u0000\u2028\ud800",
  [1],
  { a: { b: 1 } },
  "ü".repeat(70_000),
  '"}\n{"@level":"error","@message":"forged"}',
];
const KEYS = ["namespace", "name", "resource", "error", "error.file", "time", "timestamp", "level", "@level"];
const MORE_KEYS = ["@message", "@timestamp", "logSource", "backup", "__proto__", "other"];

Deno.test(
  { name: "no value in any field makes a line that the host cannot read (protocol 5.1, C5)", ignore },
  async () => {
    const plugin = await start({ args: ["--log-level", "trace"] });
    const lines = HOSTILE.flatMap((value) => [
      { message: String(value), fields: {} },
      ...[...KEYS, ...MORE_KEYS].map((key) => ({ message: "m", fields: { [key]: value } })),
      {
        message: String(value),
        fields: Object.fromEntries([...KEYS, ...MORE_KEYS].map((key) => [key, value])),
      },
    ]);
    await execute(plugin, "log", { kind: "ConfigMap", lines });
    await plugin.stop();
    const written = await plugin.stderr;
    let ours = 0;
    for (const text of written) {
      assertEquals(new TextEncoder().encode(text).length <= 65_535, true);
      const line = JSON.parse(text);
      assertEquals(["debug", "info"].includes(line["@level"]), true, text.slice(0, 200));
      assertEquals(typeof line["@message"], "string");
      for (const key of ["namespace", "name", "resource", "error", "error.file", "logSource"]) {
        if (key in line) assertEquals(typeof line[key], "string", `${key} in ${text.slice(0, 200)}`);
      }
      for (const key of ["time", "timestamp", "level", "@timestamp"]) assertEquals(key in line, false, key);
      for (const value of Object.values(line)) assertEquals(typeof value === "object", false);
      if (line["@message"].startsWith("protocol.test/log: ")) ours++;
    }
    assertEquals(ours, lines.length, "one line each");
  },
);

Deno.test({ name: "a line says where it comes from", ignore }, async () => {
  const plugin = await start({ args: ["--log-level=info"] });
  const fields = { answer: 42 };
  await execute(plugin, "log", {
    kind: "ConfigMap",
    metadata: { name: "m", namespace: "n" },
    lines: [{ message: "hello", fields }],
  });
  const [line] = await linesOf(plugin);
  const { logSource, ...rest } = line ?? {};
  assertEquals(rest, {
    "@level": "info",
    "@message": "protocol.test/log: hello",
    "@logSourceSetBy": "plugin",
    kind: "ConfigMap",
    namespace: "n",
    name: "m",
    answer: 42,
  });
  assertEquals(String(logSource).replace(/\d+$/, "N"), "tests/protocol/source.ts:N");
});

const LEVELS: readonly { level: string; written: readonly string[] }[] = [
  { level: "trace", written: ["debug", "info"] },
  { level: "debug", written: ["debug", "info"] },
  { level: "info", written: ["info"] },
  { level: "warning", written: [] },
  { level: "warn", written: [] },
  { level: "error", written: [] },
  { level: "fatal", written: [] },
  { level: "panic", written: [] },
  { level: "nonsense", written: ["info"] },
];

Deno.test({ name: "--log-level decides what is written", ignore }, async (t) => {
  for (const { level, written } of LEVELS) {
    await t.step(level, async () => {
      const plugin = await start({ args: ["--log-level", level] });
      await execute(plugin, "mark", { kind: "ConfigMap" });
      const lines = await linesOf(plugin);
      assertEquals([...new Set(lines.map((line) => line["@level"]))], written);
    });
  }
});

Deno.test(
  { name: "the text of an error has another key for the Velero that panics on it (protocol 5.4)", ignore },
  async (t) => {
    for (const [userAgent, key] of [["grpc-go/1.45.0", "cause"], ["grpc-go/1.54.0", "error"]] as const) {
      await t.step(userAgent, async () => {
        const plugin = await start({ userAgent });
        const lines = [{ message: "m", fields: { error: "it broke" } }];
        await execute(plugin, "log", { kind: "ConfigMap", lines });
        const [line] = await linesOf(plugin);
        assertEquals(
          [line?.error, line?.cause],
          key === "error" ? ["it broke", undefined] : [undefined, "it broke"],
        );
      });
    }
  },
);

Deno.test({ name: "console goes to the log and never to stdout (protocol 1.6)", ignore }, async () => {
  const plugin = await start({ args: ["--log-level", "debug"] });
  await execute(plugin, "print", { kind: "ConfigMap" });
  const lines = await linesOf(plugin);
  assertEquals(await plugin.rest, "");
  const printed = lines.filter((line) => String(line["@message"]).includes("on its way"));
  assertEquals(printed.map((line) => [line["@level"], line["@message"]]), [
    ["debug", "on its way to stdout 1"],
    ["info", "on its way to stderr"],
  ]);
});
