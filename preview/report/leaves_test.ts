import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../objects/json.ts";
import type { Change } from "./diff.ts";
import { leaves } from "./leaves.ts";

const added = (path: Change["path"], after: JsonValue): Change => ({ path, after });
const removed = (path: Change["path"], before: JsonValue): Change => ({ path, before });

const CASES: readonly [string, Change, Change[]][] = [
  ["a value", { path: ["a"], before: 1, after: 2 }, [{ path: ["a"], before: 1, after: 2 }]],
  ["a new object", added(["a"], { b: 1, c: { d: 2 } }), [added(["a", "b"], 1), added(["a", "c", "d"], 2)]],
  ["a removed object", removed(["a"], { b: 1 }), [removed(["a", "b"], 1)]],
  ["an empty object", added(["a"], {}), [added(["a"], {})]],
  ["a new list of values stays whole", added(["a"], ["x", "y"]), [added(["a"], ["x", "y"])]],
  [
    "a new list of objects",
    added(["a"], [{ b: 1 }, { b: 2 }]),
    [added(["a", 0, "b"], 1), added(["a", 1, "b"], 2)],
  ],
  [
    "a list that got longer in the middle",
    { path: ["a"], before: ["x", "z"], after: ["x", "y", "z"] },
    [added(["a", 1], "y")],
  ],
  [
    "a list that lost an object and got another",
    { path: ["a"], before: [{ n: "x" }, { n: "y" }, { n: "z" }], after: [{ n: "x" }, { n: "w" }] },
    [removed(["a", 1, "n"], "y"), removed(["a", 2, "n"], "z"), added(["a", 1, "n"], "w")],
  ],
  ["a null that came", added(["a"], null), [added(["a"], null)]],
  [
    "another type",
    { path: ["a"], before: [1], after: { b: 1 } },
    [{ path: ["a"], before: [1], after: { b: 1 } }],
  ],
];

for (const [name, change, expected] of CASES) {
  Deno.test(`leaves() of ${name}`, () => assertEquals(leaves([change]), expected));
}

Deno.test("leaves() of very long lists compares what is in them", () => {
  const list = (from: number, count: number) => Array.from({ length: count }, (_, i) => `e${from + i}`);
  assertEquals(leaves([{ path: ["a"], before: list(0, 1000), after: list(1, 1001) }]), [
    removed(["a", 0], "e0"),
    added(["a", 999], "e1000"),
    added(["a", 1000], "e1001"),
  ]);
});
