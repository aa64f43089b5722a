/**
 * The actions that a preview drives: our own in this process, and any plugin executables over the wire.
 *
 * @module
 */

import type { Log } from "../../actions/action.ts";
import { createRunner } from "../../actions/runner/run.ts";
import { createSettingsReader } from "../../actions/settings/reader.ts";
import { SOURCES } from "../../actions/sources.ts";
import type { RecordedCopy } from "../../images/recorded_copy.ts";
import { InputError } from "../../preview/input/input_error.ts";
import type { World } from "../../preview/input/world.ts";
import { builtinHost } from "../../preview/builtin/builtin.ts";
import { type ActionHost, directHost } from "../../preview/run/actions.ts";
import { joinHosts, type NamedHost } from "../../preview/run/hosts.ts";
import { OUTCOME, takeApart } from "../../preview/report/attach.ts";
import type { Note, Remark } from "../../preview/report/report.ts";
import { registryFrom, timeoutFrom } from "../environment.ts";
import { env, namespaceOfVelero } from "./common.ts";
import { createHastyTime } from "./hasty_time.ts";
import type { PluginOptions } from "./options.ts";

/** Names our own actions among plugins; a file of that name is `./own`. */
export const OWN_WORD = "own";

/** The name under which our executable lies among others. */
const OWN = "velero-plugin-for-workloads";

/**
 * Starts what was asked for, in Velero's order: its own actions, then executables by the names of their files, ours under its own name.
 *
 * @throws {InputError} for an executable that is none or no plugin, and for two that register the same action.
 */
export async function startActions(world: World, options: PluginOptions): Promise<ActionHost> {
  const plugins = [...new Set(options.plugins)];
  const executables = plugins.filter((plugin) => plugin !== OWN_WORD);
  const named: NamedHost[] = [];
  const [remarks, copies]: [Remark[], RecordedCopy[]] = [[], []];
  if (plugins.includes(OWN_WORD)) {
    named.push({ name: OWN, host: ownActions(world, options, { remarks, copies }) });
  }
  if (executables.length > 0) {
    const { startPlugins } = await import("./executables.ts");
    named.push(...await startPlugins(world, executables, options));
  }
  // Velero walks its folder of plugins by name (protocol 4.2).
  const base = ({ name }: NamedHost) => name.slice(name.lastIndexOf("/") + 1);
  named.sort((a, b) => base(a) < base(b) ? -1 : base(a) > base(b) ? 1 : 0);
  try {
    // The server itself is first in that list.
    const velero = builtinHost({ cluster: world.cluster, remark: (remark) => void remarks.push(remark) });
    const host = await joinHosts([{ name: "velero", host: velero }, ...named]);
    return { ...host, effects: world.cluster.effects, remarks: () => remarks, copies: () => copies };
  } catch (cause) {
    throw new InputError((cause as Error).message, { cause });
  }
}

function ownActions(
  { cluster, images }: World,
  { notes, options }: PluginOptions,
  { remarks, copies }: { readonly remarks: Remark[]; readonly copies: RecordedCopy[] },
): ActionHost {
  const warn = (note: Note) => void notes.push(note);
  const namespace = namespaceOfVelero(options);
  // What an action says about its item stands with the item in the report; anything else is a note of its own.
  let aboutItem = false;
  const line = (level: Remark["level"]): Log["info"] => (message, fields = {}) => {
    const { action, text } = takeApart(message);
    if (aboutItem && action !== undefined && typeof fields.name === "string") {
      if (!OUTCOME.test(text)) remarks.push({ level, text });
    } else if (level !== "info") warn(toNote(message, fields));
  };
  const log: Log = { debug: () => {}, info: line("info"), warn: line("warn"), error: line("error") };
  const registry = registryFrom(env, SOURCES);
  for (const text of registry.warnings) warn({ text });
  const time = createHastyTime();
  const runner = createRunner({
    registry,
    settings: createSettingsReader({ cluster, namespace, sources: SOURCES, log }),
    cluster,
    images: images((copy) => void copies.push(copy)),
    log,
    now: time.now,
    random: { uuid: () => crypto.randomUUID() },
    timeout: timeoutFrom(env, (text) => warn({ text })),
  });
  const host = directHost(registry, runner);
  return {
    ...host,
    async execute(...args) {
      aboutItem = true;
      try {
        return await time.during(() => host.execute(...args));
      } finally {
        aboutItem = false;
      }
    },
  };
}

function toNote(message: string, fields: Parameters<Log["warn"]>[1] = {}): Note {
  const { kind = "", namespace = "", name = "" } = fields;
  const place = [namespace, name].filter((part) => part !== "").join("/");
  return {
    text: place === "" ? message : `${[kind, place].filter((part) => part !== "").join(" ")}: ${message}`,
  };
}
