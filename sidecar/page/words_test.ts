import { assertEquals } from "@std/assert";
import { ago, counted, duration, moment } from "./words.tsx";

const DURATIONS: readonly [number, string][] = [
  [0, "0 µs"],
  [0.000_42, "420 µs"],
  [0.001, "1.0 ms"],
  [0.0125, "12.5 ms"],
  [0.25, "250 ms"],
  [1, "1.0 s"],
  [59.94, "59.9 s"],
  [60, "1 min 0 s"],
  [252.4, "4 min 12 s"],
  [3599.4, "59 min 59 s"],
  [3599.6, "1 h 0 min"],
  [5400, "1 h 30 min"],
  [100_000, "27 h 46 min"],
];

for (const [seconds, text] of DURATIONS) {
  Deno.test(`duration() of ${seconds} s`, () => assertEquals(duration(seconds), text));
}

const AGES: readonly [number, string][] = [
  [-5, "0 s ago"],
  [119, "119 s ago"],
  [120, "2 min ago"],
  [7199, "120 min ago"],
  [7200, "2 h ago"],
  [172_799, "48 h ago"],
  [172_800, "2 days ago"],
];

for (const [seconds, text] of AGES) {
  Deno.test(`ago() of ${seconds} s`, () => assertEquals(ago(new Date(-1000 * seconds), new Date(0)), text));
}

Deno.test("counted() knows one from many", () => {
  assertEquals([0, 1, 1234].map((n) => counted(n, "item")), ["0 items", "1 item", "1,234 items"]);
  assertEquals(counted(2, "more", "more"), "2 more");
});

Deno.test("moment() is UTC, to the second or to the minute", () => {
  const at = new Date("2026-11-24T03:04:05.678Z");
  assertEquals([moment(at), moment(at, "minute")], ["2026-11-24 03:04:05 UTC", "2026-11-24 03:04 UTC"]);
});
