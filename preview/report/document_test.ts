import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { createReport, previewedRun, type PreviewReport } from "./document.ts";
import type { RunReport, Step } from "./report.ts";
import { anyReport } from "./schema.ts";
import { EMPTY_RUN } from "../testing/reports.ts";

const MAKER = { madeAt: new Date("2026-11-24T03:04:05Z"), madeBy: "1.2.3" };
const RESTORE = {
  apiVersion: "velero.io/v1",
  kind: "Restore",
  metadata: { namespace: "velero", name: "r" },
  spec: { backupName: "b", namespaceMapping: { shop: "copy" } },
};
const pod = (name: string) => ({ group: "", resource: "pods", namespace: "shop", name });
const STEP: Step = {
  kind: "RestoreItemActionV2",
  action: "x.io/a",
  milliseconds: 1,
  changes: [],
  additionalItems: [],
};
const EMPTY: RunReport = { ...EMPTY_RUN, milliseconds: 5 };

// Every field that a report may have.
const FULL: RunReport = {
  actions: [{
    kind: "RestoreItemAction",
    name: "x.io/a",
    selector: {
      includedResources: ["pods"],
      excludedResources: ["a"],
      includedNamespaces: ["n"],
      excludedNamespaces: ["m"],
      selector: "a=b",
    },
    builtin: true,
  }],
  items: [
    {
      item: pod("a"),
      target: "copy",
      askedBy: { item: pod("b"), action: "x.io/a" },
      outcome: "exists",
      reason: "it exists",
      differences: [{ path: ["spec", 0], before: 1, after: null }],
      steps: [
        {
          ...STEP,
          changes: [{ path: ["a"], after: { b: [1] } }],
          additionalItems: [pod("c"), { ...pod("d"), reason: "spec.d" }],
          remarks: [{ level: "info", text: "i" }, { level: "warn", text: "w" }],
          effects: [{ verb: "delete", item: pod("e"), changes: [] }],
          mustInclude: true,
          operationID: "o",
          ready: false,
        },
        { ...STEP, kind: "ResourceModifier", error: "e" },
      ],
    },
    { item: pod("f"), outcome: "created", steps: [] },
  ],
  operations: [
    { item: pod("a"), action: "x.io/a", operationID: "o", error: "gone" },
    {
      item: pod("a"),
      action: "x.io/a",
      operationID: "p",
      progress: {
        completed: true,
        error: "broken",
        nCompleted: 1,
        nTotal: 2,
        operationUnits: "Bytes",
        description: "d",
        started: new Date(0),
        updated: new Date(1),
      },
    },
  ],
  warnings: [{ item: pod("a"), text: "one" }],
  errors: [{ text: "two" }],
  notModelled: [{ item: pod("a"), text: "four" }],
  milliseconds: 12.5,
};

Deno.test("createReport() counts, and takes what actions warned of for warnings", () => {
  const report = createReport(FULL, RESTORE, [{ text: "three" }], MAKER);
  assertEquals(report.warnings, [
    { item: pod("a"), text: "one" },
    { item: pod("a"), action: "x.io/a", text: "w" },
    { text: "three" },
  ]);
  assertEquals(report.totals, {
    items: 2,
    stored: 0,
    created: 1,
    updated: 0,
    exists: 1,
    skipped: 0,
    failed: 0,
    changed: 1,
    calls: 2,
    effects: 1,
    operations: 2,
    failedOperations: 2,
    warnings: 3,
    errors: 1,
    notModelled: 1,
  });
  const { apiVersion, kind, madeAt, madeBy, run, verdict } = report;
  assertEquals([apiVersion, kind, madeAt, madeBy, verdict], [
    "velero-plugin-for-workloads/preview-v1",
    "RestorePreview",
    "2026-11-24T03:04:05.000Z",
    "1.2.3",
    "fails",
  ]);
  assertEquals(run, { namespace: "velero", name: "r", backupName: "b", namespaceMapping: { shop: "copy" } });
});

const VERDICTS: readonly [string, Partial<RunReport>, PreviewReport["verdict"]][] = [
  ["nothing to tell", {}, "fine"],
  ["a warning", { warnings: [{ text: "w" }] }, "warnings"],
  ["an item that fails", { items: [{ item: pod("a"), outcome: "failed", steps: [] }] }, "fails"],
  ["an error without an item", { errors: [{ text: "e" }] }, "fails"],
  [
    "an operation that has ended badly",
    {
      operations: [{
        item: pod("a"),
        action: "a/b",
        operationID: "o",
        progress: { completed: true, error: "e" },
      }],
    },
    "fails",
  ],
  [
    "an operation that goes on, a skipped item",
    {
      items: [{ item: pod("a"), outcome: "skipped", reason: "r", steps: [] }],
      operations: [{ item: pod("a"), action: "a/b", operationID: "o", progress: { completed: false } }],
    },
    "fine",
  ],
];

for (const [name, part, verdict] of VERDICTS) {
  Deno.test(`the verdict on ${name} is ${verdict}`, () => {
    assertEquals(createReport({ ...EMPTY, ...part }, RESTORE, [], MAKER).verdict, verdict);
  });
}

Deno.test("previewedRun() of a Backup names no backup", () => {
  const backup = { kind: "Backup", metadata: { name: "b", namespace: "v" }, spec: { backupName: "x" } };
  assertEquals(previewedRun(backup), { namespace: "v", name: "b" });
});

const asJson = (report: unknown) => JSON.parse(JSON.stringify(report));

Deno.test("the schema takes every field of a report, and nothing else", () => {
  for (const run of [FULL, EMPTY]) {
    const json = asJson(createReport(run, RESTORE, [], MAKER));
    assertEquals(v.safeParse(anyReport, json).issues?.map(({ message }) => message), undefined);
    for (
      const wrong of [
        { ...json, more: 1 },
        { ...json, kind: "Preview" },
        { ...json, items: {} },
        { ...json, verdict: "good" },
        { ...json, items: [{ ...json.items[0], outcome: "lost" }] },
      ]
    ) assertEquals(v.safeParse(anyReport, wrong).success, false);
  }
});

Deno.test("the schema takes a comparison", () => {
  const comparison = {
    apiVersion: "velero-plugin-for-workloads/preview-v1",
    kind: "PreviewComparison",
    madeAt: "t",
    madeBy: "v",
    of: "restore",
    run: { namespace: "velero", name: "r" },
    plugins: ["own", "./other"],
    items: 3,
    differences: [{
      item: pod("a"),
      outcomes: ["created", "absent"],
      reasons: [undefined, "why"],
      changes: [{ path: [], before: {} }],
      onlyFirstAsks: ["pods/n/a"],
      onlySecondAsks: [],
    }],
  };
  assertEquals(v.safeParse(anyReport, asJson(comparison)).issues?.map(({ message }) => message), undefined);
  assertEquals(v.safeParse(anyReport, { ...asJson(comparison), plugins: ["own"] }).success, false);
});
