// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The part of the page that tells of the actions of one source.
 *
 * @module
 */

import { DURATION_BUCKETS } from "../metrics.ts";
import type { ActionRow } from "../summary.ts";
import { short, TimeBars, timesInWords } from "./charts.tsx";
import { duration, number, Time } from "./words.tsx";

const RANGE = `${short(DURATION_BUCKETS[0])} to over ${short(DURATION_BUCKETS.at(-1) ?? 0)}`;

const TITLES = ["calls", "changed", "skipped", "errors", "mean", "last", "times"] as const;

/** A source's actions: those that were called as a table, the others as a list. */
export function Source({ name, rows, now }: { name: string; rows: readonly ActionRow[]; now: Date }) {
  const used = rows.filter(({ calls }) => calls > 0);
  const unused = rows.filter(({ calls }) => calls === 0);
  return (
    <section id={name}>
      <h2>{name}</h2>
      {used.length > 0 && (
        <table class="actions">
          <thead>
            <tr>
              <th scope="col">action</th>
              {TITLES.map((title) => (
                <th scope="col" class={title}>
                  {title}
                  {title === "times" && <small>{RANGE}</small>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{used.map((row) => <Row row={row} now={now} />)}</tbody>
        </table>
      )}
      {unused.length > 0 && (
        <details>
          <summary>Not called yet: {unused.length}</summary>
          <ul>
            {unused.map(({ action, kind }) => (
              <li>
                {action} <small>{kind}</small>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Row({ row, now }: { row: ActionRow; now: Date }) {
  const { action, kind, calls, changed, skipped, errors, seconds, durations, last, lastError } = row;
  return (
    <>
      <tr>
        <th scope="row">
          {action} <small>{kind}</small>
        </th>
        <td data-title="calls">{number(calls)}</td>
        <td data-title="changed">{number(changed)}</td>
        <td data-title="skipped">{number(skipped)}</td>
        <td data-title="errors" class={errors > 0 ? "bad" : ""}>{number(errors)}</td>
        <td data-title="mean">{duration(seconds / calls)}</td>
        <td data-title="last">{last && <Time at={last} since={now} />}</td>
        <td data-title={`times, ${RANGE}`} class="times">
          <TimeBars durations={durations} />
          <small>{timesInWords(durations)}</small>
        </td>
      </tr>
      {lastError && (
        <tr class="error">
          <td colspan={TITLES.length + 1}>
            <ul>
              <li>
                <Time at={lastError.time} since={now} />: {lastError.text}
              </li>
            </ul>
          </td>
        </tr>
      )}
    </>
  );
}
