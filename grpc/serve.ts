/**
 * Serves a registry of actions to Velero: services, listener, handshake, life (protocol 1 to 4).
 *
 * @module
 */

import { Server } from "@grpc/grpc-js";
import { ACTION_KINDS } from "../actions/action.ts";
import type { Registry } from "../actions/registry.ts";
import type { Runner } from "../actions/runner/run.ts";
import { createActionHandlers } from "./action_services.ts";
import { createGoPluginServices } from "./go_plugin.ts";
import { type Handlers, unaryService } from "./handlers.ts";
import { handshakeLine } from "./handshake.ts";
import { kindsFor, readKinds } from "./kinds.ts";
import { createStop, surviveExceptions, watchHost, watchMemory } from "./lifecycle.ts";
import { listen } from "./listen.ts";
import type { HostLog } from "./log.ts";
import { actionServices, goPlugin, pluginLister } from "./services.ts";
import { writeAll } from "./write_all.ts";

/** What a serving process is made of. */
export interface ServeOptions {
  readonly registry: Registry;
  readonly runner: Runner;
  readonly log: HostLog;
  /** What the host has to start for these actions: the absolute path of the executable. */
  readonly command: string;
  /** The command line that the host passed. */
  readonly args: readonly string[];
  readonly env: (name: string) => string | undefined;
  /** Called once before the process ends, except when it is killed. */
  readonly beforeExit?: () => Promise<void> | undefined;
}

const CHANNEL_OPTIONS = {
  // The default of 4 MiB is less than a large object in a restore, which comes twice (protocol 4.9).
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.enable_channelz": 0,
};

/** Starts serving and returns; the process then lives until the host ends it or is gone. */
export async function serve(options: ServeOptions): Promise<void> {
  const { runner, log, env } = options;
  surviveExceptions(log);
  const server = new Server(CHANNEL_OPTIONS);
  let stop = (_reason: string) => {};

  const services = createGoPluginServices(() => stop("the host is done"));
  for (const name of Object.keys(goPlugin) as (keyof typeof goPlugin)[]) {
    server.addService(goPlugin[name], services[name]);
  }
  const lister: Handlers<typeof pluginLister> = {
    listPlugins: (_, userAgent) => ({ plugins: list(options, userAgent) }),
  };
  server.addService(pluginLister, unaryService(lister, log.callerIs));
  const handlers = createActionHandlers(runner);
  for (const kind of ACTION_KINDS) {
    server.addService(actionServices[kind], unaryService<unknown>(handlers[kind], log.callerIs));
  }

  const listener = await listen(server, { env, note: log.info });
  const socket = listener.network === "unix" ? listener.address : undefined;
  stop = createStop({
    socket,
    log,
    peakMemory: watchMemory(),
    beforeExit: options.beforeExit ?? (() => undefined),
  });
  watchHost(stop);
  if (!writeAll(Deno.stdout, new TextEncoder().encode(handshakeLine(listener)))) stop("nobody reads stdout");
}

// Velero asks for the list once, when its server starts. So a warning about the environment appears once, not in every backup.
function list({ registry, command, args, env, log }: ServeOptions, userAgent: string) {
  for (const warning of registry.warnings) log.warn(warning);
  const chosen = readKinds(env("WORKLOADS_KINDS"));
  for (const word of chosen?.unknown ?? []) {
    log.warn(`WORKLOADS_KINDS names the unknown kind "${word}", which is not listed`);
  }
  const kinds = chosen?.kinds ?? kindsFor({ userAgent, args });
  return registry.entries
    .filter(({ listed, action }) => listed && kinds.has(action.kind))
    .map(({ action: { kind, name } }) => ({ command, kind, name }));
}
