// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The part of the page that tells whether the newest backups could be restored.
 *
 * @module
 */

import type { GateView } from "../gate/reader.ts";
import type { ScheduleResult } from "../gate/result.ts";
import type { GateState } from "../gate/states.ts";
import { counted, moment, Time } from "./words.tsx";

/** One row per Schedule; nothing where there is no gate. */
export function Gate({ gate: { installed, result, problem }, now }: { gate: GateView; now: Date }) {
  if (!installed && problem === undefined) return null;
  return (
    <section id="gate">
      <h2>Would the newest backups restore?</h2>
      {problem !== undefined && <p class="problem" role="alert">Gate: {problem}</p>}
      {installed && (result === undefined ? <p class="note">The gate has not ended a check yet.</p> : (
        <>
          <p class="note">
            Previews of a restore into this cluster, the last of them <Time at={result.ended} since={now} />.
            {result.omitted > 0 && ` Left out: ${counted(result.omitted, "schedule")}.`}
          </p>
          {result.schedules.length > 0 && (
            <table class="gate">
              <thead>
                <tr>
                  {["schedule", "backup", "items", "result"].map((title) => <th scope="col">{title}</th>)}
                </tr>
              </thead>
              <tbody>{result.schedules.map((schedule) => <Row result={schedule} now={now} />)}</tbody>
            </table>
          )}
        </>
      ))}
    </section>
  );
}

const WORDS: Readonly<Record<GateState, string>> = {
  restorable: "would restore",
  not_restorable: "would not restore",
  no_backup: "no backup to restore",
  unchecked: "could not be checked",
};

function Row({ result, now }: { result: ScheduleResult; now: Date }) {
  const { schedule, state, paused, backup, counts, reasons } = result;
  return (
    <>
      <tr>
        <th scope="row">
          {schedule} {paused && <span class="kind">paused</span>}
        </th>
        <td data-title="backup">
          {backup === undefined ? "none" : (
            <>
              {backup.name}
              <small>
                <Time at={backup.started} since={now} />, {moment(backup.started, "minute")}
              </small>
            </>
          )}
        </td>
        <td data-title="items">{counts?.items ?? "–"}</td>
        <td data-title="result" class={state === "restorable" ? "" : "bad"}>
          {WORDS[state]}
          {counts !== undefined && counts.failures + counts.warnings > 0 && (
            <small>
              {counted(counts.failures, "failure")}, {counted(counts.warnings, "warning")}
            </small>
          )}
        </td>
      </tr>
      {reasons.length > 0 && (
        <tr class="error">
          <td colspan={4}>
            <ul>{reasons.map((reason) => <li>{reason}</li>)}</ul>
          </td>
        </tr>
      )}
    </>
  );
}
