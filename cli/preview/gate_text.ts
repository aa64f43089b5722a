import type { GateResult } from "../../sidecar/gate/result.ts";
import { counted } from "../../preview/report/lines.ts";
import type { GateState } from "../../sidecar/gate/states.ts";

const WORDS: Readonly<Record<GateState, string>> = {
  restorable: "would restore",
  not_restorable: "would NOT restore",
  no_backup: "has NO backup",
  unchecked: "could NOT be checked",
};

/** The result of the gate for people and for the log of its pod. */
export function formatGateResult({ schedules, omitted }: GateResult): string[] {
  const lines = schedules.flatMap(({ schedule, state, paused, backup, counts, reasons }) => [
    `${schedule}: ${WORDS[state]}${paused ? " (the schedule is paused)" : ""}`,
    ...(backup === undefined
      ? []
      : [`  backup ${backup.name} of ${backup.started.toISOString().slice(0, 16).replace("T", " ")} UTC`]),
    ...(counts === undefined ? [] : [
      `  ${
        [
          counted(counts.items, "item"),
          counted(counts.failures, "failure"),
          counted(counts.warnings, "warning"),
        ].join(", ")
      }`,
    ]),
    ...reasons.map((reason) => `  - ${reason}`),
  ]);
  if (schedules.length === 0) lines.push("There is no schedule in Velero's namespace.");
  if (omitted > 0) {
    const left = `${counted(omitted, "more schedule")} ${omitted === 1 ? "was" : "were"} left out`;
    lines.push(`${left}; only the first ${schedules.length} are checked.`);
  }
  return lines;
}
