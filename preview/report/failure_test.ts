import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { judge } from "../gate/verdict.ts";
import { formatComparison } from "./comparison_text.ts";
import { type ComparisonReport, createReport, type PreviewReport, REPORT_VERSION } from "./document.ts";
import { renderReport } from "./html/page.tsx";
import { failedRun } from "./report.ts";
import { anyReport } from "./schema.ts";
import { formatReport } from "./text.ts";

const MAKER = { madeAt: new Date("2026-11-24T03:04:05Z"), madeBy: "1.2.3" };
const RESTORE = { kind: "Restore", metadata: { name: "r", namespace: "velero" }, spec: { backupName: "b" } };
const WHY = "spec.labelSelector and spec.orLabelSelectors cannot be used together";
const REPORT = createReport(failedRun("restore", WHY), RESTORE, [{ text: "a note" }], MAKER);

const COMPARISON: ComparisonReport = {
  apiVersion: REPORT_VERSION,
  kind: "PreviewComparison",
  madeAt: MAKER.madeAt.toISOString(),
  madeBy: MAKER.madeBy,
  of: "backup",
  run: { namespace: "velero", name: "preview" },
  plugins: ["./a", "own"],
  failures: [WHY, null],
  items: 0,
  differences: [],
};

const words = (report: PreviewReport | ComparisonReport) =>
  [...renderReport(report)].join("").replace(/<head>.*<\/head>|<script>.*<\/script>/gs, "")
    .replaceAll(/(?:<[^>]+>\s*)+/g, "|");

Deno.test("the text of a run that Velero would fail as a whole says why in its last line", () => {
  assertEquals(formatReport(REPORT), [
    "Preview of restore r from backup b",
    "",
    "Warnings (1)",
    "  a note",
    "",
    "Velero would fail this whole restore: spec.labelSelector and spec.orLabelSelectors cannot be used",
    "  together.",
  ]);
});

Deno.test("the page of a run that Velero would fail as a whole says why", () => {
  const text = words(REPORT);
  assertStringIncludes(text, "|✕|Velero would fail this whole restore.|Nothing would be restored.|");
  assertStringIncludes(text, `|Velero would fail the whole restore: ${WHY}|`);
});

Deno.test("the JSON of a run that Velero would fail as a whole fits the schema, and counts one error", () => {
  assertEquals(v.safeParse(anyReport, JSON.parse(JSON.stringify(REPORT))).success, true);
  assertEquals([REPORT.failure, REPORT.verdict, REPORT.totals.errors, REPORT.items], [WHY, "fails", 1, []]);
});

Deno.test("a gate does not pass a run that Velero would fail as a whole", () => {
  const { works, failures, reasons } = judge(REPORT);
  assertEquals([works, failures, reasons[0]], [false, 1, `Velero would fail the whole restore: ${WHY}`]);
});

Deno.test("a comparison says with which plugin Velero would fail the whole run", () => {
  assertEquals(formatComparison(COMPARISON), [
    "first:  ./a",
    "second: own",
    "",
    "  With the first, Velero would fail the whole backup: spec.labelSelector and spec.orLabelSelectors",
    "    cannot be used together.",
    "  Nothing was compared.",
  ]);
  assertStringIncludes(
    words(COMPARISON),
    `|✕|Nothing was compared.|With the first, Velero would fail the whole backup: ${WHY}.|`,
  );
  assertEquals(words(COMPARISON).includes("Both do the same"), false);
  assertEquals(v.safeParse(anyReport, JSON.parse(JSON.stringify(COMPARISON))).success, true);
});
