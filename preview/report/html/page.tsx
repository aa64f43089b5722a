/**
 * A report as one HTML file that asks for nothing: no network, no script to read it, no styles from elsewhere.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { describeCopy } from "../../../images/recorded_copy.ts";
import type { ComparisonReport, PreviewReport } from "../document.ts";
import { hasFailed } from "../document.ts";
import { findingsOf } from "../findings.ts";
import { isWorkload } from "../graph/relations.ts";
import { type Graph, graphsOf } from "../graph/graph.ts";
import { counted } from "../lines.ts";
import type { ItemReport } from "../report.ts";
import { groupResource } from "../../run/resources.ts";
import { visible, visibleLines } from "../visible.ts";
import { titleOf } from "../words.ts";
import { comparisonParts } from "./comparison.tsx";
import { Filter, filterOf } from "./filter.tsx";
import { isTold, Item, PlainItem } from "./item.tsx";
import { Badge, ItemName, kindName, linkKey, type Links, placeName } from "./names.tsx";
import { Picture } from "./picture.tsx";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { Decisions, Head, LeftOut } from "./summary.tsx";

/** The document in pieces, which together are the file. */
export function* renderReport(report: PreviewReport | ComparisonReport): Generator<string> {
  const isComparison = report.kind === "PreviewComparison";
  const title = isComparison ? `Comparison of ${report.plugins.join(" and ")}` : titleOf(report);
  yield head(visible(title));
  // Whatever slipped past the components cannot do anything in a page either.
  for (const part of isComparison ? comparisonParts(report) : previewParts(report)) {
    yield visibleLines(String(part));
  }
  yield `<script>${SCRIPT}</script></body></html>\n`;
}

function head(title: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${
    hash(SCRIPT)
  }; img-src data:; base-uri 'none'; form-action 'none'`;
  const element = (
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <title>{title}</title>
      <link rel="icon" href="data:," />
    </head>
  );
  return `<!DOCTYPE html><html lang="en">${
    String(element).replace("</head>", `<style>${STYLE}</style></head>`)
  }<body>`;
}

const PARTS: readonly (readonly [id: string, title: string, isThere: (report: PreviewReport) => boolean])[] =
  [
    ["decisions", "Decisions", () => true],
    ["workloads", "Machines and databases", ({ items }) => items.some(({ item }) => isWorkload(item))],
    ["left-out", "Left out", ({ totals }) => totals.skipped > 0],
    ["effects", "Effects", (report) => effectsOf(report).length > 0],
    ["operations", "Operations", ({ totals }) => totals.operations > 0],
    ["items", "All objects", () => true],
  ];

function* previewParts(report: PreviewReport) {
  const findings = findingsOf(report);
  const links: Links = new Map(report.items.map(({ item }, index) => [linkKey(item), `i${index}`]));
  const parts = PARTS.filter(([, , isThere]) => isThere(report));
  yield <Head report={report} findings={findings} parts={parts.map(([id, title]) => [id, title])} />;
  yield "<main>";
  yield <Decisions report={report} findings={findings} links={links} />;
  yield* workloadParts(report, links);
  yield <LeftOut findings={findings} links={links} count={report.totals.skipped} />;
  yield <Effects report={report} links={links} />;
  yield <Operations report={report} links={links} />;
  yield* itemParts(report, links);
  yield <Actions report={report} />;
  yield "</main>";
}

// Above that many, pictures are opened by who wants to see them, and the others are listed on demand.
const OPEN = 4;
const LISTED = 20;

function* workloadParts(report: PreviewReport, links: Links) {
  const graphs = graphsOf(report).sort((a, b) => trouble(b) - trouble(a));
  if (graphs.length === 0) return;
  const heading = `Machines and databases <small>${graphs.length.toLocaleString("en")}</small>`;
  yield `<section id="workloads"><h2>${heading}</h2>`;
  yield (
    <p class="note">
      What each of them needs, and what becomes of it. Arrows say which field asks for an object.
    </p>
  );
  for (const [index, graph] of graphs.entries()) {
    const [root] = graph.nodes;
    if (root === undefined) continue;
    if (index === LISTED) {
      yield `<details class="more"><summary>and ${
        (graphs.length - LISTED).toLocaleString("en")
      } more</summary>`;
    }
    yield (
      <details class="workload" open={graphs.length <= OPEN}>
        <summary>
          <span class="title">
            <span class="kind">{kindName(root.item)}</span> <b>{placeName(root.item)}</b>
          </span>
          <span class="what">{partsOf(graph)}</span>
          <Badge outcome={root.outcome} />
        </summary>
        <Picture graph={graph} id={`g${index}`} links={links} />
      </details>
    );
  }
  yield graphs.length > LISTED ? "</details></section>" : "</section>";
}

/** How many objects of a workload are not as they should be. */
function trouble({ nodes }: Graph): number {
  return nodes.filter(({ outcome }) => outcome === "failed" || outcome === "missing").length;
}

function partsOf(graph: Graph): string {
  const count = graph.nodes.reduce((sum, { more = 1 }) => sum + more, 0) - 1;
  const wrong = trouble(graph);
  const words = count === 0 ? "alone" : `with ${counted(count, "other object")}`;
  return wrong === 0 ? words : `${words}, ${wrong} not there`;
}

// So many names of unchanged items are shown without being asked for.
const FEW = 8;

function* itemParts(report: PreviewReport, links: Links) {
  const filter = filterOf(report);
  const numbers = new Map(report.items.map((item, index) => [item, index]));
  const marksOf = (item: ItemReport) => ({ index: numbers.get(item) ?? 0, by: filter.by(item) });
  yield `<section id="items"><h2>All objects <small>${report.items.length.toLocaleString("en")}</small></h2>`;
  yield <Filter filter={filter} count={report.items.length} />;
  const groups = [...Map.groupBy(report.items, ({ item }) => groupResource(item)).values()]
    .flatMap((items) =>
      items[0] === undefined ? [] : [{ items, kind: kindName(items[0].item), api: items[0].item.group }]
    )
    .sort((a, b) => a.kind < b.kind ? -1 : 1);
  for (const { kind, api, items } of groups) {
    const told = items.filter(isTold);
    const plain = items.filter((item) => !isTold(item));
    yield `<div class="group" data-kind="${escapeAttribute(kind)}">`;
    yield (
      <h3>
        {kind} <small class="count">{items.length.toLocaleString("en")}</small>{" "}
        <small class="api">{visible(api)}</small>
      </h3>
    );
    for (const item of told) yield <Item report={item} marks={marksOf(item)} links={links} />;
    const list = plain.map((item) => String(<PlainItem report={item} marks={marksOf(item)} />)).join("");
    if (plain.length > FEW) {
      yield `<details class="plain"><summary>${plain.length.toLocaleString("en")} as they are</summary>`;
      yield `<ul>${list}</ul></details>`;
    } else if (plain.length > 0) yield `<ul class="plain">${list}</ul>`;
    yield "</div>";
  }
  yield `<p id="none" class="note" hidden>No object fits.</p></section>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(
    ">",
    "&gt;",
  );
}

/** Everything that actions would do besides changing the objects themselves. */
function effectsOf({ items }: PreviewReport) {
  return items.flatMap(({ item, steps }) =>
    steps.flatMap(({ action, effects = [], imageCopies = [] }) => [
      ...effects.map((effect) => ({ item, action, effect })),
      ...imageCopies.map((copy) => ({ item, action, copy: describeCopy(copy) })),
    ])
  );
}

function Effects({ report, links }: { report: PreviewReport; links: Links }) {
  const effects = effectsOf(report);
  if (effects.length === 0) return null;
  return (
    <section id="effects">
      <h2>
        Effects <small>{effects.length.toLocaleString("en")}</small>
      </h2>
      <p class="note">Besides the objects themselves, actions would write these.</p>
      <ul class="findings">
        {effects.map((done) => (
          <li>
            {"effect" in done
              ? (
                <p class="names">
                  <span class="verb">{done.effect.verb}</span>{" "}
                  <ItemName item={done.effect.item} links={links} />
                </p>
              )
              : <p class="text">{visible(done.copy)}</p>}
            <p class="text">
              for <ItemName item={done.item} links={links} />
            </p>
            <p class="by">{visible(done.action)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Operations({ report: { operations }, links }: { report: PreviewReport; links: Links }) {
  if (operations.length === 0) return null;
  return (
    <section id="operations">
      <h2>
        Operations <small>{operations.length.toLocaleString("en")}</small>
      </h2>
      <p class="note">Velero would wait for these before it calls the run complete.</p>
      <ul class="findings">
        {operations.map((operation) => (
          <li>
            <p class="names">
              <ItemName item={operation.item} links={links} />
            </p>
            <p class={hasFailed(operation) ? "text error" : "text"}>
              {visible(operation.operationID)}: {visibleLines(
                operation.error ?? operation.progress?.error ??
                  (operation.progress?.completed
                    ? "completed"
                    : operation.progress?.description || "going on"),
              )}
            </p>
            <p class="by">{visible(operation.action)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Actions({ report: { actions } }: { report: PreviewReport }) {
  return (
    <section id="actions">
      <details>
        <summary>
          {actions.length.toLocaleString("en")} actions were registered
        </summary>
        <ul>
          {actions.map(({ kind, name, selector }) => (
            <li>
              <code>{visible(name)}</code>{" "}
              <small>{kind} for {selector.includedResources.map(visible).join(", ") || "everything"}</small>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
