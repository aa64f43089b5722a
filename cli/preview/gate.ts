/**
 * The mode `preview gate`: would the newest backup of each Schedule restore into this cluster? For a CronJob; the sidecar, or a textfile
 * collector, exports what it finds.
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import { parseDuration } from "../../actions/settings/setting.ts";
import { createRightsWatch } from "../../preview/gate/rights.ts";
import { readSchedules, type ScheduleState } from "../../preview/gate/schedules.ts";
import { judge } from "../../preview/gate/verdict.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { createReport } from "../../preview/report/document.ts";
import { exposeGate, PROMETHEUS } from "../../sidecar/exposition.ts";
import {
  fewReasons,
  formatGate,
  GATE_CONFIG_MAP,
  type GateResult,
  type ScheduleResult,
} from "../../sidecar/gate/result.ts";
import { type GateState, MOST_SCHEDULES } from "../../sidecar/gate/states.ts";
import { writeGateResult } from "../gate_result.ts";
import { namespaceOfVelero, openLive } from "./common.ts";
import { formatGateResult } from "./gate_text.ts";
import type { GateOptions, Given, RestoreOptions } from "./options.ts";
import { maker, print } from "./output.ts";
import { OWN_WORD } from "./plugins.ts";
import { prepareRestore } from "./restore.ts";
import { EXIT, type Session } from "./session.ts";
import { checkPlace, writeBelow } from "./write_below.ts";

/**
 * Checks all Schedules one after the other; what goes wrong with one does not stop the others.
 *
 * @returns the exit code: 1 when a newest backup would not restore, or there is none; 2 when one could not be checked.
 * @throws {InputError} when no Schedule can be checked, and when the result cannot be put where it belongs.
 */
export async function previewGate(options: GateOptions, session: Session): Promise<number> {
  const { output, textfile, store = false } = options;
  if (textfile !== undefined) checkPlace(textfile);
  const limit = parseDuration(options.timeLimit);
  if (limit === undefined) {
    throw new InputError(`--time-limit: "${options.timeLimit}" is not a duration such as 90s or 15m`);
  }
  const namespace = namespaceOfVelero(options);
  const { inner } = await openLive(options, session);
  const all = await told(
    "Cannot read the schedules",
    () => readSchedules(inner, namespace, { signal: session.signal }),
  );
  const schedules: ScheduleResult[] = [];
  for (const state of all.slice(0, MOST_SCHEDULES)) {
    schedules.push(await check(state, options, session, limit));
    session.signal.throwIfAborted();
  }
  const omitted = Math.max(0, all.length - MOST_SCHEDULES);
  const result: GateResult = { ended: new Date(), schedules, omitted };
  const encoder = new TextEncoder();
  print(encoder.encode(output === "json" ? formatGate(result) : `${formatGateResult(result).join("\n")}\n`));
  if (textfile !== undefined) {
    const text = exposeGate({ installed: true, result }, PROMETHEUS);
    writeBelow(textfile, encoder.encode(text));
  }
  if (store) {
    const where = `Cannot store the result in ConfigMap ${namespace}/${GATE_CONFIG_MAP} (deploy/gate has it)`;
    await told(where, () => writeGateResult(inner, namespace, formatGate(result)));
  }
  const bad = schedules.some(({ state, paused }) =>
    state === "not_restorable" || (state === "no_backup" && !paused)
  );
  if (bad) return EXIT.wouldFail;
  return schedules.some(({ state }) => state === "unchecked") ? EXIT.badInput : EXIT.fine;
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    throw new InputError(`${what}: ${cause.message}`, { cause });
  }
}

async function check(
  { name, paused, backup, newer }: ScheduleState,
  options: GateOptions,
  session: Session,
  limit: number,
): Promise<ScheduleResult> {
  const result = (state: GateState, reasons: readonly string[], counts?: ScheduleResult["counts"]) => ({
    schedule: name,
    paused,
    checked: new Date(),
    ...(backup === undefined ? {} : { backup }),
    state,
    ...(counts === undefined ? {} : { counts }),
    reasons: fewReasons(reasons),
  });
  if (backup === undefined) {
    const last = newer === undefined ? [] : [`the newest one, ${newer.name}, is ${newer.phase}`];
    return result("no_backup", ["there is no backup that Velero can restore from", ...last]);
  }
  // What makes it less than the backup of last night.
  const flaws = [
    ...(backup.phase === "Completed" ? [] : [`the backup is ${backup.phase}, so items are missing from it`]),
    ...(newer?.phase.startsWith("Failed") === true
      ? [`the newer backup ${newer.name} is ${newer.phase}`]
      : []),
  ];
  const rights = createRightsWatch();
  const forbidden = () =>
    rights.missing().map((right) =>
      `the gate may not ${right}: add this to its Role or ClusterRole in deploy/gate`
    );
  try {
    const verdict = await preview(backup.name, options, { ...session, around: rights.around }, limit);
    if (rights.missing().length > 0) return result("unchecked", [...forbidden(), ...flaws]);
    if (typeof verdict === "string") {
      return result("not_restorable", [`Velero would fail the whole restore: ${verdict}`, ...flaws]);
    }
    const { items, failures, reasons } = verdict;
    const warnings = verdict.warnings + flaws.length;
    const works = failures === 0 && (options.failOn === "error" || warnings === 0);
    return result(
      works ? "restorable" : "not_restorable",
      [...reasons.slice(0, failures), ...flaws, ...reasons.slice(failures)],
      { items, failures, warnings },
    );
  } catch (error) {
    session.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    const found = forbidden();
    return result("unchecked", [...(found.length > 0 ? found : [error.message]), ...flaws]);
  }
}

/** The restore as it would be; a text when Velero would fail all of it. */
async function preview(backup: string, options: GateOptions, session: Session, limit: number) {
  const ends = performance.now() + limit;
  let late = false;
  const restore: RestoreOptions & Given = { ...options, backup, name: "gate" };
  const run = await prepareRestore(undefined, restore, {
    ...session,
    async progress(done, total) {
      await session.progress(done, total);
      late ||= performance.now() > ends;
      if (late) throw new Error(`it took longer than ${options.timeLimit}`);
    },
  });
  const { run: report, notes, manifest } = await run([OWN_WORD]);
  if (late) throw new InputError(`the preview took longer than ${options.timeLimit} (--time-limit)`);
  return typeof report === "string" ? report : judge(createReport(report, manifest, notes, maker()));
}
