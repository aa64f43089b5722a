/** What ships: the bundled files, where no module has a place of its own, and what of them a serving process loads. */

import { assertEquals } from "@std/assert";
import { loadedBy } from "../../packaging/chunks.ts";
import { makeBundle } from "../../packaging/make_bundle.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";
import { run } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ignore = (["run", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

// A name with a slash at its end is a folder. Not here, and never to be: the kubeconfig libraries, the command line's, the page's,
// archives, YAML, and protobufjs, which grpc-js would load for channelz.
const SERVING = [
  "npm:@bufbuild/protobuf",
  "npm:@grpc/grpc-js",
  // Of grpc-js: the order of its channelz entries, and the helpers of that package's compiler.
  "npm:@js-sdsl/ordered-map",
  "npm:tslib",
  "actions/",
  "cli/counters.ts",
  "cli/environment.ts",
  "cli/permissions.ts",
  "cli/serve.ts",
  "cli/version.ts",
  "cluster/at_most.ts",
  "cluster/cluster.ts",
  "cluster/live/connect.ts",
  "cluster/with_signal.ts",
  "deno.json",
  "grpc/",
  "images/connect.ts",
  "images/store.ts",
  "main.ts",
  "objects/",
  "sidecar/gate/states.ts",
  "sidecar/metrics.ts",
  "sidecar/spool/",
];

function within(module: string, names: readonly string[]): boolean {
  return names.some((name) => module === name || (name.endsWith("/") && module.startsWith(name)));
}

Deno.test({ name: "bundle: a serving process loads what it needs and nothing else", ignore }, async () => {
  const loaded = [...loadedBy(await makeBundle(), "cli/serve.ts")];
  assertEquals(loaded.filter((module) => !within(module, SERVING)), []);
  const unused = SERVING.filter((name) => !loaded.some((module) => within(module, [name])));
  assertEquals(unused, [], "what no longer belongs into the list");
});

const SIDECAR = [
  "actions/action.ts",
  "actions/action_names.json",
  "actions/registry.ts",
  "actions/settings/nearest.ts",
  "actions/settings/setting.ts",
  "cli/counters.ts",
  "cli/environment.ts",
  // It reads what the gate found from a ConfigMap.
  "cli/gate_result.ts",
  "cli/permissions.ts",
  "cli/sidecar.ts",
  "cli/version.ts",
  "cluster/cluster.ts",
  "cluster/live/connect.ts",
  "deno.json",
  "main.ts",
  "npm:hono",
  "objects/",
  "sidecar/",
];

Deno.test(
  { name: "bundle: the sidecar knows the actions by name and loads none of them", ignore },
  async () => {
    const chunks = await makeBundle();
    const loaded = ["cli/sidecar.ts", "sidecar/app.ts", "sidecar/collect.ts", "sidecar/page/page.tsx"]
      .flatMap((entry) => [...loadedBy(chunks, entry)]);
    assertEquals(loaded.filter((module) => !within(module, SIDECAR)), []);
    assertEquals(SIDECAR.filter((name) => !loaded.some((module) => within(module, [name]))), []);
  },
);

Deno.test(
  { name: "bundle: the first request to an API server loads a client and nothing else", ignore },
  async () => {
    const chunks = await makeBundle();
    const before = loadedBy(chunks, "cli/serve.ts");
    const more = ["cluster/live/in_cluster.ts", "cluster/live/live.ts"].flatMap((
      entry,
    ) => [...loadedBy(chunks, entry)])
      .filter((module) => !before.has(module));
    assertEquals(more.filter((module) => !within(module, ["cluster/live/", "cluster/api_status.ts"])), []);
    assertEquals(more.includes("cluster/live/live.ts"), true);
  },
);

Deno.test(
  { name: "bundle: the first image copy loads what copies images and nothing else", ignore },
  async () => {
    const chunks = await makeBundle();
    const before = loadedBy(chunks, "cli/serve.ts");
    const more = [...loadedBy(chunks, "images/live.ts")].filter((module) => !before.has(module));
    const shared = ["cluster/live/retry_after.ts", "cluster/live/time.ts"];
    assertEquals(more.filter((module) => !within(module, ["images/", ...shared])), []);
    assertEquals(more.filter((module) => module.startsWith("images/object_storage/")), []);
    assertEquals(more.includes("images/registry/registry.ts"), true);
  },
);

Deno.test({ name: "bundle: the runtime reads no chunk before a mode asks for it", ignore }, async () => {
  const chunks = await makeBundle();
  const { stdout } = await run(
    Deno.execPath(),
    ["info", "--no-config", "--json", `${ROOT}build/js/main.js`],
    {},
  );
  const { modules }: { modules: { specifier: string }[] } = JSON.parse(stdout);
  const read = modules.map(({ specifier }) => specifier.slice(specifier.lastIndexOf("/") + 1));
  assertEquals(
    read.filter((name) => name.endsWith(".js")).sort(),
    ["main.js", ...chunks["main.js"]?.imports ?? []].sort(),
  );
});

/** `file:line` of the one line of that file that holds the text. */
async function placeOf(file: string, text: string): Promise<string> {
  const lines = (await Deno.readTextFile(ROOT + file)).split("\n");
  const found = lines.flatMap((line, index) => line.includes(text) ? [index + 1] : []);
  assertEquals(found.length, 1, `lines of ${file} with ${text}`);
  return `${file}:${found[0]}`;
}

Deno.test({
  name: "bundle: it serves the actions of the source; log lines and errors name their line in the source",
  ignore,
  async fn() {
    // Loaded here, because gRPC reads the environment at once.
    const { startPlugin } = await import("../../preview/host/plugin.ts");
    const { RpcError } = await import("../../preview/host/rpc.ts");
    const path = await bundledPlugin();
    const home = await Deno.makeTempDir({ prefix: "bundle-" });
    const places: unknown[] = [];
    const plugin = await startPlugin({
      path,
      args: ["--log-level", "debug"],
      env: pluginEnvironment(home, {}),
      log: ({ fields }) => places.push(fields.logSource),
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
      const execute = (item: string) =>
        plugin.execute("BackupItemAction", "superphenix.net/backup-virtualmachine", {
          item: new TextEncoder().encode(item),
          run: new TextEncoder().encode("{}"),
        });
      const item = '{"kind":"VirtualMachine","metadata":{"name":"v","namespace":"n"}}';
      assertEquals((await execute(item)).item.length, item.length);
      const error = await execute("[]").catch((error) => error);
      assertEquals(
        error instanceof RpcError && error.location,
        await placeOf("actions/runner/request.ts", "is not a JSON object`"),
      );
    } finally {
      assertEquals(await plugin.stop(), true);
      await Deno.remove(home, { recursive: true });
    }
    assertEquals(places, [
      await placeOf("cli/counters.ts", 'log.debug("nothing is counted'),
      await placeOf("actions/runner/run.ts", "log.debug(`entering "),
      await placeOf("actions/superphenix/backup_virtual_machine.ts", "spec.template is not an object"),
      await placeOf("grpc/lifecycle.ts", "log.debug(`stopping: "),
    ]);
  },
});
