/**
 * The modes `preview compare backup` and `preview compare restore`: the way from one plugin to another, and to see that nothing is lost.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { formatComparison } from "../../preview/report/comparison_text.ts";
import { type ComparedRun, compareRuns, type Difference } from "../../preview/run/compare.ts";
import { groupResource } from "../../preview/run/resources.ts";
import { decodeItem } from "../../preview/run/step.ts";
import { prepareBackup } from "./backup.ts";
import { failedWhole, print } from "./common.ts";
import type { BackupOptions, CommonOptions, Given, RestoreOptions } from "./options.ts";
import { prepareRestore } from "./restore.ts";
import { EXIT, type Session } from "./session.ts";

/** Compares two backups of the same input. @returns the exit code: 1 when they differ. */
export async function compareBackups(
  inputs: readonly string[],
  options: BackupOptions & Given,
  session: Session,
): Promise<number> {
  const [first, second] = twoPlugins(options);
  const backup = await prepareBackup(inputs, options, session);
  const runs: ComparedRun[] = [];
  for (const plugin of [first, second]) {
    const { run } = await backup([plugin]);
    if (typeof run === "string") return failedWhole("backup", `${plugin}: ${run}`, session);
    const objects = new Map([...run.archive].map(([key, { bytes }]) => [key, decodeItem(bytes)]));
    runs.push({ report: run.report, objects });
  }
  return tellDifferences(runs, [first, second], options);
}

/** Compares two restores of the same archive into the same target. @returns the exit code: 1 when they differ. */
export async function compareRestores(
  path: string | undefined,
  options: RestoreOptions & Given,
  session: Session,
): Promise<number> {
  const [first, second] = twoPlugins(options);
  const restore = await prepareRestore(path, options, session);
  const runs: ComparedRun[] = [];
  for (const plugin of [first, second]) {
    const { run, world } = await restore([plugin]);
    if (typeof run === "string") return failedWhole("restore", `${plugin}: ${run}`, session);
    const objects = new Map<string, JsonObject>();
    for (const { kind, namespace, name, object } of world.cluster.effects()) {
      const key = `${groupResource(kind)}/${namespace}/${name}`;
      if (object === undefined) objects.delete(key);
      else objects.set(key, object);
    }
    runs.push({ report: run, objects });
  }
  return tellDifferences(runs, [first, second], options);
}

function twoPlugins({ plugin = [] }: CommonOptions): [string, string] {
  const [first, second, ...more] = plugin;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new InputError('compare takes two plugins: --plugin A --plugin B, where "own" is this program');
  }
  return [first, second];
}

function tellDifferences(
  [first, second]: readonly ComparedRun[],
  plugins: readonly [string, string],
  { output }: CommonOptions,
): number {
  const found: Difference[] = first === undefined || second === undefined ? [] : compareRuns(first, second);
  const items = first?.report.items.length ?? 0;
  print(
    output === "json"
      ? `${JSON.stringify({ plugins, items, differences: found }, undefined, 2)}\n`
      : `${formatComparison(plugins, items, found).join("\n")}\n`,
  );
  return found.length === 0 ? EXIT.fine : EXIT.wouldFail;
}
