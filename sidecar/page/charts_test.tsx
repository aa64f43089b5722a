import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
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
  const [, bars = ""] = [...html.matchAll(/<path[^>]* d="([^"]+)"/g)].map(([, path = ""]) => path);
  // Each is a path of its own: a move, then up, right and down.
  assertEquals(bars.split("z").map((bar) => bar.slice(1)), [
    "1 28v-28h7v28",
    "28 28v-14h7v14",
    "118 28v-2h7v2",
    "",
  ]);
  assertStringIncludes(
    html,
    "<title>up to 1 ms: 1,000 calls, 5 ms to 10 ms: 500 calls, over 10 s: 1 call</title>",
  );
});

const TIMES: readonly [Readonly<Record<number, number>>, string][] = [
  [{ 0: 1 }, "all within 1 ms"],
  [{ 1: 7 }, "all within 2.5 ms"],
  [{ 1: 5, 8: 5 }, "half within 2.5 ms, all within 500 ms"],
  [{ 1: 4, 8: 5 }, "all within 500 ms"],
  [{ 0: 3, 9: 1 }, "half within 1 ms, all within 1 s"],
  [{ 0: 3, 13: 1 }, "half within 1 ms, some over 10 s"],
  [{ 13: 2 }, "most over 10 s"],
  [{ 2: 1, 13: 2 }, "most over 10 s"],
  [{}, ""],
];

for (const [calls, text] of TIMES) {
  Deno.test(`timesInWords() of ${JSON.stringify(calls)}`, () => {
    assertEquals(timesInWords(durations(calls)), text);
  });
}
