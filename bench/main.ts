/**
 * `deno task bench [--plugin PATH] [--against PATH]... [--calls N] [--starts N] [--delay MS] [-o json]`: start-up, memory, latency,
 * throughput and API requests of the plugin, of a bare server, and of whatever it is to be compared with, side by side in one run.
 * With a delay: the calls that read, against an API server that takes that long for each answer.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { bundledPlugin } from "../tests/kit/bundled_plugin.ts";
import { type Executable, measure } from "./measure.ts";
import { toTable } from "./report.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    plugin: { type: "string" },
    against: { type: "string", multiple: true, default: [] },
    calls: { type: "string" },
    starts: { type: "string", default: "20" },
    delay: { type: "string", default: "0" },
    output: { type: "string", short: "o", default: "table" },
  },
});

const executables: Executable[] = [
  { title: "plugin", path: values.plugin ?? await bundledPlugin() },
  ...values.against.map((path, i) => ({ title: i === 0 ? "against" : `against ${i + 1}`, path })),
  { title: "bare", path: new URL("bare_server.sh", import.meta.url).pathname },
];
const delay = Number(values.delay);
const figures = await measure(executables, {
  calls: Number(values.calls ?? (delay > 0 ? 400 : 20_000)),
  starts: Number(values.starts),
  delay,
});
const report = values.output === "json" ? JSON.stringify(figures, undefined, 2) : toTable(figures);
Deno.stdout.writeSync(new TextEncoder().encode(`${report}\n`));
