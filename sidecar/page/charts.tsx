/**
 * The two pictures of the page, as SVG without scripts or styles of its own: the page's policy allows neither.
 *
 * @module
 */

import { DURATION_BUCKETS } from "../metrics.ts";
import { counted, number } from "./words.tsx";

/** Calls by outcome. */
export interface Outcomes {
  readonly changed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly errors: number;
}

/** Outcomes in the order in which they are drawn, the worst first. */
const ORDER = ["errors", "skipped", "changed", "unchanged"] as const;

// One error among thousands must be seen.
const LEAST_PERCENT = 1.5;

/** A bar with a part for each outcome. The text beside it says the same, so it is hidden from screen readers. */
export function OutcomeBar({ outcomes }: { outcomes: Outcomes }) {
  const total = ORDER.reduce((sum, key) => sum + outcomes[key], 0);
  const wanted = ORDER.map((key) =>
    outcomes[key] === 0 ? 0 : Math.max(LEAST_PERCENT, 100 * outcomes[key] / total)
  );
  const sum = wanted.reduce((a, b) => a + b, 0);
  let x = 0;
  const parts = ORDER.map((key, at) => {
    const width = 100 * (wanted[at] ?? 0) / sum;
    const part = { key, x, width };
    x += width;
    return part;
  });
  return (
    <svg class="bar" aria-hidden="true">
      {parts.filter(({ width }) => width > 0).map(({ key, x, width }) => (
        <rect class={key} x={percent(x)} y="0" width={percent(width)} height="100%" />
      ))}
    </svg>
  );
}

/** The bar in words, each part with its colour; what did not happen is left out. */
export function OutcomeWords({ outcomes }: { outcomes: Outcomes }) {
  const total = ORDER.reduce((sum, key) => sum + outcomes[key], 0);
  return (
    <ul class="outcomes">
      <li class="sum">{counted(total, "item")}</li>
      {ORDER.filter((key) => outcomes[key] > 0).map((key) => (
        <li class={key}>
          {key === "errors" ? counted(outcomes.errors, "error") : `${number(outcomes[key])} ${key}`}
        </li>
      ))}
    </ul>
  );
}

const LONGEST = DURATION_BUCKETS.at(-1) ?? 0;

const BAR = { width: 7, step: 9, height: 28 };

/**
 * The times of an action's calls: a bar for each bucket of the histogram, as high as its share of the fullest. Its title, which a browser
 * shows under the pointer and a screen reader reads, has the numbers.
 */
export function TimeBars({ durations }: { durations: readonly number[] }) {
  const most = Math.max(...durations, 1);
  const width = durations.length * BAR.step;
  const bars = durations.map((calls, at) => {
    const height = calls === 0 ? 0 : Math.max(2, Math.round(BAR.height * calls / most));
    return height === 0 ? "" : `M${at * BAR.step + 1} ${BAR.height}v-${height}h${BAR.width}v${height}z`;
  });
  return (
    <svg
      class="histogram"
      role="img"
      width={String(width)}
      height={String(BAR.height + 1)}
      viewBox={`0 0 ${width} ${BAR.height + 1}`}
    >
      <title>
        {durations.flatMap((calls, at) => calls === 0 ? [] : [bucketWords(calls, at)]).join(", ")}
      </title>
      <path class="base" d={`M0 ${BAR.height}h${width}v1H0z`} />
      <path d={bars.join("")} />
    </svg>
  );
}

/** How long half of the calls took at most, and all of them, as exactly as the buckets tell. */
export function timesInWords(durations: readonly number[]): string {
  const calls = durations.reduce((sum, count) => sum + count, 0);
  if (calls === 0) return "";
  let seen = 0;
  const middle = durations.findIndex((count) => (seen += count) * 2 >= calls);
  const last = durations.findLastIndex((count) => count > 0);
  const within = (at: number) => `within ${short(DURATION_BUCKETS[at] ?? 0)}`;
  if (last < DURATION_BUCKETS.length) {
    return middle === last ? `all ${within(last)}` : `half ${within(middle)}, all ${within(last)}`;
  }
  return middle === last
    ? `most over ${short(LONGEST)}`
    : `half ${within(middle)}, some over ${short(LONGEST)}`;
}

function bucketWords(calls: number, at: number): string {
  const upper = DURATION_BUCKETS[at];
  const words = upper === undefined
    ? `over ${short(LONGEST)}`
    : `${at === 0 ? "up" : short(DURATION_BUCKETS[at - 1] ?? 0)} to ${short(upper)}`;
  return `${words}: ${counted(calls, "call")}`;
}

/** A bound of a bucket. */
export function short(seconds: number): string {
  return seconds < 1 ? `${seconds * 1000} ms` : `${seconds} s`;
}

function percent(value: number): string {
  return `${value.toFixed(2)}%`;
}
