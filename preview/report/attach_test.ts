import { assertEquals } from "@std/assert";
import { attach, type Said } from "./attach.ts";
import type { ItemReport, RunReport, Step } from "./report.ts";
import { EMPTY_RUN } from "../testing/reports.ts";

const step = (action: string): Step => ({
  kind: "RestoreItemAction",
  action,
  milliseconds: 0,
  changes: [],
  additionalItems: [],
});
const item = (resource: string, action: string, rest: Partial<ItemReport> = {}): ItemReport => ({
  item: { group: "", resource, namespace: "n", name: "a" },
  outcome: "created",
  steps: [step("x/other"), step(action)],
  ...rest,
});
const run = (...items: ItemReport[]): RunReport => ({ ...EMPTY_RUN, items });
const said = (
  message: string,
  level = "info",
  fields: Said["fields"] = { namespace: "n", name: "a" },
): Said => ({
  message,
  level,
  fields,
  plugin: "./p",
});

const CASES: readonly [string, Said[], (string | undefined)[], string[]][] = [
  ["a line about an item", [said("x/y: moved it")], ["info moved it"], []],
  ["a warning about an item is no note", [said("x/y: careful", "warn")], ["warn careful"], []],
  ["two lines", [said("x/y: one"), said("x/y: two", "error")], ["info one", "error two"], []],
  ["what the runner says of every item", [said("x/y: changed, 3 additional items")], [], []],
  ["debug lines", [said("x/y: deep", "debug")], [], []],
  ["another item", [said("x/y: careful", "warn", { namespace: "n", name: "b" })], [], ["./p: x/y: careful"]],
  ["another action", [said("x/z: careful", "warn")], [], ["./p: x/z: careful"]],
  ["another kind", [said("x/y: careful", "warn", { kind: "Secret", namespace: "n", name: "a" })], [], [
    "./p: x/y: careful",
  ]],
  ["no item", [said("careful", "warn", {}), said("hello", "info", {})], [], ["./p: careful"]],
];

for (const [name, lines, remarks, notes] of CASES) {
  Deno.test(`attach(): ${name}`, () => {
    const told = attach(run(item("pods", "x/y")), lines);
    const [, second] = told.report.items[0]?.steps ?? [];
    assertEquals((second?.remarks ?? []).map(({ level, text }) => `${level} ${text}`), remarks);
    assertEquals(told.notes.map(({ text }) => text), notes);
  });
}

Deno.test("attach() tells items of one name apart by kind, and finds the reason of a skip", () => {
  const skipped = item("persistentvolumeclaims", "x/y", { outcome: "skipped", reason: "x/y leaves it out" });
  const excluded = item("persistentvolumeclaims", "x/y", { outcome: "skipped", reason: "excluded" });
  const line = said("x/y: not restored: made anew", "info", {
    kind: "PersistentVolumeClaim",
    namespace: "n",
    name: "a",
  });
  const reasons = (...items: ItemReport[]) =>
    attach(run(...items), [line]).report.items.map(({ reason }) => reason);
  assertEquals(reasons(item("datavolumes", "x/y"), skipped), [undefined, "made anew"]);
  assertEquals(reasons(excluded), ["excluded"]);
});
