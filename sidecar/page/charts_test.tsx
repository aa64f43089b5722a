import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { DURATION_BUCKETS } from "../metrics.ts";
import { OutcomeBar, OutcomeWords, TimeBars, timesInWords } from "./charts.tsx";

const NONE = { changed: 0, unchanged: 0, skipped: 0, errors: 0 };

/** Class, begin and width of each part of a bar, in percent. */
function parts(outcomes: typeof NONE): [string, number, number][] {
  const html = String(<OutcomeBar outcomes={outcomes} />);
  return [...html.matchAll(/<rect class="(\w+)" x="([\d.]+)%" y="0" width="([\d.]+)%"/g)]
    .map(([, key = "", x, width]) => [key, Number(x), Number(width)]);
}

Deno.test("OutcomeBar() divides the bar by outcomes, the worst first", () => {
  assertEquals(parts({ changed: 25, unchanged: 50, skipped: 15, errors: 10 }), [
    ["errors", 0, 10],
    ["skipped", 10, 15],
    ["changed", 25, 25],
    ["unchanged", 50, 50],
  ]);
  assertEquals(parts({ ...NONE, changed: 3 }), [["changed", 0, 100]]);
  assertEquals(parts(NONE), []);
});

Deno.test("OutcomeBar() shows one error among a million, and still fills the bar", () => {
  const drawn = parts({ ...NONE, unchanged: 999_998, changed: 1, errors: 1 });
  assertEquals(drawn.map(([key]) => key), ["errors", "changed", "unchanged"]);
  for (const [, , width] of drawn) assertEquals(width > 1.4, true);
  assertAlmostEquals(drawn.reduce((sum, [, , width]) => sum + width, 0), 100, 0.02);
});

Deno.test("OutcomeWords() says what the bar shows", () => {
  const text = (outcomes: typeof NONE) =>
    String(<OutcomeWords outcomes={outcomes} />).replaceAll(/<[^>]+>/g, "|").replaceAll(/\|+/g, "|");
  assertEquals(
    text({ changed: 1200, unchanged: 1, skipped: 3, errors: 2 }),
    "|1,206 items|2 errors|3 skipped|1,200 changed|1 unchanged|",
  );
  assertEquals(text({ ...NONE, errors: 1 }), "|1 item|1 error|");
});

/** Calls by bucket. */
function durations(calls: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: DURATION_BUCKETS.length + 1 }, (_, at) => calls[at] ?? 0);
}

Deno.test("TimeBars() draws the buckets that have calls, the fullest to the top, the least still seen", () => {
  const html = String(<TimeBars durations={durations({ 0: 1000, 3: 500, 13: 1 })} />);
  const bars = [...html.matchAll(/<title>([^<]+)<\/title><rect class="whole"[^>]*><\/rect><rect ([^>]+)>/g)];
  assertEquals(bars.map(([, title, rect]) => [title, rect]), [
    ["up to 1 ms: 1,000 calls", 'x="1" y="0.0" width="7" height="28.0"'],
    ["5 ms to 10 ms: 500 calls", 'x="28" y="14.0" width="7" height="14.0"'],
    ["more than 10 s: 1 call", 'x="118" y="26.0" width="7" height="2.0"'],
  ]);
  assertMatch(
    html,
    /role="img" aria-label="up to 1 ms: 1,000 calls, 5 ms to 10 ms: 500 calls, more than 10 s: 1 call"/,
  );
});

const TIMES: readonly [Readonly<Record<number, number>>, string][] = [
  [{ 0: 1 }, "all ≤ 1 ms"],
  [{ 1: 7 }, "all ≤ 2.5 ms"],
  [{ 1: 5, 8: 5 }, "half ≤ 2.5 ms, all ≤ 500 ms"],
  [{ 1: 4, 8: 5 }, "all ≤ 500 ms"],
  [{ 0: 3, 9: 1 }, "half ≤ 1 ms, all ≤ 1 s"],
  [{ 0: 3, 13: 1 }, "half ≤ 1 ms, some > 10 s"],
  [{ 13: 2 }, "most > 10 s"],
  [{ 2: 1, 13: 2 }, "most > 10 s"],
  [{}, ""],
];

for (const [calls, text] of TIMES) {
  Deno.test(`timesInWords() of ${JSON.stringify(calls)}`, () => {
    assertEquals(timesInWords(durations(calls)), text);
  });
}
