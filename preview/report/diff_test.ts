import { assertEquals } from "@std/assert";
import { parseJson } from "../../objects/json.ts";
import { diff, formatPath } from "./diff.ts";

Deno.test("diff() names what changed", async (t) => {
  const cases: [string, string, string, unknown[]][] = [
    ["nothing", '{"a":1}', '{"a":1}', []],
    ["added", "{}", '{"a":{"b":1}}', [{ path: ["a"], after: { b: 1 } }]],
    ["removed", '{"a":1,"b":2}', '{"b":2}', [{ path: ["a"], before: 1 }]],
    ["changed deep", '{"a":[{"b":1}]}', '{"a":[{"b":2}]}', [{ path: ["a", 0, "b"], before: 1, after: 2 }]],
    ["another length", '{"a":[1]}', '{"a":[1,2]}', [{ path: ["a"], before: [1], after: [1, 2] }]],
    ["another type", '{"a":[1]}', '{"a":{"b":1}}', [{ path: ["a"], before: [1], after: { b: 1 } }]],
    ["null is a value", '{"a":null}', "{}", [{ path: ["a"], before: null }]],
    ["equal large integers", '{"a":12345678901234567890}', '{"a":12345678901234567890}', []],
  ];
  for (const [name, before, after, expected] of cases) {
    await t.step(name, () => assertEquals(diff(parseJson(before), parseJson(after)), expected as never));
  }
});

Deno.test("diff() sees the last digit of a large integer", () => {
  const changes = diff(parseJson('{"a":12345678901234567890}'), parseJson('{"a":12345678901234567891}'));
  assertEquals(changes.map((change) => change.path), [["a"]]);
});

Deno.test("formatPath() quotes what is no plain key", () => {
  assertEquals(
    formatPath(["metadata", "annotations", "velero.io/x"]),
    'metadata.annotations["velero.io/x"]',
  );
  assertEquals(formatPath(["spec", "volumes", 0, "name"]), "spec.volumes[0].name");
});
