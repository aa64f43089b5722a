/**
 * The real executable against a cluster that misbehaves on order, and what every call must hold to: an answer with a clear text, a
 * process that lives on, and no secret in anything it says.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import type { Fault } from "../../cluster/served/faults.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { serveCluster, type ServedCluster } from "../../cluster/served/serve.ts";
import type { LogRecord } from "../../preview/host/hclog.ts";
import type { Plugin } from "../../preview/host/plugin.ts";
import { bundledPlugin } from "../kit/bundled_plugin.ts";
import { assertDeclared, authorized } from "../kit/declared.ts";
import { pluginEnvironment } from "../kit/plugin_environment.ts";

/** Stands wherever a secret may stand: in items, in objects of the cluster, in garbage it answers, in the bearer token. */
export const SECRET = "hunter2-hunter2";

/** Whether a test may start processes and serve a cluster. */
export const ignore = (["run", "net", "read", "write", "env"] as const)
  .some((name) => Deno.permissions.querySync({ name }).state !== "granted");

/** An action, an item for it, and the run it belongs to. */
export interface Subject {
  readonly kind: ActionKind;
  readonly name: string;
  readonly item: JsonObject;
  /** A Backup or a Restore. */
  readonly run: JsonObject;
}

/** How one call ended. */
export interface Outcome {
  /** `OK`, or the status code as Go spells it. */
  readonly code: string;
  /** The error text, or the item of the answer. */
  readonly text: string;
}

/** A running plugin and its cluster. */
export interface World {
  readonly served: ServedCluster;
  readonly plugin: Plugin;
  /** Calls an action; a process that is gone is an exception. */
  call(subject: Subject, item?: Bytes, more?: { run?: Bytes; itemFromBackup?: Bytes }): Promise<Outcome>;
  /** Ends the process as Velero does, checks that it did so by itself and kept the secret, and gives its log. */
  end(): Promise<readonly LogRecord[]>;
}

/** JSON to be written, a text or bytes as they are. */
export type Bytes = JsonObject | string | Uint8Array;

/** What a world is made of. */
export interface WorldOptions {
  readonly objects?: readonly JsonObject[];
  readonly faults?: readonly Fault[];
  readonly env?: Readonly<Record<string, string>>;
  /** The kubeconfig instead of the served cluster's. */
  readonly kubeconfig?: (served: ServedCluster) => string;
}

const encoder = new TextEncoder();

/** Serves a cluster and starts the plugin. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { objects = [], faults = [], env = {} } = options;
  const directory = await Deno.makeTempDir({ prefix: "bad-input-" });
  const served = serveCluster(createMemoryCluster({ objects }), { faults, token: () => SECRET });
  await Deno.writeTextFile(`${directory}/kubeconfig`, (options.kubeconfig ?? plain)(served));
  // Loaded here, because gRPC reads the environment at once.
  const { startPlugin } = await import("../../preview/host/plugin.ts");
  const { RpcError } = await import("../../preview/host/rpc.ts");
  const lines: LogRecord[] = [];
  const texts: string[] = [];
  const plugin = await startPlugin({
    path: await bundledPlugin(),
    args: ["--log-level", "debug"],
    env: pluginEnvironment(directory, {
      KUBECONFIG: `${directory}/kubeconfig`,
      VELERO_NAMESPACE: "velero",
      ...env,
    }),
    log: (line) => lines.push(line),
  });
  const noted = (outcome: Outcome): Outcome => {
    if (outcome.code !== "OK") texts.push(outcome.text);
    return outcome;
  };
  return {
    served,
    plugin,
    async call(subject, item = subject.item, { run = subject.run, itemFromBackup = item } = {}) {
      const raw = { item: bytes(item), run: bytes(run), itemFromBackup: bytes(itemFromBackup) };
      try {
        if (subject.kind === "ItemBlockAction") {
          // It does not answer with an item; what it was given stays.
          await plugin.relatedItems(subject.name, raw);
          return noted({ code: "OK", text: new TextDecoder().decode(raw.item) });
        }
        const answer = await plugin.execute(subject.kind, subject.name, raw);
        return noted({ code: "OK", text: new TextDecoder().decode(answer.item) });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return noted({ code: error.code, text: error.text });
      }
    },
    async end() {
      assertEquals((await plugin.list()).length > 0, true, "the process lives");
      assertEquals(await plugin.stop(), true, "the process ended by itself");
      assertDeclared(authorized(served.requests()));
      await served.close();
      await Deno.remove(directory, { recursive: true });
      const telling = [...texts, ...lines.map((line) => JSON.stringify(line))]
        .filter((text) => text.includes(SECRET));
      assertEquals(telling, [], "what tells the secret");
      assertEquals(lines.filter(({ message }) => message.includes("a fault of this plugin")), []);
      return lines;
    },
  };
}

function plain(served: ServedCluster): string {
  return served.kubeconfig();
}

function bytes(value: Bytes): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return encoder.encode(typeof value === "string" ? value : JSON.stringify(value));
}

/** The warnings and errors about objects of a namespace, without the action's name in front, sorted. */
export function complaints(
  lines: readonly LogRecord[],
  { name }: Pick<Subject, "name">,
  namespace: string,
): string[] {
  return lines
    .filter(({ level, message, fields }) =>
      (level === "warn" || level === "error") && fields.namespace === namespace &&
      message.startsWith(`${name}: `)
    )
    .map(({ level, message }) => `${level} ${message.slice(name.length + 2)}`)
    .sort();
}

/** An answer, or a refusal that says action, rule and remedy; never an exception that no rule foresees. */
export function assertClear({ code, text }: Outcome, subject: Subject, about: string): void {
  if (code === "OK") return;
  assertEquals(code, "Unknown", `${subject.name} ${about}: ${text}`);
  assertMatch(text, /^[^ ]+: .+ \(rule [^)]+\); .+/, `${subject.name} ${about}`);
  assertEquals(text.startsWith(`${subject.name}: `), true, `${subject.name} ${about}: ${text}`);
}
