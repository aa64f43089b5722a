/**
 * The plugin under the client of each supported release of Velero: what is listed, and one call of each kind and operation.
 *
 * @module
 */

import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster } from "../../cluster/served/serve.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Json } from "../velero/api.ts";
import { PLUGIN_ENVIRONMENT, pluginExecutable, tool } from "../velero/tools.ts";

/** A release whose client packages the tests build (protocol 6.1). */
export interface Release {
  /** The minor release. */
  readonly minor: string;
  /** The program of `client/` that is built with its packages. */
  readonly client: string;
  /** The flags of a server in a pod, as `velero install` or the chart of that time writes them. */
  readonly flags: readonly string[];
  /** Whether it knows item block actions. */
  readonly itemBlocks: boolean;
}

const OLD_FLAGS = ["--uploader-type=restic"];
const FLAGS = ["--uploader-type=kopia", "--plugin-dir=/plugins", "--log-level", "info"];

/** From the oldest on. */
export const RELEASES: readonly Release[] = [
  { minor: "1.11", client: "client_1_11", flags: OLD_FLAGS, itemBlocks: false },
  { minor: "1.13", client: "client_1_13", flags: ["--uploader-type=kopia"], itemBlocks: false },
  { minor: "1.15", client: "client_1_15", flags: FLAGS, itemBlocks: true },
  { minor: "1.16", client: "client_1_16", flags: FLAGS, itemBlocks: true },
  {
    minor: "1.17",
    client: "client_1_17",
    flags: [...FLAGS, "--keep-latest-maintenance-jobs=3"],
    itemBlocks: true,
  },
  { minor: "1.18", client: "client_1_18", flags: [...FLAGS, "--concurrent-backups=2"], itemBlocks: true },
];

/** The version of Velero whose packages a client is built with. */
export async function versionOf({ client }: Release): Promise<string> {
  const file = client === "client_1_18" ? "go.mod" : `${client.replace("client_", "velero_")}.mod`;
  const text = await Deno.readTextFile(new URL(`../velero/client/${file}`, import.meta.url));
  const [, version] = /github\.com\/vmware-tanzu\/velero v(\S+)/.exec(text) ?? [];
  if (version === undefined) throw new Error(`client/${file} does not name a version of Velero`);
  return version;
}

/** One call; see `client/call.go`. */
export interface Call {
  readonly name: string;
  readonly kind: string;
  readonly action: string;
  readonly op?: "execute" | "progress" | "cancel" | "ready";
  readonly item?: Json;
  readonly backup?: Json;
  readonly restore?: Json;
  readonly operationID?: string;
  readonly additionalItems?: readonly Json[];
}

/** What a client saw. */
export interface Seen {
  /** Names by kind, as that release's registry has them. */
  readonly listed: Readonly<Record<string, readonly string[]>>;
  readonly appliesTo: Readonly<Record<string, string>>;
  readonly results: readonly Json[];
}

/**
 * Lets a release's client discover a folder with a plugin and make calls, beside an API server with these objects.
 *
 * @param options `plugin`: the executable, by default ours. `env`: variables of the Velero container.
 */
export async function drive(
  { client, flags }: Release,
  calls: readonly Call[],
  objects: readonly JsonObject[],
  options: { readonly plugin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Seen> {
  const cluster = createMemoryCluster({ objects });
  const served = serveCluster(cluster);
  const folder = await Deno.makeTempDir({ prefix: "compatibility-" });
  try {
    await Deno.mkdir(`${folder}/plugins`);
    await Deno.symlink(options.plugin ?? pluginExecutable(), `${folder}/plugins/velero-plugin-for-workloads`);
    await Deno.writeTextFile(`${folder}/kubeconfig`, served.kubeconfig());
    await Deno.writeTextFile(`${folder}/calls.json`, JSON.stringify(calls));
    const { success, stdout, stderr } = await new Deno.Command(tool(client), {
      args: [`${folder}/plugins`, `${folder}/calls.json`, ...flags],
      env: {
        ...PLUGIN_ENVIRONMENT,
        KUBECONFIG: `${folder}/kubeconfig`,
        VELERO_NAMESPACE: "velero",
        ...options.env,
      },
    }).output();
    const errors = new TextDecoder().decode(stderr);
    if (!success || errors !== "") throw new Error(`${client}: ${errors}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await served.close();
    await Deno.remove(folder, { recursive: true });
  }
}
