// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * The part of the page that is read first: would it work, what needs a decision, what would not come back.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { PreviewReport, Verdict } from "../document.ts";
import { type Finding, type Findings, timesSaid } from "../findings.ts";
import { counted } from "../lines.ts";
import type { Outcome } from "../report.ts";
import { visible, visibleLines } from "../visible.ts";
import { outcomesOf, titleOf } from "../words.ts";
import { Badge, ItemName, type Links, SIGNS } from "./names.tsx";

const HEADINGS: Readonly<Record<Verdict, string>> = {
  fine: "would work",
  warnings: "would work, with warnings",
  fails: "would be incomplete",
};

const MARKS: Readonly<Record<Verdict, string>> = { fine: "✓", warnings: "!", fails: "✕" };

/** What was previewed, when, and how it would end. */
export function Head(
  { report, findings, parts }: {
    report: PreviewReport;
    findings: Findings;
    /** Parts of the page to go to: id and title. */
    parts: readonly (readonly [id: string, title: string])[];
  },
) {
  const { kind, verdict, totals, madeAt, madeBy, run } = report;
  const what = kind === "BackupPreview" ? "backup" : "restore";
  return (
    <header>
      <h1>{visible(titleOf(report))}</h1>
      <p class="made">
        In namespace {visible(run.namespace)}. Made{" "}
        <time datetime={madeAt}>{`${madeAt.slice(0, 16).replace("T", " ")} UTC`}</time>{" "}
        by velero-plugin-for-workloads {madeBy}. Nothing was changed.
      </p>
      <div class={`verdict ${verdict}`}>
        <span class="mark" aria-hidden="true">{MARKS[verdict]}</span>
        <div>
          <p class="sentence">
            {report.failure === undefined
              ? `This ${what} ${HEADINGS[verdict]}.`
              : `Velero would fail this whole ${what}.`}
          </p>
          <p>{explained(report, findings)}</p>
        </div>
      </div>
      <OutcomeBar totals={outcomesOf(report)} />
      <ul class="figures">
        {outcomesOf(report).map(([outcome, count]) => (
          <li>
            <b>{count.toLocaleString("en")}</b> <Badge outcome={outcome} />
          </li>
        ))}
        {([[totals.changed, "changed by actions"], [totals.effects, "written by actions"]] as const)
          .filter(([count]) => count > 0).map(([count, word]) => (
            <li>
              <b>{count.toLocaleString("en")}</b> <span class="word">{word}</span>
            </li>
          ))}
      </ul>
      <nav>
        {parts.map(([id, title]) => <a href={`#${id}`}>{title}</a>)}
      </nav>
    </header>
  );
}

function explained(
  { kind, totals, failure }: PreviewReport,
  { failures, existing, warnings, notModelled }: Findings,
): string {
  if (failure !== undefined) return `Nothing would be ${kind === "BackupPreview" ? "stored" : "restored"}.`;
  const back = kind === "BackupPreview" ? totals.stored : totals.created + totals.updated;
  const verb = kind === "BackupPreview" ? "would be stored" : "would come back";
  return [
    `${back.toLocaleString("en")} of ${counted(totals.items, "object")} ${verb}`,
    ...(totals.skipped === 0 ? [] : [`${totals.skipped.toLocaleString("en")} would be left out`]),
    ...(failures.length === 0 ? [] : [counted(timesSaid(failures), "failure")]),
    ...(existing.length === 0 ? [] : ["others are in the cluster already and differ"]),
    ...(warnings.length === 0 ? [] : [counted(timesSaid(warnings), "warning")]),
    ...(notModelled.length === 0
      ? []
      : [`${counted(timesSaid(notModelled), "thing")} that a preview cannot show`]),
  ].join(", ") + ".";
}

// One failure among thousands must be seen.
const LEAST = 1.5;

function OutcomeBar({ totals }: { totals: readonly (readonly [Outcome, number])[] }) {
  const all = totals.reduce((sum, [, count]) => sum + count, 0);
  const wanted = totals.map(([, count]) => Math.max(LEAST, 100 * count / all));
  const sum = wanted.reduce((a, b) => a + b, 0);
  let x = 0;
  return (
    <svg class="bar" aria-hidden="true">
      {totals.map(([outcome], at) => {
        const width = 100 * (wanted[at] ?? 0) / sum;
        const begin = x;
        x += width;
        return (
          <rect
            class={outcome}
            x={`${begin.toFixed(2)}%`}
            y="0"
            width={`${width.toFixed(2)}%`}
            height="100%"
          />
        );
      })}
    </svg>
  );
}

interface Part {
  readonly title: string;
  readonly about: Child;
  readonly class: string;
  readonly sign: string;
  readonly findings: readonly Finding[];
}

/** What a person must decide or know. */
export function Decisions(
  { report, findings, links }: { report: PreviewReport; findings: Findings; links: Links },
) {
  const [back, left] = report.failure !== undefined
    ? ["Why it would fail", "Velero does nothing until this is mended."]
    : report.kind === "BackupPreview"
    ? ["Would not be stored", "They are not in the backup."]
    : ["Would not come back", "A restore would go on without them and be PartiallyFailed."];
  const parts: Part[] = [
    { title: back, about: left, class: "failed", sign: SIGNS.failed, findings: findings.failures },
    {
      title: "In the cluster already",
      about: (
        <>
          They differ from the backup and would stay as they are. To change them, restore with{" "}
          <code>--existing-resource-policy update</code>; to have both, restore into another namespace.
        </>
      ),
      class: "exists",
      sign: SIGNS.exists,
      findings: findings.existing,
    },
    {
      title: "Warnings",
      about: "Decide whether you can live with them.",
      class: "warned",
      sign: "!",
      findings: findings.warnings,
    },
    {
      title: "Not modelled",
      about: "Velero would also do this, which a preview cannot show.",
      class: "unknown",
      sign: "?",
      findings: findings.notModelled,
    },
  ];
  const shown = parts.filter((part) => part.findings.length > 0);
  return (
    <section id="decisions">
      <h2>What needs a decision</h2>
      {shown.length === 0
        ? <p class="note">Nothing: no failure, no warning, and nothing in the way.</p>
        : shown.map((part) => <PartOf part={part} links={links} />)}
    </section>
  );
}

function PartOf({ part, links }: { part: Part; links: Links }) {
  return (
    <div class={`part ${part.class}`}>
      <h3>
        <span class="sign" aria-hidden="true">{part.sign}</span> {part.title}{" "}
        <small>{timesSaid(part.findings).toLocaleString("en")}</small>
      </h3>
      <p class="note">{part.about}</p>
      <FindingList findings={part.findings} links={links} />
    </div>
  );
}

/** What would be left out, with the reason. */
export function LeftOut({ findings, links, count }: { findings: Findings; links: Links; count: number }) {
  if (findings.skipped.length === 0) return null;
  return (
    <section id="left-out">
      <h2>
        Left out on purpose <small>{count.toLocaleString("en")}</small>
      </h2>
      <FindingList findings={findings.skipped} links={links} />
    </section>
  );
}

// Of the objects of one finding.
const NAMED = 6;

function FindingList({ findings, links }: { findings: readonly Finding[]; links: Links }) {
  return (
    <ul class="findings">
      {findings.map(({ text, action, items }) => {
        const [first, rest] = [items.slice(0, NAMED), items.slice(NAMED)];
        return (
          <li>
            {first.length > 0 && (
              <p class="names">{first.map((item) => <ItemName item={item} links={links} />)}</p>
            )}
            {rest.length > 0 && (
              <details>
                <summary>and {rest.length.toLocaleString("en")} more</summary>
                <p class="names">{rest.map((item) => <ItemName item={item} links={links} />)}</p>
              </details>
            )}
            <p class="text">{visibleLines(text)}</p>
            {action !== undefined && <p class="by">{visible(action)}</p>}
          </li>
        );
      })}
    </ul>
  );
}
