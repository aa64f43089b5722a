import { assert, assertEquals } from "@std/assert";
import type { RunReport } from "./report.ts";
import { formatActions, formatReport } from "./text.ts";

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
          ],
          additionalItems: [item("s", "secrets")],
          mustInclude: true,
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
  ],
  operations: [{ item: item("a"), action: "p/op", operationID: "o-1", progress: { completed: false } }],
  warnings: [{ item: item("s", "secrets"), text: "was not found" }],
  errors: [{ text: "word ".repeat(40).trim() }],
  milliseconds: 12.34,
};

Deno.test("formatReport() tells what happened, item by item", () => {
  const right = (left: string, text: string) => left.padEnd(99 - text.length) + ` ${text}`;
  assertEquals(formatReport(REPORT).slice(0, 17), [
    right("  pods shop/a -> copy", "stored"),
    right("    p/change", "1.3 ms"),
    '      + metadata.annotations["a/b"] = "x"',
    "      + metadata.annotations.c = 1",
    "      ~ spec.x: 1 -> 2",
    '      - spec.list[0] (was "gone")',
    "      + spec.long",
    `          = "${"y".repeat(84)}...`,
    "      asks for secrets shop/s (past the filters)",
    right("    p/nothing: no change", "1.3 ms"),
    right("  pods shop/b", "failed"),
    "    asked for by p/change for pods shop/a",
    "    because it broke",
    right("    p/fail", "1.3 ms"),
    "      failed: it broke",
    "  seen by no action:",
    "    pods 2",
  ]);
  assertEquals(
    formatReport(REPORT).at(-1),
    "  3 stored, 1 failed; 1 warning, 1 error; 3 calls of actions in 3.8 ms, 12.3 ms in all",
  );
});

Deno.test("formatReport() stays within 100 columns", () => {
  const lines = [
    ...formatReport(REPORT),
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
