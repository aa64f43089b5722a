/**
 * The modes `preview compare backup` and `preview compare restore`: the way from one plugin to another, and to see that nothing is lost.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { previewedRun, REPORT_VERSION } from "../../preview/report/document.ts";
import { type ComparedRun, compareRuns } from "../../preview/run/compare.ts";
import { groupResource } from "../../preview/run/resources.ts";
import { decodeItem } from "../../preview/run/step.ts";
import { prepareBackup } from "./backup.ts";
import type { BackupOptions, CommonOptions, Given, RestoreOptions } from "./options.ts";
import { maker, tellComparison } from "./output.ts";
import { prepareRestore } from "./restore.ts";
import type { Session } from "./session.ts";

/** Compares two backups of the same input. A text among the runs is why Velero would fail the whole one. @returns the exit code: 1 when they differ. */
export async function compareBackups(
  inputs: readonly string[],
  options: BackupOptions & Given,
  session: Session,
): Promise<number> {
  const [first, second] = twoPlugins(options);
  const backup = await prepareBackup(inputs, options, session);
  const runs: (ComparedRun | string)[] = [];
  let manifest: JsonObject = {};
  for (const plugin of [first, second]) {
    const ran = await backup([plugin]);
    const { run } = ran;
    manifest = ran.manifest;
    if (typeof run === "string") {
      runs.push(run);
      continue;
    }
    const objects = new Map([...run.archive].map(([key, { bytes }]) => [key, decodeItem(bytes)]));
    runs.push({ report: run.report, objects });
  }
  return await tellDifferences(runs, [first, second], manifest, options);
}

/** Compares two restores of the same archive into the same target. @returns the exit code: 1 when they differ. */
export async function compareRestores(
  path: string | undefined,
  options: RestoreOptions & Given,
  session: Session,
): Promise<number> {
  const [first, second] = twoPlugins(options);
  const restore = await prepareRestore(path, options, session);
  const runs: (ComparedRun | string)[] = [];
  let manifest: JsonObject = {};
  for (const plugin of [first, second]) {
    const ran = await restore([plugin]);
    const { run, world } = ran;
    manifest = ran.manifest;
    if (typeof run === "string") {
      runs.push(run);
      continue;
    }
    const objects = new Map<string, JsonObject>();
    for (const { kind, namespace, name, object } of world.cluster.effects()) {
      const key = `${groupResource(kind)}/${namespace}/${name}`;
      if (object === undefined) objects.delete(key);
      else objects.set(key, object);
    }
    runs.push({ report: run, objects });
  }
  return await tellDifferences(runs, [first, second], manifest, options);
}

function twoPlugins({ plugin = [] }: CommonOptions): [string, string] {
  const [first, second, ...more] = plugin;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new InputError('compare takes two plugins: --plugin A --plugin B, where "own" is this program');
  }
  return [first, second];
}

async function tellDifferences(
  [first = "", second = ""]: readonly (ComparedRun | string)[],
  plugins: readonly [string, string],
  manifest: JsonObject,
  options: CommonOptions,
): Promise<number> {
  const { madeAt, madeBy } = maker();
  const failureOf = (run: ComparedRun | string) => typeof run === "string" ? run : null;
  const failed = typeof first === "string" || typeof second === "string";
  return await tellComparison({
    apiVersion: REPORT_VERSION,
    kind: "PreviewComparison",
    madeAt: madeAt.toISOString(),
    madeBy,
    of: manifest.kind === "Restore" ? "restore" : "backup",
    run: previewedRun(manifest),
    plugins,
    ...(failed
      ? { failures: [failureOf(first), failureOf(second)] as const, items: 0, differences: [] }
      : { items: first.report.items.length, differences: compareRuns(first, second) }),
  }, options);
}
