// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The part of the page that tells of backups, restores and deletions.
 *
 * @module
 */

import type { RunRow } from "../summary.ts";
import { OutcomeBar, OutcomeWords } from "./charts.tsx";
import { counted, duration, moment, Time } from "./words.tsx";

// The others are there for who searches the page, and show after a click on a link with a query. A part that opens without asking the
// server would close whenever the page refreshes itself; with a link to a part of it browsers no longer refresh it.
const SHOWN = 10;

/** The latest runs; `all` shows more than the first few. */
export function Runs({ runs, all, now }: { runs: readonly RunRow[]; all: boolean; now: Date }) {
  const shown = runs.slice(0, SHOWN);
  const earlier = runs.slice(SHOWN);
  return (
    <section id="runs">
      <h2>Runs</h2>
      {runs.length === 0
        ? <p class="note">No backup, restore or deletion of a backup has called an action yet.</p>
        : (
          <>
            <p class="note">
              What the actions did in the latest backups, restores and deletions of backups. An item counts
              once for each action that it went through.
            </p>
            <table class="runs">
              <thead>
                <tr>
                  {["run", "begun", "took", "items"].map((title) => <th scope="col">{title}</th>)}
                </tr>
              </thead>
              <tbody>{shown.map((run) => <Row run={run} now={now} />)}</tbody>
              {earlier.length > 0 && (
                <tbody hidden={!all}>{earlier.map((run) => <Row run={run} now={now} />)}</tbody>
              )}
            </table>
            {earlier.length > 0 && (
              <p>
                {all
                  ? <a href="./">Show the latest {SHOWN} runs only</a>
                  : <a href="?runs=all">Show all {runs.length} runs</a>}
              </p>
            )}
          </>
        )}
    </section>
  );
}

function Row({ run, now }: { run: RunRow; now: Date }) {
  const { kind, name, begun, seconds, firstErrors } = run;
  return (
    <>
      <tr>
        <th scope="row">
          <span class={`kind ${kind}`}>{KINDS[kind]?.word ?? kind}</span> {name}
        </th>
        <td data-title="begun">
          <Time at={begun} since={now} />
          <small>{moment(begun, "minute")}</small>
        </td>
        <td data-title="took">{duration(seconds)}</td>
        <td class="items">
          <OutcomeBar outcomes={run} />
          <OutcomeWords outcomes={run} />
        </td>
      </tr>
      {firstErrors.length > 0 && (
        <tr class="error">
          <td colspan={4}>
            <Errors run={run} />
          </td>
        </tr>
      )}
    </>
  );
}

// Where Velero keeps the whole log.
const KINDS: Readonly<Record<string, { word: string; log: (name: string) => string }>> = {
  Backup: { word: "Backup", log: (name) => `velero backup logs ${name}` },
  Restore: { word: "Restore", log: (name) => `velero restore logs ${name}` },
  BackupDeletion: { word: "Deletion", log: () => "kubectl logs deployment/velero" },
};

function Errors({ run: { kind, name, errors, firstErrors } }: { run: RunRow }) {
  const more = errors - firstErrors.length;
  return (
    <ul>
      {firstErrors.map(({ text }) => <li>{text}</li>)}
      {more > 0 && (
        <li class="note">
          and {counted(more, "more", "more")}: <code>{KINDS[kind]?.log(name)}</code>
        </li>
      )}
    </ul>
  );
}
