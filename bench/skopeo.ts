/**
 * `deno task bench:skopeo [--megabytes N] [--rounds N] [--large N]`: what a copy from registry to registry costs, beside `skopeo copy` in the
 * same run when it is there (`SKOPEO` names it elsewhere). Both registries are real and lie in memory where the system has room for it.
 *
 * Needs the program `registry` that `deno task e2e` builds. With `--large N` one layer of N megabytes is copied as well, for the memory.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { createMemoryCluster } from "../cluster/memory/memory.ts";
import { serveCluster } from "../cluster/served/serve.ts";
import { startPlugin } from "../preview/host/plugin.ts";
import { encode } from "../preview/run/step.ts";
import { bundledPlugin } from "../tests/kit/bundled_plugin.ts";
import { pluginEnvironment } from "../tests/kit/plugin_environment.ts";
import { layer, pushImage, startRealRegistry } from "../tests/images/real_registry.ts";

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "512" },
    rounds: { type: "string", default: "3" },
    large: { type: "string", default: "0" },
  },
});
const [megabytes, rounds, large] = [values.megabytes, values.rounds, values.large].map(Number) as [
  number,
  number,
  number,
];

/** Layers of an image, as builders make them: some large, many small. */
const LAYERS = 8;

const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const skopeo = Deno.env.get("SKOPEO") ?? "skopeo";
const inMemory = await Deno.stat("/dev/shm").then(() => "/dev/shm", () => "/tmp");
const folder = await Deno.makeTempDir({ dir: inMemory, prefix: "bench-skopeo-" });
// Plugins may not read below /dev.
const homes = await Deno.makeTempDir({ prefix: "bench-skopeo-" });

interface Figure {
  readonly seconds: number;
  /** Processor time of the whole process in seconds; on a busy machine it says more than `seconds`. */
  readonly cpu: number;
  /** Peak resident memory in MB. */
  readonly peak: number;
}

/** What a process has used until now. Throws when it has ended. */
function usage(pid: number): Pick<Figure, "cpu" | "peak"> {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  if (peak === undefined) throw new Error(`process ${pid} has ended`);
  // The second field is the name in parentheses; 14 and 15 are user and system time in hundredths of a second.
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak: Number(peak) / 1024 };
}

let count = 0;

/** A copy by the plugin, started as Velero starts it. */
async function byPlugin(source: string, digest: string, target: string): Promise<Figure> {
  const served = serveCluster(createMemoryCluster({
    objects: [{
      apiVersion: "config.openshift.io/v1",
      kind: "Image",
      metadata: { name: "cluster" },
      status: { internalRegistryHostname: source },
    }],
  }));
  const home = `${homes}/${++count}`;
  await Deno.mkdir(home);
  await Deno.writeTextFile(`${home}/kubeconfig`, served.kubeconfig());
  const plugin = await startPlugin({
    path: await bundledPlugin(),
    env: pluginEnvironment(home, { KUBECONFIG: `${home}/kubeconfig`, VELERO_NAMESPACE: "velero" }),
  });
  const item = {
    apiVersion: "image.openshift.io/v1",
    kind: "ImageStream",
    metadata: {
      name: "web",
      namespace: "shop",
      annotations: { "openshift.io/backup-registry-hostname": source },
    },
    status: {
      tags: [{ tag: "v1", items: [{ image: digest, dockerImageReference: `${source}/shop/web@${digest}` }] }],
    },
  };
  const backup = {
    metadata: {
      name: "b",
      namespace: "velero",
      labels: { "app.kubernetes.io/part-of": "openshift-migration" },
      annotations: { "openshift.io/migration-registry": target },
    },
  };
  const began = performance.now();
  await plugin.execute("BackupItemAction", "openshift.io/19-is-backup-plugin", {
    item: encode(item),
    run: encode(backup),
  });
  const seconds = (performance.now() - began) / 1000;
  const used = usage(plugin.pid);
  await plugin.stop();
  await served.close();
  return { seconds, ...used };
}

/** The same by skopeo; `undefined` where it is not installed. */
async function bySkopeo(source: string, digest: string, target: string): Promise<Figure | undefined> {
  const home = `${homes}/${++count}`;
  await Deno.mkdir(home);
  await Deno.writeTextFile(`${home}/policy.json`, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const began = performance.now();
  try {
    const child = new Deno.Command(skopeo, {
      args: [
        "copy",
        "--quiet",
        // Else it compresses layers that are not, and sends other bytes than the plugin, which copies byte for byte.
        "--preserve-digests",
        "--policy",
        `${home}/policy.json`,
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        `docker://${source}/shop/web@${digest}`,
        `docker://${target}/shop/web:v1`,
      ],
      env: { HOME: home, XDG_RUNTIME_DIR: home },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let used = { cpu: 0, peak: 0 };
    const timer = setInterval(() => {
      try {
        used = usage(child.pid);
      } catch {
        // It has just ended.
      }
    }, 20);
    const { success, stderr } = await child.output();
    clearInterval(timer);
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return { seconds: (performance.now() - began) / 1000, ...used };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function inNewRegistry<T>(use: (host: string) => Promise<T>): Promise<T> {
  const registry = await startRealRegistry(`${folder}/target${++count}`);
  try {
    return await use(registry.host);
  } finally {
    await registry.stop();
    await Deno.remove(`${folder}/target${count}`, { recursive: true }).catch(() => {});
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function tell(name: string, size: number, figures: readonly Figure[]): void {
  const speed = figures.map(({ seconds }) => (size * 1.048576) / seconds);
  const peak = Math.max(...figures.map((figure) => figure.peak));
  const cpu = median(figures.map((figure) => figure.cpu)).toFixed(2);
  const range = `${Math.min(...speed).toFixed(0)} to ${Math.max(...speed).toFixed(0)}`;
  print(
    `${name.padEnd(34)} ${
      median(speed).toFixed(0).padStart(5)
    } MB/s (${range}), ${cpu} s of processor, peak ${peak.toFixed(0)} MB`,
  );
}

async function compare(
  source: string,
  size: number,
  layers: readonly Uint8Array[],
  times: number,
): Promise<void> {
  const { digest } = await pushImage(source, "shop/web", layers, "v1");
  const [ours, theirs]: [Figure[], Figure[]] = [[], []];
  for (let round = 0; round < times; round++) {
    ours.push(await inNewRegistry((target) => byPlugin(source, digest, target)));
    const other = await inNewRegistry((target) => bySkopeo(source, digest, target));
    if (other !== undefined) theirs.push(other);
  }
  const what = `${size} MB in ${layers.length} layer${layers.length === 1 ? "" : "s"}`;
  tell(`plugin, ${what}`, size, ours);
  if (theirs.length > 0) tell(`skopeo, ${what}`, size, theirs);
  else print(`skopeo is not installed`);
}

const source = await startRealRegistry(`${folder}/source`);
try {
  const each = Math.round((megabytes / LAYERS) * 2 ** 20);
  await compare(
    source.host,
    megabytes,
    Array.from({ length: LAYERS }, (_, seed) => layer(each, seed)),
    rounds,
  );

  if (large > 0) await compare(source.host, large, [layer(large * 2 ** 20, 99)], rounds);
} finally {
  await source.stop();
  for (const one of [folder, homes]) await Deno.remove(one, { recursive: true });
}
