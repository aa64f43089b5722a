/** What `deno compile` makes of the program: embedded files, permissions, and a start where there is hardly anything. */

import { homedir } from "node:os";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compile } from "./compile.ts";
import { run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const folder = await Deno.makeTempDir({ prefix: "packaging-" });
const compiled = await compile(folder);
const program = "program" in compiled ? compiled.program : "";
const ignore = "missing" in compiled;
const why = "missing" in compiled ? ` (${compiled.missing.replace(/\s+/g, " ").slice(0, 200)})` : "";

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

Deno.test({
  name: `packaging: the compiled program knows its version and the actions of the source${why}`,
  ignore,
  async fn() {
    const version = await run(program, ["version"], {});
    const { version: expected } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    assertEquals([version.code, version.stderr], [0, ""]);
    assertStringIncludes(version.stdout, `velero-plugin-for-workloads ${expected} `);
    const [packed, source] = await Promise.all([
      run(program, ["actions", "-o", "json"], {}),
      run(Deno.execPath(), ["run", "-A", `${ROOT}main.ts`, "actions", "-o", "json"], {}),
    ]);
    assertEquals(packed.code, 0);
    assertEquals(JSON.parse(packed.stdout), JSON.parse(source.stdout));
  },
});

Deno.test({
  name: "packaging: a log line of the compiled program names its line in the source",
  ignore,
  async fn() {
    const child = new Deno.Command(program, {
      args: ["--log-level", "debug"],
      env: { VELERO_PLUGIN: "hello", VELERO_SCRATCH_DIR: "", WORKLOADS_METRICS_DIR: "" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // The handshake; with it the line about counters has been written.
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGTERM");
    const lines = (await new Response(child.stderr).text()).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    await reader.cancel();
    await child.status;
    const source = (await Deno.readTextFile(`${ROOT}cli/counters.ts`)).split("\n");
    const line = source.findIndex((text) => text.includes("nothing is counted")) + 1;
    assertEquals(lines[0]?.logSource, `cli/counters.ts:${line}`);
  },
});

Deno.test({
  name: "packaging: by hand it says what it is on stderr and ends with 1",
  ignore,
  async fn() {
    const { code, stdout, stderr } = await run(program, ["--log-level", "info"], {});
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /plugin for Velero/);
  },
});

Deno.test({
  name:
    "packaging: install leaves the executable with 0755 and the library with 0644, nothing else (protocol 8.1, 8.5)",
  ignore,
  async fn() {
    const target = await Deno.makeTempDir({ prefix: "target-" });
    try {
      const { code, stderr } = await run(program, ["install", target], {});
      assertEquals([code, stderr], [0, ""]);
      const modes: Record<string, string> = {};
      for await (const { name } of Deno.readDir(target)) {
        modes[name] = ((await Deno.stat(`${target}/${name}`)).mode! & 0o777).toString(8);
      }
      assertEquals(modes, { "libgcc_s.so.1": "644", "velero-plugin-for-workloads": "755" });
      const again = await run(`${target}/velero-plugin-for-workloads`, ["version"], {});
      assertEquals(again.code, 0);
    } finally {
      await Deno.remove(target, { recursive: true });
    }
  },
});

Deno.test({
  name: "packaging: two builds in one place are equal, byte for byte",
  ignore,
  async fn() {
    const digest = async (path: string) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
    const bundle = async () => {
      const names = [...Deno.readDirSync(`${ROOT}build/js`)].map(({ name }) => name).sort();
      return await Promise.all(names.map(async (name) => [name, await digest(`${ROOT}build/js/${name}`)]));
    };
    const [before, executable] = [await bundle(), await digest(program)];
    const again = await run(Deno.execPath(), ["task", "--quiet", "--cwd", ROOT, "bundle"], {});
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(await bundle(), before);
    const other = await Deno.makeTempDir({ prefix: "packaging-" });
    try {
      await compile(other);
      assertEquals(await digest(`${other}/velero-plugin-for-workloads`), executable);
    } finally {
      await Deno.remove(other, { recursive: true });
    }
  },
});

Deno.test({
  name: "packaging: nothing of the building machine is embedded, and no package beside what was bundled",
  ignore,
  async fn() {
    const { DENO_DIR } = Deno.env.toObject();
    const texts = [
      ROOT,
      DENO_DIR ?? `${homedir()}/.cache/deno`,
      "proto-loader/",
      "packages.json",
    ];
    for (const text of texts) {
      const { code, stdout } = await run("grep", ["--text", "--count", "--fixed-strings", text, program], {});
      assertEquals([code, stdout], [1, "0\n"], text);
    }
  },
});
