/**
 * Plugin executables of a preview. They see a cluster of their own on the loopback interface, where every write is only recorded.
 *
 * @module
 */

import { serveRecording } from "../../cluster/served/recording_server.ts";
import { InputError } from "../../preview/input/input_error.ts";
import type { World } from "../../preview/input/world.ts";
import { startPlugin } from "../../preview/host/plugin.ts";
import type { NamedHost } from "../../preview/run/hosts.ts";
import { namespaceOfVelero } from "./common.ts";
import type { PluginOptions } from "./options.ts";

/**
 * Starts the executables and gives them in the order in which they were named.
 *
 * @throws {InputError} for one that cannot be started or says something else than a plugin says.
 */
export async function startPlugins(
  world: World,
  executables: readonly string[],
  { said, options, session: { atEnd, signal } }: PluginOptions,
): Promise<NamedHost[]> {
  const server = serveRecording(world.cluster, world.forward);
  atEnd(server.close);
  const folder = await Deno.makeTempDir({ prefix: "velero-preview-" });
  atEnd(() => Deno.remove(folder, { recursive: true }));
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
  const named: NamedHost[] = [];
  for (const plugin of executables) {
    const path = plugin.includes("/") ? await absolute(plugin) : await absolute(`./${plugin}`);
    try {
      const host = await startPlugin({
        path,
        signal,
        env: { ...Deno.env.toObject(), KUBECONFIG: kubeconfig, VELERO_NAMESPACE: namespaceOfVelero(options) },
        log: (record) => void said.push({ ...record, plugin }),
      });
      atEnd(async () => void await host.stop());
      await host.list();
      named.push({ name: plugin, host });
    } catch (cause) {
      throw new InputError(`"${plugin}" is no Velero plugin that runs here: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
  return named;
}

async function absolute(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    throw new InputError(`Cannot find the plugin "${path}"; give the path of an executable`, { cause });
  }
}
