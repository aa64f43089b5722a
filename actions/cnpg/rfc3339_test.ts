import { assertEquals } from "@std/assert";
import { formatInstant, parseInstant } from "./rfc3339.ts";

const ROWS: [text: unknown, iso: string | undefined][] = [
  ["2026-11-21T03:28:47Z", "2026-11-21T03:28:47.000Z"],
  ["2026-11-21t03:28:47z", "2026-11-21T03:28:47.000Z"],
  ["2026-11-21T03:28:47+05:30", "2026-11-20T21:58:47.000Z"],
  ["2026-11-21T03:28:47.25-01:00", "2026-11-21T04:28:47.250Z"],
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ["2026-02-29T00:00:00Z", undefined],
  ["2026-02-30T00:00:00Z", undefined],
  ["2026-13-01T00:00:00Z", undefined],
  ["2026-11-21T25:00:00Z", undefined],
  ["2026-11-21T03:28:47", undefined],
  ["2026-11-21 03:28:47Z", undefined],
  ["2026-11-21 03:28:47+00", undefined],
  ["2026-11-21", undefined],
  ["1795231727", undefined],
  ["yesterday", undefined],
  ["", undefined],
  [null, undefined],
  [5, undefined],
  [{}, undefined],
];

for (const [text, iso] of ROWS) {
  Deno.test(`parseInstant() of ${JSON.stringify(text)}`, () => {
    const instant = parseInstant(text);
    assertEquals(instant === undefined ? undefined : new Date(instant).toISOString(), iso);
  });
}

Deno.test("parseInstant() tells microseconds apart", () => {
  const [early, late] = ["2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000002Z"].map(parseInstant);
  assertEquals((early ?? 0) < (late ?? 0), true);
});

Deno.test("formatInstant() writes whole seconds in UTC", () => {
  assertEquals(formatInstant(new Date("2026-11-21T03:28:47.999Z")), "2026-11-21T03:28:47Z");
});
