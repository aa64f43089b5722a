import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../objects/json.ts";
import type { Case, Golden, Result } from "./golden.ts";
import { compare, normalise, prune } from "./verdict.ts";

const CASE: Case = { name: "c", kind: "BackupItemAction", plugin: "p/a", item: { a: 1, unknown: 2 } };

function golden(result: Result, roundtrip?: JsonObject): Golden {
  return { case: CASE, result, ...(roundtrip === undefined ? {} : { roundtrip }) };
}

Deno.test("compare() gives the verdict", async (t) => {
  const id = { group: "", resource: "pods", namespace: "n", name: "a" };
  const cases: [string, Golden, Result, string][] = [
    ["equal", golden({ item: { a: 1 } }), { item: { a: 1 } }, "exact"],
    ["key order", golden({ item: { a: 1, b: 2 } }), { item: { b: 2, a: 1 } }, "exact"],
    ["empty additional items", golden({ item: {} }), { item: {}, additionalItems: [] }, "exact"],
    ["empty values", golden({ item: { a: 1, status: {}, b: null, c: "" } }), { item: { a: 1 } }, "semantic"],
    ["false is a value", golden({ item: { a: false } }), { item: {} }, "differs"],
    ["another item", golden({ item: { a: 1 } }), { item: { a: 2 } }, "differs"],
    ["another additional item", golden({ additionalItems: [id] }), {}, "differs"],
    ["order of additional items", golden({ additionalItems: [id, { ...id, name: "b" }] }), {
      additionalItems: [{ ...id, name: "b" }, id],
    }, "differs"],
    ["an error against a result", golden({ error: { message: "x" } }), { item: { a: 1 } }, "differs"],
    [
      "another progress",
      golden({ progress: { Completed: false } }),
      { progress: { Completed: true } },
      "differs",
    ],
    ["errors compare by presence", golden({ error: { message: "x" } }), { error: { message: "y" } }, "exact"],
    [
      "the item of a skip",
      golden({ skipRestore: true, item: { a: 1 } }),
      { skipRestore: true, item: { a: 2 } },
      "exact",
    ],
    [
      "upstream dropped an unknown field",
      golden({ item: { a: 1, mark: 1 } }, { a: 1 }),
      { item: { a: 1, mark: 1, unknown: 2 } },
      "preserved",
    ],
    [
      "an unknown field and a real difference",
      golden({ item: { a: 1, mark: 1 } }, { a: 1 }),
      { item: { a: 1, mark: 2, unknown: 2 } },
      "differs",
    ],
    [
      "numbers of the API server",
      golden({
        changes: [{ op: "created", ...id, object: { metadata: { name: "a", uid: "1", generation: 1 } } }],
      }),
      { changes: [{ op: "created", ...id, object: { metadata: { name: "a", uid: "2" } } }] },
      "exact",
    ],
  ];
  for (const [name, recorded, actual, verdict] of cases) {
    await t.step(name, () => assertEquals(compare(recorded, actual).verdict, verdict));
  }
});

Deno.test("normalise() replaces what differs from run to run", () => {
  const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  assertEquals(normalise({ name: "orders-20261121-035947", firmware: { uuid }, uid: uuid }, ""), {
    name: "orders-<STAMP>",
    firmware: { uuid: "<UUID4>" },
    uid: uuid,
  });
});

Deno.test("prune() keeps false, zero and the places of a list", () => {
  assertEquals(prune({ a: false, b: 0, c: ["", {}], d: [], e: { f: null } }), {
    a: false,
    b: 0,
    c: [null, null],
  });
});
