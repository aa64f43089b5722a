/**
 * The page for people: one table per source; readable on a phone, without JavaScript, in light and dark.
 *
 * @module
 */

import type { SpoolState } from "./collect.ts";
import type { ActionRow } from "./summary.ts";

/** What the page shows. */
export interface PageProps {
  readonly version: string;
  readonly rows: readonly ActionRow[];
  readonly spool: SpoolState;
  readonly now: Date;
}

const REFRESH_SECONDS = 15;

/** The whole document. */
export function renderPage(props: PageProps): string {
  return `<!DOCTYPE html>${<Page {...props} />}`;
}

function Page({ version, rows, spool, now }: PageProps) {
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
            Version {version}. As of <Time at={now} />, again every {REFRESH_SECONDS} s.{" "}
            <a href="metrics">metrics</a> <a href="actions">JSON</a>
          </p>
        </header>
        <main>
          {spool.problem && <p class="problem" role="alert">Spool: {spool.problem}</p>}
          {spool.discarded > 0 && (
            <p class="problem">
              {spool.discarded} damaged files were removed from the spool with their counts.
            </p>
          )}
          <Totals rows={rows} />
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
        <div key={key}>
          <dt>{key}</dt>
          <dd class={key === "errors" && sum(key) > 0 ? "bad" : ""}>{number(sum(key))}</dd>
        </div>
      ))}
    </dl>
  );
}

function Source({ name, rows, now }: { name: string; rows: readonly ActionRow[]; now: Date }) {
  const used = rows.filter(({ calls }) => calls > 0);
  const unused = rows.filter(({ calls }) => calls === 0);
  return (
    <section id={name}>
      <h2>{name}</h2>
      {used.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">action</th>
              {["calls", "changed", "skipped", "errors", "mean", "last"].map((title) => (
                <th key={title} scope="col">{title}</th>
              ))}
            </tr>
          </thead>
          <tbody>{used.map((row) => <Row key={row.action + row.kind} row={row} now={now} />)}</tbody>
        </table>
      )}
      {unused.length > 0 && (
        <details open={used.length === 0}>
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
  const { action, kind, calls, changed, skipped, errors, seconds, last, lastError } = row;
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
      </tr>
      {lastError && (
        <tr class="error">
          <td colspan={7}>
            <Time at={lastError.time} since={now} />: {lastError.text}
          </td>
        </tr>
      )}
    </>
  );
}

function Time({ at, since }: { at: Date; since?: Date }) {
  const text = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  return <time datetime={at.toISOString()} title={text}>{since === undefined ? text : ago(at, since)}</time>;
}

/** How long before `now`, in words. */
export function ago(at: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** A time per call, in the unit that fits. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(1)} s`;
  return seconds >= 0.001 ? `${(seconds * 1000).toFixed(1)} ms` : `${Math.round(seconds * 1e6)} µs`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

/** The page's style sheet; below 40 em each row becomes a card. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048); --soft: light-dark(#5a6370, #9aa4b0);
  --bad: light-dark(#b3261e, #ff8a80); --card: light-dark(#f6f7f9, #1c2026); }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem;
  background: light-dark(#fff, #121519); color: light-dark(#1b1f24, #e4e8ed); }
h1 { font-size: 1.3rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
header p, small, dt, summary { color: var(--soft); }
a { color: light-dark(#0b57d0, #8ab4f8); margin-right: .7em; }
small { display: block; font-weight: normal; }
.totals { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem; }
.totals div { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .4rem .6rem; text-align: right; font-variant-numeric: tabular-nums; }
thead th { color: var(--soft); font-weight: normal; border-bottom: 1px solid var(--line); }
th:first-child { text-align: left; overflow-wrap: anywhere; }
tbody tr:not(.error) > * { border-top: 1px solid var(--line); }
.error td { text-align: left; color: var(--bad); padding-top: 0; overflow-wrap: anywhere; }
.bad, .problem { color: var(--bad); font-weight: 600; }
.problem { border: 1px solid; border-radius: .5rem; padding: .6rem .8rem; overflow-wrap: anywhere; }
li { overflow-wrap: anywhere; }
@media (max-width: 40em) {
  .totals { grid-template-columns: repeat(2, 1fr); }
  thead { display: none; }
  table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); background: var(--card); padding: .6rem; margin-top: .6rem; border-radius: .5rem; }
  tbody tr > *, tbody tr:not(.error) > * { border: 0; padding: .2rem; text-align: left; }
  tbody th, .error td { grid-column: 1 / -1; }
  td[data-title]::before { content: attr(data-title); display: block; color: var(--soft); font-size: .8rem; font-weight: normal; }
  tbody tr.error { margin-top: 0; border-radius: 0 0 .5rem .5rem; }
}
`;
