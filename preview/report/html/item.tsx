// deno-lint-ignore-file jsx-key -- elements become text once, and a key would become an attribute that HTML does not know

/**
 * One item of a report with everything that would be done with it.
 *
 * @module
 */

import { describeCopy } from "../../../images/recorded_copy.ts";
import { counted } from "../lines.ts";
import type { EffectReport, ItemReport, Step } from "../report.ts";
import { hasMore, isQuiet } from "../quiet.ts";
import { visible, visibleLines } from "../visible.ts";
import { Changes } from "./diff.tsx";
import { Badge, Breakable, ItemName, kindName, type Links, placeName } from "./names.tsx";

/** Whether an item is told by itself: also when only another one has asked for it. */
export function isTold(report: ItemReport): boolean {
  return report.askedBy !== undefined || hasMore(report);
}

/** What the filter looks at. */
export interface Marks {
  /** The number of the item in the report. */
  readonly index: number;
  /** Numbers of the actions that did something with it, and their groups, separated by spaces. */
  readonly by: string;
}

/** An item that nobody changed: one line. */
export function PlainItem(
  { report: { item, target, outcome }, marks }: { report: ItemReport; marks: Marks },
) {
  return (
    <li
      id={`i${marks.index}`}
      class="item"
      data-outcome={outcome}
      data-namespace={visible(item.namespace)}
      data-by={marks.by}
    >
      {placeName(item)}
      {target !== undefined && <span class="target">{` → ${visible(target)}`}</span>}
    </li>
  );
}

/** An item with its changes. */
export function Item({ report, marks, links }: { report: ItemReport; marks: Marks; links: Links }) {
  const { item, target, askedBy, steps, outcome, reason, differences } = report;
  const quiet = steps.filter(isQuiet).map(({ action }) => action);
  return (
    <details
      id={`i${marks.index}`}
      class="item"
      data-outcome={outcome}
      data-namespace={visible(item.namespace)}
      data-by={marks.by}
    >
      <summary>
        <span class="title">
          <span class="kind">{kindName(item)}</span> <b>{placeName(item)}</b>
          {target !== undefined && <span class="target">{` → ${visible(target)}`}</span>}
        </span>
        <span class="what">{inShort(report)}</span>
        <Badge outcome={outcome} />
      </summary>
      <div class="body">
        {reason !== undefined && <p class={`reason ${outcome}`}>{visibleLines(reason)}</p>}
        {askedBy !== undefined && (
          <p class="asked">
            Asked for by <ItemName item={askedBy.item} links={links} />{" "}
            <span class="by">{visible(askedBy.action)}</span>
          </p>
        )}
        {differences !== undefined && differences.length > 0 && (
          <div class="step">
            <h4>From the cluster's object to the backup's</h4>
            <Changes changes={differences} />
          </div>
        )}
        {steps.filter((step) => !isQuiet(step)).map((step) => (
          <StepOf step={step} links={links} reason={reason} />
        ))}
        {quiet.length > 0 && <p class="quiet">No change by {quiet.map(visible).join(", ")}.</p>}
      </div>
    </details>
  );
}

function inShort({ steps, differences = [] }: ItemReport): string {
  const sum = (value: (step: Step) => number) => steps.reduce((all, step) => all + value(step), 0);
  const told: readonly (readonly [number, string, string?])[] = [
    [differences.length, "difference"],
    [sum(({ changes }) => changes.length), "change"],
    [sum(({ additionalItems }) => additionalItems.length), "asked for", "asked for"],
    [sum(({ effects = [] }) => effects.length), "effect"],
    [sum(({ imageCopies = [] }) => imageCopies.length), "image"],
    [sum(({ operationID }) => operationID === undefined ? 0 : 1), "operation"],
    [sum(({ remarks = [] }) => remarks.filter(({ level }) => level !== "info").length), "warning"],
  ];
  return told.filter(([count]) => count > 0).map(([count, one, many]) => counted(count, one, many)).join(
    " · ",
  );
}

function StepOf({ step, links, reason }: { step: Step; links: Links; reason: string | undefined }) {
  const {
    action,
    changes,
    additionalItems,
    effects = [],
    imageCopies = [],
    remarks = [],
    mustInclude,
    operationID,
    ready,
    error,
  } = step;
  // The reason of a skip is the action's own remark.
  const further = remarks.filter(({ text }) => reason === undefined || !text.includes(reason));
  return (
    <div class="step">
      <h4>{visible(action)}</h4>
      {error !== undefined && <p class="error">{visibleLines(error)}</p>}
      {further.map(({ level, text }) => <p class={`remark ${level}`}>{visibleLines(text)}</p>)}
      <Changes changes={changes} />
      {additionalItems.length > 0 && (
        <div class="additional">
          <h5>Asks for{mustInclude && ", past the filters"}</h5>
          <ul>
            {additionalItems.map(({ reason, ...item }) => (
              <li>
                <ItemName item={item} links={links} />
                {reason !== undefined && (
                  <span class="path">
                    <Breakable text={reason} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {effects.map((effect) => <Effect effect={effect} links={links} />)}
      {imageCopies.map((copy) => <p class="remark">{visible(describeCopy(copy))}</p>)}
      {operationID !== undefined && <p class="remark">Begins operation {visible(operationID)}.</p>}
      {ready !== undefined && <p class="remark">The additional items {ready ? "are" : "were not"} ready.</p>}
    </div>
  );
}

/** A write to the cluster. */
function Effect({ effect: { verb, item, changes }, links }: { effect: EffectReport; links: Links }) {
  return (
    <div class="effect">
      <h5>
        Would {verb} in the cluster: <ItemName item={item} links={links} />
      </h5>
      <Changes changes={changes} />
    </div>
  );
}
