import { assertEquals } from "@std/assert";
import { GATE } from "../view_kit.ts";
import { createGateReader } from "./reader.ts";
import { formatGate, type GateResult } from "./result.ts";

const RESULT = GATE.result as GateResult;

function reader(answers: (() => Promise<string | undefined>)[], patience = 60_000) {
  let clock = 0;
  let reads = 0;
  const read = () => answers[Math.min(reads++, answers.length - 1)]?.() ?? Promise.resolve(undefined);
  const gate = createGateReader({ read, every: 1000, patience, now: () => clock });
  return { gate, reads: () => reads, pass: (milliseconds: number) => void (clock += milliseconds) };
}

const says = (text: string | undefined) => () => Promise.resolve(text);
const fails = () => Promise.reject(new Error("no answer"));

Deno.test("the result is read anew after a while, and once for those who ask at the same time", async () => {
  const { gate, reads, pass } = reader([says(undefined), says(""), says(formatGate(RESULT))]);
  assertEquals(await Promise.all([gate(), gate()]), [{ installed: false }, { installed: false }]);
  assertEquals([await gate(), reads()], [{ installed: false }, 1]);
  pass(1000);
  assertEquals([await gate(), reads()], [{ installed: true }, 2]);
  pass(1000);
  assertEquals([await gate(), reads()], [GATE, 3]);
  assertEquals(await gate() === await gate(), true, "the same view, so that what was made of it can be kept");
});

Deno.test("what cannot be read or parsed is told beside the last result", async () => {
  const { gate, pass } = reader([says(formatGate(RESULT)), fails, says("{}"), says(formatGate(RESULT))]);
  assertEquals(await gate(), GATE);
  pass(1000);
  assertEquals(await gate(), { ...GATE, problem: "no answer" });
  pass(1000);
  assertEquals(await gate(), { ...GATE, problem: "the result has the format undefined, not 1" });
  pass(1000);
  assertEquals(await gate(), GATE);
});

Deno.test("an API server that hangs holds nobody up, and is not asked again meanwhile", async () => {
  const hanging = Promise.withResolvers<string>();
  const { gate, reads, pass } = reader([() => hanging.promise], 1);
  assertEquals(await gate(), { installed: false });
  pass(5000);
  assertEquals([await gate(), reads()], [{ installed: false }, 1]);
  hanging.resolve("");
  await hanging.promise;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(await gate(), { installed: true });
});
