/** What `deno compile --bundle` packs: the whole program in one file, where no module has a path of its own. */

import { assertEquals, assertMatch } from "@std/assert";
import { startPlugin } from "../../preview/host/plugin.ts";
import { run } from "./compile.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const folder = await Deno.makeTempDir({ prefix: "bundle-" });
const bundle = `${folder}/main.js`;
const made = await run(Deno.execPath(), [
  "bundle",
  "--quiet",
  "--platform=deno",
  `--config=${ROOT}deno.json`,
  `--output=${bundle}`,
  `${ROOT}main.ts`,
], {});
const ignore = made.code !== 0;
const why = ignore ? ` (${made.stderr.replace(/\s+/g, " ").slice(-200)})` : "";

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

Deno.test({
  name: `bundle: it serves the actions of the source, and each log line names its own place${why}`,
  ignore,
  async fn() {
    const path = `${folder}/velero-plugin-for-workloads`;
    const flags = "--quiet --no-prompt --no-config --allow-all";
    const launcher =
      `#!/bin/sh\nPLUGIN_COMMAND="$0" exec "${Deno.execPath()}" run ${flags} "${bundle}" "$@"\n`;
    await Deno.writeTextFile(path, launcher, { mode: 0o755 });
    const places: string[] = [];
    const plugin = await startPlugin({
      path,
      args: ["--log-level", "debug"],
      env: { PATH: Deno.env.get("PATH") ?? "", HOME: folder, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      log: ({ fields }) => places.push(String(fields.logSource)),
    });
    try {
      const { stdout } = await run(
        Deno.execPath(),
        ["run", "-A", `${ROOT}main.ts`, "actions", "-o", "json"],
        {},
      );
      const expected: { kind: string; name: string; on: boolean }[] = JSON.parse(stdout);
      assertEquals(
        await plugin.list(),
        expected.filter(({ on }) => on).map(({ kind, name }) => ({ command: path, kind, name })),
      );
      const item = new TextEncoder().encode(
        '{"kind":"VirtualMachine","metadata":{"name":"v","namespace":"n"}}',
      );
      const answer = await plugin.execute("BackupItemAction", "superphenix.net/backup-virtualmachine", {
        item,
        run: new TextEncoder().encode("{}"),
      });
      assertEquals(answer.item.length, item.length);
    } finally {
      assertEquals(await plugin.stop(), true);
    }
    // No counters, entering, no template, stopping.
    assertEquals([places.length, new Set(places).size], [4, 4]);
    for (const place of places) assertMatch(place, /\/main\.js:\d+$/);
  },
});
