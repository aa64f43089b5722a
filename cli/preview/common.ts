/**
 * What `preview backup` and `preview restore` do alike: find the cluster, make the Backup or Restore, tell the result.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { ensureObject } from "../../objects/object.ts";
import { ClusterError } from "../../cluster/cluster.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { liveWorld, type World } from "../../preview/input/world.ts";
import type { Note } from "../../preview/report/report.ts";
import { namespaceFrom } from "../environment.ts";
import type { CommonOptions } from "./options.ts";
import type { Session } from "./session.ts";

/** Reads a variable of this process. */
export const env = (name: string): string | undefined => Deno.env.get(name);

/** Reads standard input to its end. */
export const stdin = async (): Promise<string> => await new Response(Deno.stdin.readable).text();

/** Velero's namespace. */
export function namespaceOfVelero({ namespace }: CommonOptions): string {
  return namespace ?? namespaceFrom(env, undefined);
}

/**
 * The live cluster.
 *
 * @param notes Gets what it does not serve although it should.
 */
export async function openLive(
  { kubeconfig, kubecontext }: CommonOptions,
  { complain, around }: Session,
  notes: Note[] = [],
): Promise<World> {
  if (kubeconfig !== undefined) await readable(kubeconfig);
  const silent = () => {};
  return await liveWorld({
    env: (name) => name === "KUBECONFIG" && kubeconfig !== undefined ? kubeconfig : env(name),
    log: { debug: silent, warn: complain },
    mayRun: true,
    ...(kubecontext === undefined ? {} : { context: kubecontext }),
    ...(around === undefined ? {} : { around }),
    missing: (group, error) => {
      const text = `the resources of ${group} are left out: ${error.message}`;
      complain(`Warning: ${text}`);
      notes.push({ text });
    },
  });
}

async function readable(path: string): Promise<void> {
  try {
    await Deno.readTextFile(path);
  } catch (cause) {
    throw new InputError(`Cannot read the kubeconfig "${path}": ${(cause as Error).message}`, { cause });
  }
}

/** The frame of a Backup or Restore as the server has it in memory; what the manifest says is kept. */
export function framed(
  manifest: JsonObject | undefined,
  kind: "Backup" | "Restore",
  options: CommonOptions,
): JsonObject {
  const run: JsonObject = manifest ?? { apiVersion: "velero.io/v1", kind };
  const metadata = ensureObject(run, "metadata");
  metadata.name ??= options.name;
  metadata.namespace ??= namespaceOfVelero(options);
  const spec = ensureObject(run, "spec");
  spec.includedNamespaces ??= ["*"];
  run.status = { phase: "InProgress" };
  return run;
}

/**
 * Runs what may end as a whole.
 *
 * @returns the result, or the text of what would end it.
 * @throws {InputError} when the cluster does not answer.
 */
export async function wholly<T>(run: () => Promise<T>): Promise<T | string> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    if (cause instanceof ClusterError) {
      throw new InputError(`Cannot read the cluster: ${cause.message}`, { cause });
    }
    if (cause instanceof Error) return cause.message;
    throw cause;
  }
}
