import { assertEquals } from "@std/assert";
import { createReport } from "./document.ts";
import { type Finding, findingsOf } from "./findings.ts";
import type { ItemReport, RunReport, Step } from "./report.ts";
import { EMPTY_RUN } from "../testing/reports.ts";

const pod = (name: string) => ({ group: "", resource: "pods", namespace: "n", name });
const step = (action: string, error?: string): Step => ({
  kind: "RestoreItemAction",
  action,
  milliseconds: 0,
  changes: [],
  additionalItems: [],
  ...(error === undefined ? {} : { error }),
});
const item = (name: string, outcome: ItemReport["outcome"], rest: Partial<ItemReport> = {}): ItemReport => ({
  item: pod(name),
  outcome,
  steps: [],
  ...rest,
});

function findings(part: Partial<RunReport>) {
  const report = createReport({ ...EMPTY_RUN, ...part }, { kind: "Restore" }, [], {
    madeAt: new Date(0),
    madeBy: "",
  });
  const lines = (found: readonly Finding[]) =>
    found.map(({ text, action, items }) =>
      `${items.map(({ name }) => name).join(",")}: ${text}${action === undefined ? "" : ` (${action})`}`
    );
  const { failures, existing, warnings, notModelled, skipped } = findingsOf(report);
  return [failures, existing, warnings, notModelled, skipped].map(lines);
}

const CASES: readonly [string, Partial<RunReport>, string[][]][] = [
  ["nothing", {}, [[], [], [], [], []]],
  ["what works", { items: [item("a", "created"), item("b", "exists")] }, [[], [], [], [], []]],
  [
    "a failed item is told once, in the action's words without its name and the object's",
    {
      items: ["a", "b"].map((name) =>
        item(name, "failed", {
          reason: `error preparing pods/n/${name}: x/y: Pod n/${name}: broken`,
          steps: [step("x/y", `x/y: Pod n/${name}: broken`)],
        })
      ),
      errors: ["a", "b"].map((name) => ({
        item: pod(name),
        text: `error preparing pods/n/${name}: x/y: Pod n/${name}: broken`,
      })),
    },
    [["a,b: broken (x/y)"], [], [], [], []],
  ],
  [
    "an item that the cluster refuses",
    {
      items: [item("a", "failed", { reason: "error restoring pods/n/a: forbidden", steps: [step("x/y")] })],
      errors: [{ item: pod("a"), text: "error restoring pods/n/a: forbidden" }],
    },
    [["a: error restoring pods/n/a: forbidden"], [], [], [], []],
  ],
  [
    "errors beside failed items, and operations",
    {
      items: [item("a", "created")],
      errors: [{ item: pod("a"), text: "not ready" }, { text: "general" }],
      operations: [
        { item: pod("a"), action: "x/y", operationID: "o", error: "gone" },
        { item: pod("a"), action: "x/y", operationID: "p", progress: { completed: true, error: "bad" } },
        { item: pod("a"), action: "x/y", operationID: "q", progress: { completed: true } },
      ],
    },
    [
      ["a: not ready", ": general", "a: operation o: gone (x/y)", "a: operation p: bad (x/y)"],
      [],
      [],
      [],
      [],
    ],
  ],
  [
    "what exists in another form is no warning besides",
    {
      items: [item("a", "exists", { reason: "it differs", differences: [] }), item("b", "created")],
      warnings: [{ item: pod("a"), text: "it differs" }, { item: pod("b"), text: "it differs" }, {
        item: pod("a"),
        action: "x/y",
        text: "other",
      }],
    },
    [[], ["a: it differs"], ["b: it differs", "a: other (x/y)"], [], []],
  ],
  [
    "skips by reason, and what is not modelled",
    {
      items: [
        item("a", "skipped", { reason: "r", steps: [step("x/y")] }),
        item("b", "skipped", { reason: "r", steps: [step("x/z")] }),
        item("c", "skipped", { reason: "r", steps: [step("x/y")] }),
        item("d", "skipped", { reason: "excluded" }),
      ],
      notModelled: [{ item: pod("a"), text: "volumes" }, { item: pod("b"), text: "volumes" }],
    },
    [[], [], [], ["a,b: volumes"], ["a,c: r (x/y)", "b: r (x/z)", "d: excluded"]],
  ],
];

for (const [name, part, expected] of CASES) {
  Deno.test(`findingsOf(): ${name}`, () => assertEquals(findings(part), expected));
}
