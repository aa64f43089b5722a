// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * Where the results of two plugins differ, as a page.
 *
 * @module
 */

import type { Difference } from "../../run/compare.ts";
import type { ComparisonReport } from "../document.ts";
import { failureOf } from "../comparison_text.ts";
import { counted } from "../lines.ts";
import { visible, visibleLines } from "../visible.ts";
import { Changes } from "./diff.tsx";
import { kindName, placeName } from "./names.tsx";

/** The page's parts. */
export function* comparisonParts(report: ComparisonReport) {
  const { plugins: [first, second], failures = [null, null], items, differences, madeAt, madeBy, of, run } =
    report;
  const count = differences.length;
  const failed = (["first", "second"] as const).flatMap((who, index) => failureOf(of, who, failures[index]));
  yield (
    <header>
      <h1>{`Two plugins, one ${of}`}</h1>
      <p class="made">
        {`${of === "backup" ? "Backup" : "Restore"} ${visible(run.name)}. Made`}{" "}
        <time datetime={madeAt}>{`${madeAt.slice(0, 16).replace("T", " ")} UTC`}</time>{" "}
        by velero-plugin-for-workloads {madeBy}. Nothing was changed.
      </p>
      <dl class="plugins">
        <div>
          <dt>first</dt>
          <dd>{visible(first)}</dd>
        </div>
        <div>
          <dt>second</dt>
          <dd>{visible(second)}</dd>
        </div>
      </dl>
      {failed.length > 0
        ? (
          <div class="verdict fails">
            <span class="mark" aria-hidden="true">✕</span>
            <div>
              <p class="sentence">Nothing was compared.</p>
              {failed.map((text) => <p>{visibleLines(text)}</p>)}
            </div>
          </div>
        )
        : (
          <div class={`verdict ${count === 0 ? "fine" : "warnings"}`}>
            <span class="mark" aria-hidden="true">{count === 0 ? "✓" : "!"}</span>
            <div>
              <p class="sentence">
                {count === 0 ? "Both do the same." : `${counted(count, "object")} would differ.`}
              </p>
              <p>{`${counted(items, "object")} were compared, with what actions would write.`}</p>
            </div>
          </div>
        )}
    </header>
  );
  if (failed.length > 0) return;
  yield '<main><section id="items"><h2>Differences</h2>';
  if (count === 0) yield <p class="note">There is none.</p>;
  for (const difference of differences) yield <DifferenceOf difference={difference} open={count <= 20} />;
  yield "</section></main>";
}

function DifferenceOf({ difference, open }: { difference: Difference; open: boolean }) {
  const { item, outcomes, reasons, changes, onlyFirstAsks, onlySecondAsks } = difference;
  const [first, second] = outcomes;
  return (
    <details class="item" open={open}>
      <summary>
        <span class="title">
          <span class="kind">{kindName(item)}</span> <b>{placeName(item)}</b>
        </span>
        <span class="what">
          {first === second
            ? visible(first)
            : `${visible(first)} by the first, ${visible(second)} by the second`}
        </span>
      </summary>
      <div class="body">
        {(["first", "second"] as const).map((who, at) => {
          const reason = reasons[at];
          return reason !== undefined && <p class="remark">The {who}: {visibleLines(reason)}</p>;
        })}
        {changes.length > 0 && (
          <div class="step">
            <h4>From the first one's object to the second one's</h4>
            <Changes changes={changes} />
          </div>
        )}
        <Asks who="first" items={onlyFirstAsks} />
        <Asks who="second" items={onlySecondAsks} />
      </div>
    </details>
  );
}

function Asks({ who, items }: { who: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <div class="additional">
      <h5>Only the {who} asks for</h5>
      <ul>{items.map((text) => <li>{visible(text)}</li>)}</ul>
    </div>
  );
}
