/**
 * Starts the DeploymentConfigs that a restore scaled down, and deletes the pods it restored beside them (openshift 12, IMP-58).
 *
 * @module
 */

import { ANNOTATIONS, LABELS } from "../../actions/openshift/constants.ts";
import { DEPLOYMENT_CONFIGS, PODS, RESTORES } from "../../actions/openshift/kinds.ts";
import { validName } from "../../actions/openshift/valid_name.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, stringAt } from "../../objects/object.ts";
import { findUnits, type Original, type Unit } from "./find.ts";
import { targetsOf } from "./targets.ts";
import { counted } from "../../preview/report/lines.ts";

/** What the command is told. */
export interface PostRestoreOptions {
  readonly cluster: Cluster;
  /** Name of the Restore. */
  readonly restore: string;
  /** Velero's namespace. */
  readonly veleroNamespace: string;
  /** The only target namespaces to work in; empty: all of the Restore. */
  readonly namespaces: readonly string[];
  /** Only say what would be done. */
  readonly dryRun: boolean;
  /** Work although the Restore has not ended. */
  readonly force: boolean;
  /** Delete pods before their DeploymentConfig starts, whatever they hold. */
  readonly deleteFirst: boolean;
  /** Takes one line of progress. */
  readonly print: (line: string) => void;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Why the command does nothing at all. */
export class PostRestoreError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PostRestoreError";
  }
}

const TERMINAL = new Set(["FailedValidation", "Completed", "PartiallyFailed", "Failed"]);

const READY_WAIT_MS = 60_000;
const POLL_MS = 2_000;

/**
 * Does it; what was done before is not done again.
 *
 * @returns How many objects failed; each has a line.
 * @throws {PostRestoreError} when the Restore is not there or has not ended, or a namespace is none of its targets.
 * @throws {ClusterError} when it cannot be read what is to be done.
 */
export async function postRestore(options: PostRestoreOptions): Promise<number> {
  const { cluster, restore: name, namespaces, print, dryRun } = options;
  const isTarget = targetsOf(await readRestore(options));
  const others = namespaces.filter((namespace) => !isTarget(namespace));
  if (others.length > 0) {
    throw new PostRestoreError(
      `Restore ${name} has not written to namespace ${
        others.join(", ")
      }; name only namespaces that it restored to`,
    );
  }
  const units = await findUnits({ cluster, label: await validName(name), namespaces, isTarget });
  const configs = units.filter(({ name }) => name !== undefined).length;
  const pods = units.reduce((sum, unit) => sum + unit.pods.length, 0);
  print(
    `Restore ${name}: ${counted(configs, "DeploymentConfig")} to start, ${counted(pods, "pod")} to delete${
      dryRun ? " (dry run)" : ""
    }`,
  );
  const failed = new Map<string, number>();
  for (const [index, unit] of units.entries()) {
    const before = failed.get(unit.namespace) ?? 0;
    const title = `[${index + 1}/${units.length}] ${unit.namespace}/${unit.name ?? "pods"}`;
    const work = { ...options, say: (text: string) => print(`${title}: ${text}`) };
    failed.set(unit.namespace, before + await finish(unit, work, before > 0));
  }
  const total = [...failed.values()].reduce((sum, count) => sum + count, 0);
  print(
    total === 0
      ? "done"
      : `${counted(total, "object")} failed; run the command again when you have removed the causes`,
  );
  return total;
}

async function readRestore(
  { cluster, restore: name, veleroNamespace, force }: PostRestoreOptions,
): Promise<JsonObject> {
  const restore = await cluster.get(RESTORES, veleroNamespace, name);
  if (restore === undefined) {
    throw new PostRestoreError(
      `Restore ${veleroNamespace}/${name} does not exist; name Velero's namespace with -n`,
    );
  }
  const phase = stringAt(restore, "status", "phase") ?? "New";
  if (!TERMINAL.has(phase) && !force) {
    throw new PostRestoreError(
      `Restore ${name} is ${phase}: wait until it has ended and its hooks and volume restores are done, or use --force`,
    );
  }
  return restore;
}

interface Work extends PostRestoreOptions {
  /** Prints a line about the unit. */
  say(text: string): void;
}

/** @returns how many objects failed. */
async function finish(unit: Unit, work: Work, othersFailed: boolean): Promise<number> {
  const { original, pods, holdsVolume } = unit;
  if (unit.name === undefined) {
    if (!othersFailed) return await deletePods(pods, unit, work);
    work.say(
      `failed: kept ${
        counted(pods.length, "pod")
      }, because a DeploymentConfig of the namespace failed and may own them`,
    );
    return pods.length;
  }
  if (original === undefined || typeof original === "string") {
    work.say(`failed: ${original}; correct it or scale the DeploymentConfig yourself`);
    return 1;
  }
  if (work.deleteFirst || holdsVolume) {
    if (holdsVolume) work.say("its pods go first, because one holds a volume that only one pod can have");
    const failed = await deletePods(pods, unit, work);
    return failed + (await start(unit.name, original, unit, work) ? 0 : 1);
  }
  if (!await start(unit.name, original, unit, work)) return 1;
  if (pods.length > 0 && original.replicas > 0 && !work.dryRun) await waitForReadyPod(unit.name, unit, work);
  return await deletePods(pods, unit, work);
}

async function start(
  name: string,
  { replicas, paused }: Original,
  { namespace }: Unit,
  work: Work,
): Promise<boolean> {
  const what = `${replicas} replicas${paused ? ", paused" : ""}`;
  return await attempt(
    work,
    `start with ${what}`,
    `started with ${what}`,
    () =>
      work.cluster.patch(DEPLOYMENT_CONFIGS, namespace, name, {
        metadata: {
          labels: { [LABELS.replicasModified]: null },
          annotations: { [ANNOTATIONS.originalReplicas]: null, [ANNOTATIONS.originalPaused]: null },
        },
        spec: { replicas, paused },
      }, { type: "merge" }),
  );
}

async function waitForReadyPod(
  name: string,
  { namespace }: Unit,
  { cluster, pause, say }: Work,
): Promise<void> {
  say(`waiting for a ready pod, ${READY_WAIT_MS / 1000} s at most`);
  for (let waited = 0; waited < READY_WAIT_MS; waited += POLL_MS) {
    // What cannot be read now may be readable in a moment; the time is bound.
    const config = await cluster.get(DEPLOYMENT_CONFIGS, namespace, name).catch(() => undefined);
    const ready = at(config, "status", "readyReplicas");
    if (typeof ready === "number" && ready > 0) return say("a pod is ready");
    await pause(POLL_MS);
  }
  say("no pod is ready yet");
}

async function deletePods(pods: readonly JsonObject[], { namespace }: Unit, work: Work): Promise<number> {
  let failed = 0;
  for (const pod of pods) {
    const name = nameOf(pod);
    const uid = stringAt(pod, "metadata", "uid");
    const deleted = await attempt(
      work,
      `delete pod ${name}`,
      `deleted pod ${name}`,
      () => work.cluster.delete(PODS, namespace, name, uid === undefined ? {} : { uid }),
    );
    if (!deleted) failed++;
  }
  return failed;
}

async function attempt(
  work: Work,
  task: string,
  done: string,
  act: () => Promise<unknown>,
): Promise<boolean> {
  if (work.dryRun) {
    work.say(`would ${task}`);
    return true;
  }
  try {
    await act();
    work.say(done);
    return true;
  } catch (error) {
    work.say(`failed to ${task}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}
