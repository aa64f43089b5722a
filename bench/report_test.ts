import { assertEquals } from "@std/assert";
import type { Figures } from "./measure.ts";
import { toTable } from "./report.ts";

function figures(title: string, ms: number, more: Partial<Figures> = {}): Figures {
  const sample = { minMs: ms / 2, p50Ms: ms, p99Ms: ms * 2 };
  return {
    title,
    path: `/x/${title}`,
    plugins: 12,
    start: sample,
    memory: [{ calls: 0, rssKiB: 51200 }, { calls: 100, rssKiB: 66560 }, { calls: 1000, rssKiB: 71680 }],
    cpuMsPerCall: 0.25,
    cases: [{ name: "restore", latency: sample, requestsPerCall: 0 }],
    perSecondConcurrent: 2000,
    errors: 0,
    ...more,
  };
}

Deno.test("toTable() has a column per executable and relates the plugin to the others", () => {
  const table = toTable([figures("plugin", 6), figures("against", 8), figures("bare", 4, { cases: [] })]);
  assertEquals(table.split("\n").map((line) => line.split(/ {2,}/)), [
    ["", "plugin", "against", "bare", "budget"],
    ["actions listed", "12", "12", "12"],
    ["start to listed, p50", "6 ms", "8 ms (0.75)", "4 ms (1.50)", "below bare"],
    ["start to listed, least", "3 ms", "4 ms (0.75)", "2 ms (1.50)"],
    ["memory when listed", "50 MB", "50 MB (1.00)", "50 MB (1.00)"],
    ["memory after 100 calls", "65 MB", "65 MB (1.00)", "65 MB (1.00)"],
    ["memory after 1000 calls", "70 MB", "70 MB (1.00)", "70 MB (1.00)", "<= 90"],
    ["processor time per call", "0.25 ms", "0.25 ms (1.00)", "0.25 ms (1.00)"],
    ["calls per second, 8 at a time", "2000 /s", "2000 /s (1.00)", "2000 /s (1.00)"],
    ["failed calls", "0", "0", "0", "0"],
    ["restore, p50", "6 ms", "8 ms (0.75)", "-", "<= 1.05 x bare"],
    ["restore, p99", "12 ms", "16 ms (0.75)", "-"],
    ["restore, API requests", "0", "0", "-"],
    [""],
    ["plugin: /x/plugin"],
    ["against: /x/against"],
    ["bare: /x/bare"],
  ]);
});
