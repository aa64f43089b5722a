import names from "../actions/action_names.json" with { type: "json" };
import type { NamedSource } from "../actions/registry.ts";
import { serveSidecar } from "../sidecar/serve.ts";
import { gateReaderFrom } from "./gate_result.ts";
import { spoolFolderFrom } from "./counters.ts";
import { registryFrom } from "./environment.ts";
import { VERSION } from "./version.ts";

// The code of the actions would take ten megabytes for nothing. A test keeps the names in step with it.
const SOURCES = names as readonly NamedSource[];

/** The mode `sidecar`. @returns the exit code. */
export function runSidecar(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const encoder = new TextEncoder();
  return serveSidecar({
    args,
    version: VERSION,
    actions: registryFrom(env, SOURCES).entries.filter(({ listed }) => listed).map(({ source, action }) => ({
      source: source.name,
      action: action.name,
      kind: action.kind,
    })),
    dir: spoolFolderFrom(env),
    readGate: gateReaderFrom(env),
    print: (line) => Deno.stderr.writeSync(encoder.encode(`${line}\n`)),
  });
}
