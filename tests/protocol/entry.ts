// A plugin as main.ts serves it, with actions of its own instead of the program's.

// First, because it keeps console.* off stdout.
import { processLog } from "../../grpc/process_log.ts";
import { createRegistry } from "../../actions/registry.ts";
import { createRunner } from "../../actions/runner/run.ts";
import { createSettingsReader } from "../../actions/settings/reader.ts";
import { serve } from "../../grpc/serve.ts";
import { connect } from "../../cluster/live/connect.ts";
import { source } from "./source.ts";
import { NO_IMAGES } from "../../images/none.ts";

const registry = createRegistry([source], { actions: Deno.env.get("WORKLOADS_ACTIONS") });
const cluster = connect({ env: () => undefined, log: processLog });
const runner = createRunner({
  registry,
  settings: createSettingsReader({ cluster, namespace: "velero", sources: [source], log: processLog }),
  cluster,
  images: NO_IMAGES,
  log: processLog,
  now: () => new Date(0),
  random: { uuid: () => "00000000-0000-4000-8000-000000000000" },
  timeout: 60_000,
});
await serve({
  registry,
  runner,
  log: processLog,
  command: Deno.env.get("PLUGIN_COMMAND") ?? "/plugins/protocol-test",
  args: Deno.args,
  env: (name) => Deno.env.get(name),
});
