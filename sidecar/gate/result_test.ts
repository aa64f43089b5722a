import { assertEquals, assertThrows } from "@std/assert";
import { GATE } from "../view_kit.ts";
import { fewReasons, formatGate, type GateResult, parseGate } from "./result.ts";
import { MOST_SCHEDULES } from "./states.ts";

const RESULT = GATE.result as GateResult;

Deno.test("parseGate() reads what formatGate() wrote", () => {
  assertEquals(parseGate(formatGate(RESULT)), RESULT);
});

const AT = "2026-11-21T12:00:00.000Z";
const schedule = (rest: object) => ({
  schedule: "s",
  state: "restorable",
  checked: AT,
  reasons: [],
  ...rest,
});
const text = (rest: object) => JSON.stringify({ format: 1, ended: AT, schedules: [], omitted: 0, ...rest });

Deno.test("parseGate() bounds whatever is in the ConfigMap", () => {
  const many = Array.from({ length: MOST_SCHEDULES + 20 }, (_, n) => schedule({ schedule: `s${n}` }));
  const { schedules, omitted } = parseGate(text({ schedules: many, omitted: 3 }));
  assertEquals([schedules.length, omitted], [MOST_SCHEDULES, 23]);
  const [long] = parseGate(text({
    schedules: [schedule({
      schedule: "x".repeat(5000),
      reasons: Array.from({ length: 50 }, () => "a\u001b[2J\nb"),
      counts: { items: -1, failures: "7", warnings: 1e400 },
      paused: "yes",
    })],
  })).schedules;
  assertEquals(long?.schedule.length, 403);
  assertEquals(long?.reasons, Array(6).fill("a [2J b"));
  assertEquals([long?.counts, long?.paused], [{ items: 0, failures: 0, warnings: 0 }, false]);
});

Deno.test("parseGate() keeps one result of a schedule: two would be the same series twice", () => {
  const { schedules } = parseGate(text({ schedules: [schedule({}), schedule({ state: "unchecked" })] }));
  assertEquals(schedules.map(({ state }) => state), ["unchecked"]);
});

const WRONG: readonly [text: string, said: string][] = [
  ["hello", "Unexpected token"],
  ["[]", "the result has the format undefined, not 1"],
  [text({ format: 2 }), "the result has the format 2, not 1"],
  [text({ ended: "soon" }), "a time is missing in the result"],
  [text({ schedules: [7] }), "a state is undefined"],
  [text({ schedules: [schedule({ state: "fine" })] }), "a state is fine"],
  [text({ schedules: [schedule({ schedule: 7 })] }), "a text is missing in the result"],
  [text({ schedules: [schedule({ checked: 7 })] }), "a time is missing in the result"],
  [text({ schedules: [schedule({ backup: { name: "b" } })] }), "a text is missing in the result"],
];

for (const [wrong, said] of WRONG) {
  Deno.test(`parseGate() refuses ${wrong.slice(0, 90)}`, () => {
    assertThrows(() => parseGate(wrong), SyntaxError, said);
  });
}

Deno.test("fewReasons() keeps the first and counts the others", () => {
  assertEquals(fewReasons(["a", "b\r\nc"]), ["a", "b c"]);
  assertEquals(fewReasons(["1", "2", "3", "4", "5", "6", "7"]), ["1", "2", "3", "4", "5", "and 2 more"]);
});
