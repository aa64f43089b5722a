import { assertEquals } from "@std/assert";
import { createIncludes } from "./includes.ts";

Deno.test("createIncludes() follows Velero's rules", async (t) => {
  const cases: [string, string[], string[], string, boolean][] = [
    ["nothing given means all", [], [], "pods", true],
    ["star includes all", ["*"], [], "pods", true],
    ["star beside others includes all", ["pods", "*"], [], "secrets", true],
    ["listed", ["pods"], [], "pods", true],
    ["not listed", ["pods"], [], "secrets", false],
    ["exclusion wins", ["pods"], ["pods"], "pods", false],
    ["star in the excludes is ignored", [], ["*"], "pods", true],
    ["glob", ["*.kubevirt.io"], [], "virtualmachines.kubevirt.io", true],
    ["glob takes no dot for any character", ["*.kubevirt.io"], [], "virtualmachinesXkubevirt.io", false],
    ["glob of one character", ["ns-?"], [], "ns-1", true],
    ["glob of one character takes no two", ["ns-?"], [], "ns-12", false],
    ["glob of a set", ["ns-[a-c]"], [], "ns-b", true],
    ["glob of a set's contrary", ["ns-[!a-c]"], [], "ns-b", false],
    ["glob of alternatives", ["{dev,test}-*"], [], "test-1", true],
    ["glob of alternatives takes no others", ["{dev,t.st}-*"], [], "test-1", false],
    ["what is no glob matches nothing", ["ns-[a"], [], "ns-a", false],
    ["what is no glob excludes nothing", [], ["{ns"], "ns", true],
    ["glob excludes", [], ["virtualmachine*"], "virtualmachines.kubevirt.io", false],
  ];
  for (const [name, included, excluded, text, expected] of cases) {
    await t.step(name, () => assertEquals(createIncludes(included, excluded).has(text), expected));
  }
});

Deno.test("createIncludes() knows when nothing is left out", () => {
  assertEquals(createIncludes([]).everything, true);
  assertEquals(createIncludes(["*"], ["*"]).everything, true);
  assertEquals(createIncludes(["a"]).everything, false);
  assertEquals(createIncludes([], ["a"]).everything, false);
});
