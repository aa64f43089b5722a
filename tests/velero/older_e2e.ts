/** Which kinds older servers are told of: one that they do not know stops their start (protocol 1.9). */

import { assertEquals } from "@std/assert";
import type { Json } from "./api.ts";
import { host } from "./host.ts";
import { PLUGIN_ENVIRONMENT, pluginExecutable, present, tool } from "./tools.ts";

const ignore = !present("client_1_11", "client_1_13", "host");

/** What the registry of an older server has after it has discovered a folder with our plugin. */
async function discover(client: string, env: Record<string, string> = {}): Promise<Json> {
  const folder = await Deno.makeTempDir({ prefix: "plugins-" });
  try {
    await Deno.symlink(pluginExecutable(), `${folder}/velero-plugin-for-workloads`);
    const { success, stdout, stderr } = await new Deno.Command(tool(client), {
      args: ["server", folder],
      env: { ...PLUGIN_ENVIRONMENT, ...env },
    }).output();
    assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The names that we register under that kind for a new server. */
async function ours(kind: string): Promise<string[]> {
  const { output } = await host("list");
  return (output as unknown as Json[]).filter((entry) => entry["kind"] === kind).map((entry) =>
    entry["name"]
  );
}

/** The names under a kind's second version; its registry lists those of the first there too. */
function onlyV2(listed: Json, kind: string): string[] {
  const first: string[] = listed[kind] ?? [];
  return (listed[`${kind}V2`] ?? []).filter((name: string) => !first.includes(name));
}

for (const kind of ["BackupItemAction", "RestoreItemAction"]) {
  Deno.test({
    name: `older: Velero 1.13 takes every ${kind} of both versions`,
    ignore,
    async fn() {
      const listed = await discover("client_1_13");
      assertEquals(listed[kind], await ours(kind));
      assertEquals(onlyV2(listed, kind), await ours(`${kind}V2`));
    },
  });

  Deno.test({
    name:
      `older: Velero 1.11, which looks like 1.10, is told of version 1 of ${kind} alone, unless WORKLOADS_KINDS says more`,
    ignore,
    async fn() {
      const listed = await discover("client_1_11");
      assertEquals(listed[kind], await ours(kind));
      assertEquals(onlyV2(listed, kind), []);
      const asked = await discover("client_1_11", { WORKLOADS_KINDS: `${kind},${kind}V2` });
      assertEquals(asked[kind], await ours(kind));
      assertEquals(onlyV2(asked, kind), await ours(`${kind}V2`));
    },
  });
}
