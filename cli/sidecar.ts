import { serveSidecar } from "../sidecar/serve.ts";
import { spoolFolderFrom } from "./counters.ts";
import { registryFrom } from "./environment.ts";
import { VERSION } from "./version.ts";

/** The mode `sidecar`. @returns the exit code. */
export function runSidecar(args: readonly string[]): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const encoder = new TextEncoder();
  return serveSidecar({
    args,
    version: VERSION,
    actions: registryFrom(env).entries.filter(({ listed }) => listed).map(({ source, action }) => ({
      source: source.name,
      action: action.name,
      kind: action.kind,
    })),
    dir: spoolFolderFrom(env),
    print: (line) => Deno.stderr.writeSync(encoder.encode(`${line}\n`)),
  });
}
