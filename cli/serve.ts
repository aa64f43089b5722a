/**
 * The mode in which Velero starts the executable: puts together what serves the actions.
 *
 * @module
 */

// First, because it keeps console.* off stdout.
import { processLog } from "../grpc/process_log.ts";
import { createRunner } from "../actions/runner/run.ts";
import { createSettingsReader } from "../actions/settings/reader.ts";
import { SOURCES } from "../actions/sources.ts";
import { connect } from "../cluster/live/connect.ts";
import { connectImages } from "../images/connect.ts";
import { readArguments } from "../grpc/arguments.ts";
import { serve } from "../grpc/serve.ts";
import { countersFrom } from "./counters.ts";
import { namespaceFrom, registryFrom, timeoutFrom } from "./environment.ts";

/** Serves until the host ends the process. A start that fails is one line for the host and exit code 1. */
export async function serveActions(): Promise<void> {
  const env = (name: string) => Deno.env.get(name);
  try {
    const registry = registryFrom(env, SOURCES);
    const counters = countersFrom(env, processLog);
    const cluster = connect({
      env,
      log: processLog,
      ...(counters === undefined ? {} : { observer: counters.clusterObserver }),
    });
    const images = connectImages({ env, log: processLog });
    const namespace = namespaceFrom(env, readArguments(Deno.args).namespace);
    const runner = createRunner({
      registry,
      settings: createSettingsReader({ cluster, namespace, sources: SOURCES, log: processLog }),
      cluster,
      images,
      log: processLog,
      now: () => new Date(),
      random: { uuid: () => crypto.randomUUID() },
      timeout: timeoutFrom(env, processLog.warn),
      ...(counters === undefined ? {} : { observer: counters.observer, counter: counters.count }),
    });
    const command = env("PLUGIN_COMMAND") || Deno.execPath();
    const beforeExit = () => {
      counters?.flush();
      return images.stop();
    };
    await serve({ registry, runner, log: processLog, command, args: Deno.args, env, beforeExit });
  } catch (error) {
    processLog.error(`cannot serve: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
