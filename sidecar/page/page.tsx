/**
 * The page for people: what the gate says, the latest runs, then one table per source; readable on a phone, without JavaScript, in light and dark.
 *
 * @module
 */

import type { SpoolState } from "../collect.ts";
import type { GateView } from "../gate/reader.ts";
import type { ActionRow, RunRow } from "../summary.ts";
import { Source } from "./actions.tsx";
import { Gate } from "./gate.tsx";
import { Runs } from "./runs.tsx";
import { number, Time } from "./words.tsx";

/** What the page shows. */
export interface PageProps {
  readonly version: string;
  readonly runs: readonly RunRow[];
  /** Shows all runs, not only the first ten. */
  readonly allRuns: boolean;
  readonly gate: GateView;
  readonly rows: readonly ActionRow[];
  readonly spool: SpoolState;
  readonly now: Date;
}

const REFRESH_SECONDS = 15;

/** The whole document. */
export function renderPage(props: PageProps): string {
  return `<!DOCTYPE html>${<Page {...props} />}`;
}

function Page({ version, runs, allRuns, gate, rows, spool, now }: PageProps) {
  const sources = [...new Set(rows.map(({ source }) => source))];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content={String(REFRESH_SECONDS)} />
        <meta name="color-scheme" content="light dark" />
        <title>velero-plugin-for-workloads</title>
        <link rel="stylesheet" href="style.css" />
      </head>
      <body>
        <header>
          <h1>velero-plugin-for-workloads</h1>
          <p>
            Version {version}. As of <Time at={now} />, again every {REFRESH_SECONDS} s.
          </p>
          <nav>
            <a href="metrics">metrics</a>
            <a href="actions">JSON</a>
          </nav>
        </header>
        <main>
          {spool.problem && <p class="problem" role="alert">Spool: {spool.problem}</p>}
          {spool.discarded > 0 && (
            <p class="problem">
              {spool.discarded} damaged files were removed from the spool with their counts.
            </p>
          )}
          <Totals rows={rows} />
          <Gate gate={gate} now={now} />
          {spool.readable && <Runs runs={runs} all={allRuns} now={now} />}
          {sources.map((source) => (
            <Source
              name={source}
              rows={rows.filter((row) => row.source === source)}
              now={now}
            />
          ))}
        </main>
      </body>
    </html>
  );
}

function Totals({ rows }: { rows: readonly ActionRow[] }) {
  const sum = (key: "calls" | "changed" | "skipped" | "errors") =>
    rows.reduce((total, row) => total + row[key], 0);
  return (
    <dl class="totals">
      {(["calls", "changed", "skipped", "errors"] as const).map((key) => (
        <div>
          <dt>{key}</dt>
          <dd class={key === "errors" && sum(key) > 0 ? "bad" : ""}>{number(sum(key))}</dd>
        </div>
      ))}
    </dl>
  );
}
