import { PALETTE } from "../../../page/palette.ts";

/**
 * The page's style sheet: calm, readable at night and on a phone, and whole on paper.
 *
 * The contrast of a text to what is behind it is at least 4.5, that of a sign or a line that means something 3.
 */
export const STYLE = `${PALETTE}
:root { --good: #1a7f4b; --good-back: #eaf6ef; --warn: #8a5300; --warn-back: #fdf4e3; --bad-back: #fdeeec; --info: #2158b4;
  --added: #e6f4ea; --removed: #fbe9e7; --back: #eef1f4; --rest: #5c6672; }
@media (prefers-color-scheme: dark) {
  :root { --good: #5cc98f; --good-back: #14281e; --warn: #e8b15a; --warn-back: #2b2213; --bad-back: #341a19; --info: #86b4ff;
    --added: #16301f; --removed: #3a1d1c; --back: #232a32; --rest: #98a2ae; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 74rem; padding: 2rem 1.5rem 4rem; background: var(--page);
  color: var(--text); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
h4, h5 { font-size: .875rem; font-weight: 600; margin: 0; }
h5 { font-weight: normal; color: var(--soft); }
h2 small, h3 small { font-size: .8125rem; font-weight: normal; color: var(--soft); font-variant-numeric: tabular-nums; }
section { margin-top: 2.75rem; }
p, ul, dl { margin: 0; padding: 0; }
ul { list-style: none; }
dd { margin: 0; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
.note, .made { color: var(--soft); }
.note { margin-bottom: .75rem; max-width: 52rem; }
.made { font-size: .875rem; margin-top: .35rem; }
.note code { white-space: nowrap; }
.by, .path, code, .step > h4 { font-family: ui-monospace, monospace; font-size: .8125rem; }
.by { color: var(--soft); }
.kind { color: var(--soft); }
a .kind { color: inherit; }

.verdict { display: flex; gap: 1rem; align-items: center; margin: 1.5rem 0 1rem; padding: 1.1rem 1.25rem; border-radius: .75rem; }
.verdict .mark { flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%; display: grid; place-items: center; font-size: 1.25rem;
  font-weight: 700; color: var(--page); }
.verdict .sentence { font-size: 1.2rem; font-weight: 650; line-height: 1.3; }
.verdict.fine { background: var(--good-back); } .verdict.fine .mark { background: var(--good); }
.verdict.warnings { background: var(--warn-back); } .verdict.warnings .mark { background: var(--warn); }
.verdict.fails { background: var(--bad-back); } .verdict.fails .mark { background: var(--bad); }
.bar { display: block; width: 100%; height: .6rem; border-radius: .3rem; margin: 0 0 .75rem; }
.bar rect { stroke: var(--page); stroke-width: 1px; }
rect.stored, rect.created { fill: var(--good); } rect.updated { fill: var(--info); } rect.exists { fill: var(--warn); }
rect.skipped { fill: var(--unchanged); } rect.failed { fill: var(--bad); }
.figures { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; font-size: .9375rem; }
.figures b { font-size: 1.15rem; font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; margin-top: 1rem; font-size: .9375rem; }
.figures .word { color: var(--soft); }
.plugins { margin-top: 1rem; } .plugins div { display: flex; gap: .75rem; } .plugins dt { color: var(--soft); width: 4rem; }

.badge { white-space: nowrap; justify-self: end; font-size: .875rem; color: var(--rest); }
.badge > span { display: inline-block; width: 1.1em; text-align: center; font-weight: 700; }
.stored.badge, .created.badge { color: var(--good); } .updated.badge, .written.badge { color: var(--info); }
.exists.badge { color: var(--warn); } .failed.badge, .missing.badge { color: var(--bad); font-weight: 600; }

.part { border: 1px solid var(--line); border-left: 4px solid var(--rest); border-radius: .5rem; padding: .9rem 1.1rem 1rem; margin-top: .9rem; }
.part .note { margin: .1rem 0 .6rem; font-size: .9375rem; }
.part .sign { display: inline-block; min-width: 1.1em; font-weight: 700; color: var(--rest); }
.part.failed { border-left-color: var(--bad); } .part.failed .sign { color: var(--bad); }
.part.exists, .part.warned { border-left-color: var(--warn); } .part.exists .sign, .part.warned .sign { color: var(--warn); }
.findings > li { padding: .6rem 0; border-top: 1px solid var(--line); }
.findings > li:last-child { padding-bottom: 0; }
.findings .text { max-width: 60rem; white-space: pre-line; }
.names { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; }
.findings details { margin: .2rem 0; }
.verb { font-weight: 600; }
.error, .reason.failed { color: var(--bad); }

summary { cursor: pointer; border-radius: .35rem; }
.group > h3 .api { margin-left: .4rem; }
.findings summary, .plain > summary, .more > summary, #actions summary { color: var(--soft); font-size: .9375rem; }
.item > summary, .workload > summary { display: grid; grid-template-columns: 1rem minmax(0, 1fr) auto 7.5rem; gap: .2rem .9rem; align-items: baseline;
  list-style: none; padding: .5rem .6rem; }
.item > summary::-webkit-details-marker, .workload > summary::-webkit-details-marker { display: none; }
.item > summary::before, .workload > summary::before { content: "›"; color: var(--soft); font-weight: 700; text-align: center; }
[open] > summary::before { rotate: 90deg; }
.item > summary:hover, .workload > summary:hover { background: var(--card); }
.title b { font-weight: 600; }
.target { color: var(--info); white-space: nowrap; }
.what { color: var(--soft); font-size: .875rem; text-align: right; }
.group { margin-top: 1.4rem; }
.group > h3 { padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
.group > .item { border-bottom: 1px solid var(--line); }
details.item, .plain { content-visibility: auto; contain-intrinsic-size: auto 2.5rem; }
.item > .body { padding: .25rem .6rem 1.1rem 2.5rem; }
.body > * + * { margin-top: .9rem; }
.asked, .quiet { color: var(--soft); font-size: .875rem; }
.reason { font-weight: 550; white-space: pre-line; }
.remark { font-size: .9375rem; white-space: pre-line; }
.remark.info { color: var(--soft); } .remark.warn { color: var(--warn); } .remark.error { color: var(--bad); }
.step { border-left: 2px solid var(--line); padding-left: .9rem; }
.step > * + * { margin-top: .4rem; }
.additional li { padding: .15rem 0; display: flex; flex-wrap: wrap; gap: 0 .9rem; align-items: baseline; }
.path { color: var(--soft); }
.effect { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
.effect h5 { margin-bottom: .3rem; }

.changes { font-family: ui-monospace, monospace; font-size: .8125rem; line-height: 1.55; }
.changes > div { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: .1rem 1rem; padding: .3rem 0; border-top: 1px solid var(--line); }
.changes > div:first-child { border-top: 0; }
.changes dt { padding: .1rem 0 .1rem 1.4em; text-indent: -1.4em; }
.sign { font-weight: 700; }
.changes .sign { display: inline-block; width: 1.4em; text-indent: 0; }
.added .sign { color: var(--good); } .removed .sign { color: var(--bad); } .altered .sign { color: var(--info); }
del, ins { text-decoration: none; display: block; padding: .1rem .5rem; border-radius: .25rem; white-space: pre-wrap; max-height: 24rem; overflow: auto; }
del { background: var(--removed); } ins { background: var(--added); }
del + ins { margin-top: .15rem; }
del::before { content: "− "; color: var(--bad); } ins::before { content: "+ "; color: var(--good); }
.lines { margin: 0; font: inherit; white-space: pre-wrap; max-height: 24rem; overflow: auto; }
.lines del, .lines ins { border-radius: 0; margin: 0; max-height: none; }

.plain { padding: .4rem .6rem; }
.plain > ul { columns: 20rem; column-gap: 2rem; padding: .3rem 0 .3rem 1.9rem; }
ul.plain { padding-left: 2.5rem; }
.plain li { break-inside: avoid; padding: .1rem 0; }
:target { background: var(--back); border-radius: .35rem; }

#filter { display: flex; flex-wrap: wrap; gap: .6rem .9rem; background: var(--card); border-radius: .6rem; padding: .9rem 1.1rem; }
#filter label { display: block; flex: 1 1 9rem; min-width: 0; font-size: .8125rem; color: var(--soft); }
#filter .wide { flex: 2 1 15rem; }
#filter input, #filter select { display: block; width: 100%; margin-top: .15rem; }
#filter input, #filter select, #filter button { font: inherit; font-size: .9375rem; min-height: 2.25rem; padding: .25rem .6rem; color: var(--text);
  background: var(--page); border: 1px solid var(--rest); border-radius: .4rem; }
#filter .buttons { flex: 1 1 100%; display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; color: var(--soft); font-size: .875rem; }
#filter button { cursor: pointer; }
#actions li { padding: .2rem 0; } #actions small { color: var(--soft); } #actions ul { padding-top: .5rem; }

.workload { border: 1px solid var(--line); border-radius: .6rem; margin-top: .7rem; content-visibility: auto; contain-intrinsic-size: auto 3rem; }
.workload[open] > summary { border-bottom: 1px solid var(--line); border-radius: .6rem .6rem 0 0; }
.picture { overflow-x: auto; padding: 1rem .9rem; }
.picture svg { display: block; font-family: inherit; }
.picture a:hover .box { stroke: var(--link); }
.box { fill: var(--card); stroke: var(--line); }
.edge { fill: var(--rest); }
.stored .edge, .created .edge { fill: var(--good); } .updated .edge, .written .edge { fill: var(--info); } .exists .edge { fill: var(--warn); }
.failed .edge, .missing .edge { fill: var(--bad); } .missing .box, .skipped .box { stroke-dasharray: 4 3; stroke: var(--rest); }
.picture text { fill: var(--text); font-size: 13px; }
.picture .node-kind, .arrow text { fill: var(--soft); font-size: 12px; }
.picture .node-name { font-weight: 600; }
.picture .node-sign { text-anchor: middle; font-size: 15px; font-weight: 700; fill: var(--rest); }
.stored .node-sign, .created .node-sign { fill: var(--good); } .updated .node-sign, .written .node-sign { fill: var(--info); }
.exists .node-sign { fill: var(--warn); } .failed .node-sign, .missing .node-sign { fill: var(--bad); }
.arrow path { fill: none; stroke: var(--rest); }
.arrow .head { fill: var(--rest); stroke: none; }
.elbow { fill: none; stroke: var(--rest); }
.second path, .elbow.second { stroke-dasharray: 3 4; }
.narrow { display: none !important; }
.deep .wide { display: none !important; } .deep .narrow { display: block !important; }
@media (max-width: 73rem) { .three .wide { display: none !important; } .three .narrow { display: block !important; } }

@media (max-width: 46rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.25rem; }
  .verdict { align-items: flex-start; padding: .9rem 1rem; }
  .verdict .sentence { font-size: 1.075rem; }
  .figures { gap: .3rem 1.25rem; }
  .item > summary, .workload > summary { grid-template-columns: 1rem minmax(0, 1fr) auto; gap: .1rem .6rem; }
  .title { grid-column: 2 / -1; }
  .what { grid-column: 2; text-align: left; }
  .title .kind { display: block; font-size: .875rem; }
  .item > .body { padding-left: .6rem; }
  .changes > div { grid-template-columns: minmax(0, 1fr); }
  .part { padding: .8rem .9rem; }
  .picture { padding: .8rem; overflow-x: auto; }
  .wide:not(label) { display: none !important; } .narrow { display: block !important; }
  .picture svg { max-width: 100%; height: auto; }
}

@media print {
  :root { --page: #fff; --card: #f5f7f9; --line: #d8dde3; --text: #000; --soft: #444; --link: #000; --good: #1a7f4b; --good-back: #fff;
    --warn: #8a5300; --warn-back: #fff; --bad: #b3261e; --bad-back: #fff; --info: #2158b4; --added: #fff; --removed: #fff; --back: #fff; --rest: #555; }
  @page { margin: 14mm 12mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  details::details-content { content-visibility: visible; block-size: auto; display: block; }
  details.item, .plain, .workload { content-visibility: visible; }
  #filter, nav, summary::before { display: none !important; }
  .item > summary, .workload > summary { grid-template-columns: minmax(0, 1fr) auto 7.5rem; padding-left: 0; }
  .workload > summary { padding-left: .6rem; }
  .item > .body { padding-left: 1rem; }
  .verdict { border: 1px solid; }
  .verdict .mark { color: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .bar, .picture { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .picture { overflow: visible; padding: .5rem; }
  .picture:not(.deep) .wide { display: block !important; } .picture:not(.deep) .narrow { display: none !important; }
  .picture svg { max-width: 100%; height: auto; }
  del, ins, .lines { max-height: none; overflow: visible; border: 1px solid var(--line); }
  h2, h3, h4, summary { break-after: avoid; }
  .part > .findings > li, .changes > div, .picture { break-inside: avoid; }
}
`;
