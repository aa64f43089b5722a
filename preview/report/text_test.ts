import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import { createReport } from "./document.ts";
import { colours } from "./paint.ts";
import type { RunReport } from "./report.ts";
import { formatActions, formatReport } from "./text.ts";
import { visible } from "./visible.ts";

const item = (name: string, resource = "pods") => ({ group: "", resource, namespace: "shop", name });
const STEP = { kind: "BackupItemAction", milliseconds: 1.25, changes: [], additionalItems: [] } as const;

const REPORT: RunReport = {
  actions: [],
  items: [
    {
      item: item("a"),
      target: "copy",
      outcome: "stored",
      steps: [
        {
          ...STEP,
          action: "p/change",
          changes: [
            { path: ["metadata", "annotations"], after: { "a/b": "x", c: 1 } },
            { path: ["spec", "x"], before: 1, after: 2 },
            { path: ["spec", "list", 0], before: "gone" },
            { path: ["spec", "long"], after: "y".repeat(200) },
            { path: ["spec", "image"], before: "o".repeat(60), after: "n".repeat(60) },
          ],
          additionalItems: [{ ...item("s", "secrets"), reason: "spec.secretName" }],
          mustInclude: true,
          // Told by the changes.
          remarks: [{ level: "info", text: "changed x" }],
        },
        {
          ...STEP,
          action: "p/effect",
          effects: [{
            verb: "apply",
            item: item("c", "configmaps"),
            changes: [{ path: [], after: { data: { a: "b" } } }],
          }],
          remarks: [{ level: "warn", text: "look at this" }],
        },
        { ...STEP, action: "p/nothing" },
      ],
    },
    {
      item: item("b"),
      askedBy: { item: item("a"), action: "p/change" },
      outcome: "failed",
      reason: "it broke",
      steps: [{ ...STEP, action: "p/fail", error: "it broke" }],
    },
    { item: item("c"), outcome: "stored", steps: [] },
    { item: item("d"), outcome: "stored", steps: [] },
    ...["e", "f"].map((name) => ({
      item: item(name),
      outcome: "skipped" as const,
      reason: "its owner makes it again",
      steps: [{ ...STEP, action: "p/skip" }],
    })),
    {
      item: { group: "", resource: "nodes", namespace: "", name: "n" },
      outcome: "skipped",
      reason: "Velero never restores it",
      steps: [],
    },
  ],
  operations: [{ item: item("a"), action: "p/op", operationID: "o-1", progress: { completed: false } }],
  warnings: [{ item: item("s", "secrets"), text: "was not found" }],
  errors: [{ text: "word ".repeat(40).trim() }],
  notModelled: [{ item: item("a"), text: "its volume is not looked at" }],
  milliseconds: 12.34,
};

const RESTORE = {
  kind: "Restore",
  metadata: { name: "r", namespace: "velero" },
  spec: { backupName: "b", namespaceMapping: { shop: "copy" } },
};
const MAKER = { madeAt: new Date(0), madeBy: "1.2.3" };
const report = (part: Partial<RunReport> = {}, run: JsonObject = RESTORE) =>
  createReport({ ...REPORT, ...part }, run, [], MAKER);

Deno.test("formatReport() tells what happened, item by item, and the verdict last", () => {
  const right = (left: string, text: string) => left.padEnd(99 - text.length) + ` ${text}`;
  assertEquals(formatReport(report()), [
    "Preview of restore r from backup b, namespace shop as copy",
    "",
    "In detail (2)",
    right("  pods shop/a -> copy", "stored"),
    "    p/change",
    '      + metadata.annotations["a/b"] = "x"',
    "      + metadata.annotations.c = 1",
    "      ~ spec.x: 1 -> 2",
    '      - spec.list[0] (was "gone")',
    "      + spec.long",
    `          = "${"y".repeat(84)}...`,
    "      ~ spec.image",
    `          from "${"o".repeat(60)}"`,
    `          to   "${"n".repeat(60)}"`,
    "      asks for secrets shop/s (spec.secretName, past the filters)",
    "    p/effect",
    "      would apply configmaps shop/c in the cluster",
    '        + data.a = "b"',
    "    no change by p/nothing",
    right("  pods shop/b", "failed"),
    "    asked for by pods shop/a (p/change)",
    "    p/fail",
    "      failed: it broke",
    "",
    "Unchanged (2)",
    "  2 pods: shop/c, shop/d",
    "",
    "Left out (3)",
    "  pods shop/e",
    "  pods shop/f",
    "    its owner makes it again (p/skip)",
    "  nodes n",
    "    Velero never restores it",
    "",
    "Written to the cluster by actions",
    "  apply configmaps shop/c, by p/effect for pods shop/a",
    "",
    "Operations",
    "  o-1 of p/op for pods shop/a: going on",
    "",
    "Not modelled: what Velero would also do (1)",
    "  pods shop/a: its volume is not looked at",
    "",
    "Warnings (2)",
    "  secrets shop/s: was not found",
    "  pods shop/a: look at this (p/effect)",
    "",
    "Errors (1)",
    `  ${"word ".repeat(19).trim()}`,
    `    ${"word ".repeat(19).trim()}`,
    "    word word",
    "",
    "7 items, 1 changed by actions; 2 warnings, 1 error; 6 calls of actions in 7.5 ms",
    "Not counted: 1 thing that a preview cannot show; see «Not modelled».",
    "This restore would be incomplete, as 1 item would fail: 3 stored, 3 left out, 1 failed.",
  ]);
});

const VERDICTS: readonly [Partial<RunReport>, JsonObject, string][] = [
  [
    { items: [], warnings: [], errors: [], operations: [] },
    RESTORE,
    "This restore would work: there is nothing to do.",
  ],
  [
    { items: [{ item: item("a"), outcome: "stored", steps: [] }], warnings: [{ text: "w" }], errors: [] },
    { kind: "Backup", metadata: { name: "b" } },
    "This backup would work, but look at the warning: 1 stored.",
  ],
  [
    { items: [{ item: item("a"), outcome: "exists", steps: [] }], warnings: [], errors: [{ text: "e" }] },
    RESTORE,
    "This restore would be incomplete because of 1 error: 1 already there.",
  ],
];

for (const [part, run, verdict] of VERDICTS) {
  Deno.test(`formatReport() ends with: ${verdict}`, () => {
    assertEquals(formatReport(report(part, run)).at(-1), verdict);
  });
}

Deno.test("formatReport() names the first items that are as they are or left out, and counts the others", () => {
  const many = (outcome: "stored" | "skipped") =>
    Array.from({ length: 30 }, (_, i) => ({ item: item(`${outcome}-${i}`), outcome, steps: [] }));
  const lines = formatReport(report({ items: [...many("stored"), ...many("skipped")] }));
  assertStringIncludes(lines.join(" ").replaceAll(/\s+/g, " "), "shop/stored-11 and 18 more");
  assertEquals(lines.filter((line) => /^ {2}pods shop\/skipped/.test(line)).length, 12);
  assert(lines.includes("  and 18 more"));
});

Deno.test("formatReport() in colours has the same texts", () => {
  const coloured = formatReport(report(), colours);
  // deno-lint-ignore no-control-regex -- that is what colours are
  assertEquals(coloured.map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, "")), formatReport(report()));
  assert(coloured.includes("\u001b[32m      + metadata.annotations.c = 1\u001b[0m"));
  assert(coloured.includes('\u001b[31m      - spec.list[0] (was "gone")\u001b[0m'));
  assert(coloured.at(-1)?.startsWith("\u001b[1;31mThis restore would be incomplete"));
});

Deno.test("formatReport() obeys nothing that a name, a value, a reason or a message says", () => {
  const evil = "\u001b[2J\u009b1mx\u202ey\u0007\nz";
  const place = { group: evil, resource: evil, namespace: evil, name: evil };
  const hostile: RunReport = {
    ...REPORT,
    items: [
      {
        item: place,
        target: evil,
        askedBy: { item: place, action: evil },
        outcome: "failed",
        reason: evil,
        differences: [{ path: [evil], before: evil, after: { [evil]: evil } }],
        steps: [{
          ...STEP,
          action: evil,
          changes: [{ path: ["a", evil], before: evil, after: [evil] }],
          additionalItems: [{ ...place, reason: evil }],
          remarks: [{ level: "info", text: evil }, { level: "warn", text: evil }],
          effects: [{ verb: "apply", item: place, changes: [{ path: [evil], after: evil }] }],
          operationID: evil,
          error: evil,
        }],
      },
      { item: place, outcome: "skipped", reason: evil, steps: [{ ...STEP, action: evil }] },
      { item: place, outcome: "stored", steps: [] },
    ],
    operations: [{ item: place, action: evil, operationID: evil, error: evil }],
    warnings: [{ item: place, action: evil, text: evil }],
    errors: [{ text: evil }],
    notModelled: [{ item: place, text: evil }],
  };
  const run = {
    kind: "Restore",
    metadata: { name: evil },
    spec: { backupName: evil, namespaceMapping: { [evil]: evil } },
  };
  for (const line of formatReport(createReport(hostile, run, [], MAKER))) {
    assertEquals(visible(line), line);
    assert(line.length <= 100, line);
  }
});

Deno.test("formatReport() stays within 100 columns", () => {
  const lines = [
    ...formatReport(report()),
    ...formatReport(report({ warnings: [{ item: item("x".repeat(250)), text: "y".repeat(300) }] })),
    ...formatActions(Array.from({ length: 20 }, (_, i) => ({
      kind: "RestoreItemAction" as const,
      name: `example.com/action-${i}`,
      selector: { includedResources: [] },
    }))),
  ];
  assert(lines.every((line) => line.length <= 100), lines.find((line) => line.length > 100));
});

Deno.test("formatActions() has one paragraph for each kind", () => {
  const action = (kind: "BackupItemAction" | "RestoreItemAction", name: string) => ({
    kind,
    name,
    selector: { includedResources: ["pods"] },
  });
  assertEquals(
    formatActions([
      action("BackupItemAction", "p/a"),
      action("BackupItemAction", "p/b"),
      action("RestoreItemAction", "p/c"),
    ]),
    ["  BackupItemAction: p/a, p/b", "  RestoreItemAction: p/c"],
  );
});
