import { assertEquals } from "@std/assert";
import type { ItemReport, RunReport } from "../report/report.ts";
import { judge } from "./verdict.ts";
import { EMPTY_RUN } from "../testing/reports.ts";

const item = (name: string) => ({ group: "", resource: "pods", namespace: "n", name });
const reported = (name: string, rest: Partial<ItemReport>): ItemReport => ({
  item: item(name),
  steps: [],
  outcome: "created",
  ...rest,
});

function report(rest: Partial<RunReport>): RunReport {
  return { ...EMPTY_RUN, ...rest };
}

Deno.test("judge() of a restore in which nothing is wrong", () => {
  const items = [reported("a", {}), reported("b", { outcome: "skipped", reason: "an action leaves it out" })];
  assertEquals(judge(report({ items })), {
    works: true,
    items: 2,
    failures: 0,
    warnings: 0,
    reasons: [],
  });
});

Deno.test("judge() counts each failure once, however it is told, and puts failures before warnings", () => {
  const verdict = judge(
    report({
      items: [
        reported("a", { outcome: "failed", reason: "no" }),
        reported("b", { outcome: "failed", reason: "no room" }),
      ],
      errors: [{ item: item("a"), text: "no" }],
      operations: [{ item: item("c"), action: "x/y", operationID: "1", error: "lost" }],
      warnings: [{ item: item("d"), action: "x/y", text: "careful" }, { text: "an action warns" }],
    }),
  );
  assertEquals(verdict, {
    works: false,
    items: 2,
    failures: 3,
    warnings: 2,
    reasons: [
      "pods/n/a: no",
      "pods/n/b: no room",
      "pods/n/c: x/y: lost",
      "pods/n/d: x/y: careful",
      "an action warns",
    ],
  });
});

Deno.test("judge() does not count that an object is there and has changed since: the cluster is the backup's own", () => {
  const text = "it exists in the cluster and differs from the backed-up version";
  const items = [reported("a", { outcome: "exists", reason: text })];
  const warnings = [{ item: item("a"), text }, { item: item("a"), text: "something else" }, {
    item: item("b"),
    text,
  }];
  assertEquals(judge(report({ items, warnings })).reasons, [
    "pods/n/a: something else",
    `pods/n/b: ${text}`,
  ]);
});
