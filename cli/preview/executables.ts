/**
 * Plugin executables of a preview. They see a cluster of their own on the loopback interface, where every write is only recorded.
 *
 * @module
 */

import { serveRecording } from "../../cluster/served/recording_server.ts";
import { RECORD } from "../../images/connect.ts";
import { InputError } from "../../preview/input/input_error.ts";
import type { World } from "../../preview/input/world.ts";
import { startPlugin } from "../../preview/host/plugin.ts";
import type { NamedHost } from "../../preview/run/hosts.ts";
import { parseDuration } from "../../actions/settings/setting.ts";
import { namespaceOfVelero } from "./common.ts";
import type { PluginOptions } from "./options.ts";
import { watchPlugin } from "./watched_plugin.ts";

// As long as go-plugin gives a plugin.
const START = 60_000;

/**
 * Starts the executables and gives them in the order in which they were named.
 *
 * @throws {InputError} for one that cannot be started or says something else than a plugin says.
 */
export async function startPlugins(
  world: World,
  executables: readonly string[],
  { notes, said, options, session: { atEnd, signal, fail } }: PluginOptions,
): Promise<NamedHost[]> {
  const patience = parseDuration(options.pluginTimeout ?? "5m");
  if (patience === undefined || patience === 0) {
    throw new InputError(`--plugin-timeout: "${options.pluginTimeout}" is not a duration such as 30s or 5m`);
  }
  const server = serveRecording(world.cluster, world.forward);
  atEnd(server.close);
  const folder = await Deno.makeTempDir({ prefix: "velero-preview-" });
  atEnd(() => Deno.remove(folder, { recursive: true }));
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
  // What a plugin does to registries passes by this process, so nothing here asks it to copy images, and our own only records.
  const { OPENSHIFT_IMAGESTREAM_BACKUP: imageBackup, ...inherited } = Deno.env.toObject();
  if (imageBackup !== undefined) {
    notes.push({
      text:
        "OPENSHIFT_IMAGESTREAM_BACKUP is not passed to plugin executables, because with it they could copy images",
    });
  }
  const environment = { ...inherited, WORKLOADS_IMAGE_COPIES: RECORD };
  const named: NamedHost[] = [];
  for (const plugin of executables) {
    const path = plugin.includes("/") ? await absolute(plugin) : await absolute(`./${plugin}`);
    try {
      let lastWords = "";
      const running = await startPlugin({
        path,
        signal,
        timeout: Math.min(patience, START),
        env: { ...environment, KUBECONFIG: kubeconfig, VELERO_NAMESPACE: namespaceOfVelero(options) },
        log: (record) => {
          lastWords = record.message;
          said.push({ ...record, plugin });
        },
      });
      atEnd(async () => void await running.stop());
      const host = watchPlugin(running, { name: plugin, patience, fail, lastWords: () => lastWords });
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
