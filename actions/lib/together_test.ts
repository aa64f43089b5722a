import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { prepare } from "../../tests/kit/run_action.ts";
import type { Log } from "../action.ts";
import { AT_ONCE, together } from "./together.ts";

interface Own {
  readonly log: Log;
}

/** Steps that end when the test says so. */
function stage(count: number) {
  const { context, logs } = prepare({});
  const doors = Array.from({ length: count }, () => Promise.withResolvers<string>());
  const begun: number[] = [];
  const steps = doors.map(({ promise }, index) => async ({ log }: Own) => {
    begun.push(index);
    log.info(`${index} begins`);
    const answer = await promise;
    log.warn(`${index} ends`);
    return answer;
  });
  return { context, steps, begun, doors, lines: () => logs.map(({ message }) => message) };
}

/** Lets everything run that waits for no door. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("together() gives answers and log lines in the order of the steps, whichever comes first", async () => {
  const { context, steps, begun, doors, lines } = stage(3);
  const answers = together(context, steps);
  assertEquals(begun, [0, 1, 2], "all are under way before there is any answer");
  assertEquals(lines(), ["0 begins"]);
  doors[2]?.resolve("c");
  await settle();
  doors[0]?.resolve("a");
  await settle();
  assertEquals(lines(), ["0 begins", "0 ends", "1 begins"]);
  doors[1]?.resolve("b");
  assertEquals(await answers, ["a", "b", "c"]);
  assertEquals(lines(), ["0 begins", "0 ends", "1 begins", "1 ends", "2 begins", "2 ends"]);
});

Deno.test("together() takes steps of several types and such as do not wait", async () => {
  const { context } = prepare({});
  const [text, number, nothing, list] = await together(context, [
    () => "a",
    () => Promise.resolve(1),
    () => undefined,
    (own) => together(own, [1, 2].map((one) => () => one)),
  ]);
  const all: [string, number, undefined, number[]] = [text, number, nothing, list];
  assertEquals(all, ["a", 1, undefined, [1, 2]]);
  assertEquals(await together(context, []), []);
});

Deno.test("together() throws the failure of the first step, and drops lines and failures behind it", async () => {
  const { context, steps, doors, lines } = stage(4);
  const answers = together(context, steps);
  doors[3]?.reject(new Error("third, and the earliest"));
  await settle();
  doors[1]?.reject(new Error("first"));
  await settle();
  doors[2]?.resolve("c");
  doors[0]?.resolve("a");
  await assertRejects(() => answers, Error, "first");
  assertEquals(lines(), ["0 begins", "0 ends", "1 begins"]);
  // Deno fails a test in which a rejection is left unhandled.
  await settle();
});

Deno.test("together() has at most eight steps under way, and begins the next as soon as any ends", async () => {
  const { context, steps, begun, doors } = stage(AT_ONCE + 3);
  const answers = together(context, steps);
  assertEquals(begun.length, AT_ONCE);
  doors[5]?.resolve("f");
  await settle();
  assertEquals(begun.length, AT_ONCE + 1);
  doors.forEach(({ resolve }, index) => resolve(String(index)));
  await answers;
  assertEquals(begun, steps.map((_, index) => index));
});

Deno.test("together() begins no step after a failure", async () => {
  const { context, steps, begun, doors } = stage(AT_ONCE + 3);
  const answers = together(context, steps);
  doors[5]?.reject(new Error("no"));
  await settle();
  doors.forEach(({ resolve }) => resolve(""));
  await assertRejects(() => answers, Error, "no");
  assertEquals(begun.length, AT_ONCE);
});

const refuse = (text: string) => () => {
  throw new Error(text);
};

Deno.test("together() begins nothing behind a step that throws at once", async () => {
  const { context, steps, begun, doors, lines } = stage(3);
  const [first, , last] = steps;
  const answers = together(context, [first!, refuse("at once"), last!]);
  assertEquals(begun, [0]);
  doors[0]?.resolve("a");
  await assertRejects(() => answers, Error, "at once");
  assertEquals([begun, lines()], [[0], ["0 begins", "0 ends"]]);
});

Deno.test("together() throws at once when no step before waits, also out of another", () => {
  const { context, logs } = prepare({});
  const begun: string[] = [];
  const steps = [
    (own: Own) => own.log.info("looked"),
    (own: Own) => together(own, [(own) => own.log.info("looked closer"), refuse("in there")]),
    () => void begun.push("behind"),
  ];
  assertThrows(() => together(context, steps), Error, "in there");
  assertEquals(begun, []);
  assertEquals(logs.map(({ message }) => message), ["looked", "looked closer"]);
});

Deno.test("together() keeps the order of lines of steps in steps", async () => {
  const { context, logs } = prepare({});
  const tell = (text: string) => async ({ log }: Own) => {
    log.debug(`${text} begins`);
    await settle();
    log.error(`${text} ends`);
  };
  await together(
    context,
    ["a", "b"].map((outer) => async (own: Own) => {
      await together(own, ["1", "2"].map((inner) => tell(outer + inner)));
      own.log.info(`${outer} is done`);
    }),
  );
  assertEquals(logs.map(({ level, message }) => `${level} ${message}`), [
    ...["debug a1 begins", "error a1 ends", "debug a2 begins", "error a2 ends", "info a is done"],
    ...["debug b1 begins", "error b1 ends", "debug b2 begins", "error b2 ends", "info b is done"],
  ]);
});
