import { assertEquals, assertStringIncludes } from "@std/assert";
import { ignore, MAIN, run } from "./protocol/plugin.ts";

const decoder = new TextDecoder();

async function main(args: readonly string[], env?: Record<string, string>) {
  const { code, stdout, stderr } = await run(MAIN, args, env);
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test({ name: "version prints the version of the project", ignore }, async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const { code, stdout, stderr } = await main(["version"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.split(" (")[0], `velero-plugin-for-workloads ${version}`);
});

Deno.test({ name: "help names every command", ignore }, async () => {
  const { code, stdout } = await main(["help"]);
  assertEquals(code, 0);
  for (
    const command of ["version", "actions", "doctor", "install", "preview", "openshift", "sidecar", "help"]
  ) {
    assertStringIncludes(stdout, `\n  ${command} `);
  }
});

Deno.test({ name: "every command tells its options, whichever way it is asked", ignore }, async (t) => {
  const cases: readonly [string[], string[]][] = [
    [["sidecar", "--help"], ["Usage: velero-plugin-for-workloads sidecar [options]", "--listen <host:port>"]],
    [["sidecar", "--listen", "127.0.0.1:0", "-h"], ['(default: "0.0.0.0:8087")']],
    [["help", "sidecar"], ["--listen <host:port>"]],
    [["actions", "--help"], ["-o, --output <format>", "--conflicts <dir>"]],
    [["doctor", "--help"], ["-o, --output <format>", "--plugin-dir <dir>", "--sidecar-url <url>"]],
    [["openshift", "--help"], ["Commands:", "dc-post-restore [options] <restore>"]],
    [["openshift", "dc-post-restore", "--help"], [
      "Usage: velero-plugin-for-workloads openshift dc-post-restore [options] <restore>",
      "--dry-run",
      "--delete-first",
    ]],
    [["install", "-h"], ["Usage: velero-plugin-for-workloads install [options] <dir>"]],
  ];
  for (const [args, parts] of cases) {
    await t.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await main(args);
      assertEquals([code, stderr], [0, ""]);
      for (const part of parts) assertStringIncludes(stdout, part);
    });
  }
});

Deno.test({ name: "actions lists every action with its state and the reason", ignore }, async () => {
  const env = {
    WORKLOADS_SOURCES: "superphenix,vmgrup",
    WORKLOADS_ACTIONS: "-superphenix.net/restore-virtualmachine",
  };
  const { code, stdout, stderr } = await main(["actions", "-o", "json"], env);
  assertEquals(code, 0);
  assertEquals(stderr, 'WORKLOADS_SOURCES names the unknown source "vmgrup"; did you mean "vmgroup"?\n');
  const actions: { name: string }[] = JSON.parse(stdout);
  assertEquals(actions.find(({ name }) => name === "superphenix.net/backup-virtualmachine"), {
    kind: "BackupItemAction",
    name: "superphenix.net/backup-virtualmachine",
    resources: ["virtualmachines.kubevirt.io"],
    source: "superphenix",
    on: true,
    why: "source superphenix is on",
  });
  assertEquals(actions.find(({ name }) => name === "superphenix.net/restore-virtualmachine"), {
    kind: "RestoreItemAction",
    name: "superphenix.net/restore-virtualmachine",
    resources: ["virtualmachines.kubevirt.io"],
    source: "superphenix",
    on: false,
    why: "-superphenix.net/restore-virtualmachine in WORKLOADS_ACTIONS",
  });
});

Deno.test({ name: "actions prints a table for people", ignore }, async () => {
  const { stdout } = await main(["actions"]);
  const [head, ...rows] = stdout.trimEnd().split("\n");
  assertEquals(head?.split(/ {2,}/), ["KIND", "NAME", "ON", "SOURCE", "RESOURCES", "WHY"]);
  const row = rows.find((line) => line.includes("superphenix.net/backup-virtualmachine"));
  assertEquals(row?.split(/ {2,}/), [
    "BackupItemAction",
    "superphenix.net/backup-virtualmachine",
    "on",
    "superphenix",
    "virtualmachines.kubevirt.io",
    "source superphenix is on",
  ]);
});

Deno.test({ name: "wrong commands end with exit code 1 and a hint", ignore }, async (t) => {
  const cases: readonly [string[], string][] = [
    [["actoins"], "(Did you mean actions?)"],
    [["actions", "-o", "yaml"], "Allowed choices are table, json."],
    [["install"], "missing required argument 'dir'"],
    [["install", "/tmp"], "this runs from source"],
  ];
  for (const [args, hint] of cases) {
    await t.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await main(args);
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, hint);
    });
  }
});

Deno.test(
  { name: "each mode gives up the rights that it does not need (protocol 12.8)", ignore },
  async (t) => {
    const rights = [
      { name: "run" },
      { name: "net" },
      { name: "write", path: "/tmp/x" },
      { name: "write", path: "/target/x" },
      { name: "write", path: "./x" },
    ];
    const expected: Readonly<Record<string, readonly boolean[]>> = {
      serve: [false, true, true, false, false],
      sidecar: [false, true, true, false, false],
      install: [false, false, true, true, true],
      openshift: [false, true, false, false, false],
      // The root has `/target` in it, so that it cannot be given up alone.
      preview: [true, true, true, true, true],
      conflicts: [true, true, true, true, true],
      doctor: [false, true, true, true, true],
      version: [false, false, false, false, false],
      help: [false, false, false, false, false],
    };
    const kept = async (mode: string, cwd: string) => {
      const { stdout } = await run("tests/protocol/rights.ts", [mode, JSON.stringify(rights)], {}, cwd);
      return JSON.parse(decoder.decode(stdout));
    };
    for (const [mode, granted] of Object.entries(expected)) {
      await t.step(mode, async () => assertEquals(await kept(mode, "/"), granted));
    }
    await t.step("serve and preview, in a folder of /tmp", async () => {
      const folder = await Deno.makeTempDir({ dir: "/tmp" });
      try {
        assertEquals(await kept("serve", folder), [false, true, true, false, true]);
        assertEquals(await kept("preview", folder), [true, true, true, false, true]);
      } finally {
        await Deno.remove(folder);
      }
    });
  },
);
