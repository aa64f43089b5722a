import { assertEquals } from "@std/assert";
import { retryAfter } from "./retry_after.ts";

const NOW = Date.UTC(2026, 0, 5, 10, 0, 0);

Deno.test("retryAfter() takes seconds and the date of HTTP, and nothing else", () => {
  const rows: [header: string | null | undefined, expected: number | undefined][] = [
    ["0", 0],
    ["7", 7000],
    [" 7 ", 7000],
    ["86400", 86_400_000],
    ["9".repeat(400), Infinity],
    ["Mon, 05 Jan 2026 10:00:30 GMT", 30_000],
    ["Mon, 05 Jan 2026 09:00:00 GMT", 0],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    [null, undefined],
    [undefined, undefined],
    ["", undefined],
    ["soon", undefined],
    ["-5", undefined],
    ["7.5", undefined],
    ["7s", undefined],
    ["1, 2", undefined],
    ["0x10", undefined],
    ["2026", 2_026_000],
    ["2026-01-05T10:00:30Z", undefined],
    ["Mon, 99 Jan 2026 10:00:30 GMT", undefined],
    ["Mon, 05 Foo 2026 10:00:30 GMT", undefined],
    ["Mon, 05 Jan 2026 10:00:30 +0200", undefined],
  ];
  for (const [header, expected] of rows) assertEquals(retryAfter(header, NOW), expected, `«${header}»`);
});
