import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import type { ItemReport } from "../report/report.ts";
import { formatComparison } from "../report/comparison_text.ts";
import { object } from "../testing/world.ts";
import { type ComparedRun, compareRuns } from "./compare.ts";
import { EMPTY_RUN } from "../testing/reports.ts";

const pod = (name: string) => ({ group: "", resource: "pods", namespace: "n", name });
const step = (...names: string[]) => ({
  kind: "BackupItemAction" as const,
  action: "x.io/a",
  milliseconds: 1,
  changes: [],
  additionalItems: names.map(pod),
});
const item = (name: string, rest: Partial<ItemReport> = {}): ItemReport => ({
  item: pod(name),
  steps: [],
  outcome: "stored",
  ...rest,
});

function run(items: ItemReport[], objects: Readonly<Record<string, JsonObject>>): ComparedRun {
  return { report: { ...EMPTY_RUN, items }, objects: new Map(Object.entries(objects)) };
}

const stored = (label: string, uid = "1") =>
  object("v1", "Pod", "n/a", { metadata: { uid, labels: { by: label } } });

Deno.test("compareRuns() finds no difference where only actions, times and what a server fills in differ", () => {
  const first = run([item("a", { steps: [step("b")] })], { "pods/n/a": stored("x") });
  const second = run([item("a", { steps: [step(), step("b")] })], { "pods/n/a": stored("x", "2") });
  assertEquals(compareRuns(first, second), []);
});

Deno.test("compareRuns() names what differs, with both sides", () => {
  const first = run(
    [item("a", { steps: [step("c")] }), item("b", { outcome: "skipped", reason: "x.io/a leaves it out" })],
    { "pods/n/a": stored("x"), "configmaps/n/c": object("v1", "ConfigMap", "n/c") },
  );
  const second = run([item("a", { steps: [step("d")] }), item("b"), item("e")], { "pods/n/a": stored("y") });
  const found = compareRuns(first, second);
  assertEquals(found.map(({ item, outcomes }) => [item.name, ...outcomes]), [
    ["c", "written", "absent"],
    ["a", "stored", "stored"],
    ["b", "skipped", "stored"],
    ["e", "absent", "stored"],
  ]);
  assertEquals(found[1]?.changes, [{ path: ["metadata", "labels", "by"], before: "x", after: "y" }]);
  assertEquals(formatComparison({ of: "backup", plugins: ["./a", "own"], items: 2, differences: found }), [
    "first:  ./a",
    "second: own",
    "  configmaps n/c: written by the first, absent by the second",
    '      - apiVersion (was "v1")',
    '      - kind (was "ConfigMap")',
    '      - metadata.name (was "c")',
    '      - metadata.namespace (was "n")',
    "  pods n/a",
    "    only the first asks for pods/n/c",
    "    only the second asks for pods/n/d",
    '      ~ metadata.labels.by: "x" -> "y"',
    "  pods n/b: skipped by the first, stored by the second",
    "    the first: x.io/a leaves it out",
    "  pods n/e: absent by the first, stored by the second",
    "",
    "  2 items; 4 differ",
  ]);
});

Deno.test("compareRuns() takes items of a restore at their place in the target", () => {
  const restored = (label: string) =>
    run([item("a", { target: "m", outcome: "created" })], { "pods/m/a": stored(label) });
  assertEquals(compareRuns(restored("x"), restored("x")), []);
  assertEquals(
    compareRuns(restored("x"), restored("y")).map(({ item, outcomes }) => [item.namespace, ...outcomes]),
    [
      ["n", "created", "created"],
    ],
  );
});
