/**
 * Measures executables with the host of the end-to-end tests: Velero's own client, and the environment of a pod where the user can
 * have a mount namespace.
 *
 * @module
 */

import { homedir } from "node:os";
import { hostFlags } from "../tests/velero/host.ts";
import { present, ROOT, tool } from "../tests/velero/tools.ts";
import { CASES, READING_CASES, WORLD } from "./cases.ts";

/** What is measured. */
export interface Executable {
  readonly title: string;
  readonly path: string;
}

/** A sample in milliseconds, as the host tells it. */
export interface Quantiles {
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The figures of one executable, as the host tells them. */
export interface Figures extends Executable {
  /** How many actions it lists. */
  readonly plugins: number;
  /** Spawn to the answer of ListPlugins. */
  readonly start: Quantiles;
  /** Resident memory, first after ListPlugins and then on the way through the calls. */
  readonly memory: readonly { readonly calls: number; readonly rssKiB: number }[];
  /** User and system time of the calls one at a time; less at the mercy of a busy machine than latency is. */
  readonly cpuMsPerCall: number;
  /** Calls one at a time, by {@link BenchCase.title}. */
  readonly cases: readonly {
    readonly name: string;
    readonly latency: Quantiles;
    readonly requestsPerCall: number;
  }[];
  /** Calls per second, eight at a time. */
  readonly perSecondConcurrent: number;
  readonly errors: number;
}

const VELERO = { apiVersion: "velero.io/v1", metadata: { name: "bench", namespace: "velero" }, spec: {} };

/** How much is measured, and against what. */
export interface Plan {
  readonly calls: number;
  readonly starts: number;
  /** Milliseconds that the API server takes for an answer. With more than none only the calls that read are made. */
  readonly delay: number;
}

/** Goes round all executables with every start and every slice of the calls. Builds the host when need be, which takes Go. */
export async function measure(
  executables: readonly Executable[],
  { calls, starts, delay }: Plan,
): Promise<Figures[]> {
  await run(Deno.execPath(), ["run", "--allow-all", `${ROOT}tests/velero/build_tools.ts`, "host"], {});
  if (!present("host")) {
    throw new Error("the benchmark drives the plugin by a Go program, which could not be built");
  }
  const folder = await Deno.makeTempDir({ prefix: "workloads-bench-" });
  try {
    const cases = (delay > 0 ? READING_CASES : CASES).map(({ title, kind, action, item }, i) => ({
      name: title,
      kind,
      plugin: action,
      item,
      itemFromBackup: item,
      backup: { ...VELERO, kind: "Backup" },
      restore: { ...VELERO, kind: "Restore" },
      cluster: i === 0 ? WORLD : [],
    }));
    await Deno.writeTextFile(`${folder}/cases.json`, JSON.stringify(cases));
    const flags = [...hostFlags(), `-cold=${starts}`, `-n=${calls}`, "-c=8"];
    flags.push(`-warmup=${Math.min(200, calls / 10)}`, `-delay=${delay}`);
    const paths = await Promise.all(executables.map(({ path }) => Deno.realPath(path)));
    const output = await run(tool("host"), ["bench", ...flags, ...paths, `${folder}/cases.json`], {
      DENO: Deno.execPath(),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      // Nothing of the developer's own may lead to a cluster.
      HOME: folder,
      ...denoCache(),
    });
    const { executables: figures }: { executables: Omit<Figures, "title" | "path">[] } = JSON.parse(output);
    return executables.map((executable, i) => ({ ...figures[i]!, ...executable }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// The launchers need the module cache, and it holds what V8 has compiled before.
function denoCache(): Record<string, string> {
  const { DENO_DIR, XDG_CACHE_HOME } = Deno.env.toObject();
  return { DENO_DIR: DENO_DIR ?? `${XDG_CACHE_HOME ?? `${homedir()}/.cache`}/deno` };
}

async function run(program: string, args: readonly string[], env: Record<string, string>): Promise<string> {
  const command = new Deno.Command(program, { args: [...args], env, stdin: "null", stderr: "inherit" });
  const { success, stdout } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed: ${text}`);
  return text;
}
