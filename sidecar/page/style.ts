import { PALETTE } from "../../page/palette.ts";

/** The page's style sheet. Up to 60 em each row of a table becomes a card. */
export const STYLE = `${PALETTE}* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 74rem; padding: 1.25rem 1rem 3rem;
  background: var(--page); color: var(--text); }
h1 { font-size: 1.3rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 .4rem; }
section { margin-top: 2.25rem; }
header p { margin: .2rem 0 .6rem; }
header p, small, dt, summary, .note { color: var(--soft); }
a { color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
small { display: block; font-size: .8125rem; font-weight: normal; }
time, time + small { white-space: nowrap; }
ul { margin: 0; padding: 0; list-style: none; }
dl { margin: 1.25rem 0 0; }
.totals { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem; }
.totals div { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
th, td { padding: .5rem .6rem; text-align: right; vertical-align: top; font-variant-numeric: tabular-nums; }
thead th { color: var(--soft); font-weight: normal; border-bottom: 1px solid var(--line); vertical-align: bottom; }
.actions th, .actions td { padding-inline: .4rem; }
th:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:not(.error) > * { border-top: 1px solid var(--line); }
tbody:first-of-type tr:first-child > * { border-top: 0; }
.error td { text-align: left; padding: 0 0 .8rem; overflow-wrap: anywhere; }
.error ul { border-left: 3px solid var(--errors); padding-left: .7rem; font-size: .875rem; }
.bad, .problem { color: var(--bad); font-weight: 600; }
.problem { border: 1px solid; border-radius: .5rem; padding: .6rem .8rem; overflow-wrap: anywhere; }
details li { overflow-wrap: anywhere; padding: .2rem 0; }
.note { margin: 0 0 .6rem; }

.gate th:first-child { width: 24%; }
.gate th:nth-child(2), .gate td:nth-child(2) { width: 38%; text-align: left; overflow-wrap: anywhere; }
.gate th:nth-child(3) { width: 5rem; }

.actions th:first-child { width: 28%; }
.actions .times { width: 22%; white-space: nowrap; }

.runs th:nth-child(2) { width: 11rem; }
.runs th:nth-child(3) { width: 6.75rem; }
.runs th:nth-child(4), .runs .items { width: 46%; text-align: left; padding-left: 1.5rem; }
.runs tbody th { font-weight: 600; }
.kind { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .55rem; margin-right: .3rem;
  min-width: 5.1rem; text-align: center; font-size: .8125rem; font-weight: normal; color: var(--soft); }
.bar { display: block; width: 100%; height: .75rem; margin: .3rem 0 .25rem; border-radius: .2rem; }
.bar rect { stroke: var(--page); stroke-width: 1px; }
.changed { fill: var(--changed); } .unchanged { fill: var(--unchanged); }
.skipped { fill: var(--skipped); } .errors { fill: var(--errors); }
.outcomes { display: flex; flex-wrap: wrap; gap: 0 .6rem; font-size: .875rem; }
.outcomes li:not(.sum)::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .4em; border-radius: .15em; }
.changed::before { background: var(--changed); } .unchanged::before { background: var(--unchanged); }
.skipped::before { background: var(--skipped); } .errors::before { background: var(--errors); }
.error li + li { margin-top: .3rem; }
.error .note { margin-bottom: 0; }
.outcomes .errors { color: var(--bad); font-weight: 600; }
code { font-size: .8125rem; overflow-wrap: anywhere; }
tbody[hidden] { display: none; }
@media print { tbody[hidden] { display: table-row-group; } }

.histogram { display: inline-block; fill: var(--changed); }
.histogram .base { fill: var(--line); }

@media (max-width: 60em) {
  .totals { grid-template-columns: repeat(2, 1fr); }
  thead { display: none; }
  table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); background: var(--card); padding: .6rem .8rem;
    margin-top: .6rem; border-radius: .5rem; }
  tbody tr > *, tbody tr:not(.error) > *, .actions tr > * { border: 0; padding: .2rem 0; text-align: left; }
  tbody th:first-child, .error td, .actions .times, .runs .items { grid-column: 1 / -1; padding-left: 0; }
  .actions th:first-child, .actions .times, .runs .items { width: auto; }
  .runs td:nth-child(2) { grid-column: span 2; }
  .gate th:first-child, .gate td:nth-child(2) { width: auto; }
  .gate td:nth-child(2) { grid-column: 1 / -1; }
  .gate td:last-child { grid-column: span 2; }
  .histogram { width: 14rem; height: auto; }
  td[data-title]::before { content: attr(data-title); display: block; color: var(--soft); font-size: .8125rem; font-weight: normal; }
  tbody tr.error { margin-top: 0; padding-top: 0; border-radius: 0 0 .5rem .5rem; }
  tbody tr:has(+ .error) { border-radius: .5rem .5rem 0 0; }
  .bar rect { stroke: var(--card); }
}
`;
