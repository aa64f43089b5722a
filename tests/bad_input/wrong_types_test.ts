import { assertEquals } from "@std/assert";
import { mutationsOf } from "../kit/mutations.ts";
import { ALL_ON, OBJECTS, SUBJECTS, WRONG } from "./subjects.ts";
import { assertClear, createWorld, ignore, type Subject, type World } from "./world.ts";

const AT_ONCE = 16;

async function inTurns(jobs: Iterable<() => Promise<void>>): Promise<number> {
  const queue = Iterator.from(jobs);
  let done = 0;
  const worker = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await next.value();
      done++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}

/** The calls of an action with a wrong value in each place of item, stored object and run. */
function* wrongCalls({ call }: World, subject: Subject): Generator<() => Promise<void>> {
  for (const { about, value } of mutationsOf(subject.item, WRONG)) {
    yield async () => assertClear(await call(subject, value), subject, about);
    if (subject.kind.startsWith("Restore")) {
      yield async () => {
        const outcome = await call(subject, subject.item, { itemFromBackup: value });
        assertClear(outcome, subject, `stored ${about}`);
      };
    }
  }
  for (const { about, value } of mutationsOf(subject.run, WRONG)) {
    yield async () => assertClear(await call(subject, subject.item, { run: value }), subject, `run ${about}`);
  }
}

Deno.test(
  { name: "a wrong type in any place of item or run is an answer or a refusal, never an exception", ignore },
  async () => {
    const world = await createWorld({ objects: [ALL_ON, ...OBJECTS] });
    const jobs = Object.values(SUBJECTS).flatMap((subject) => [...wrongCalls(world, subject)]);
    assertEquals(await inTurns(jobs) > 3000, true);
    await world.end();
  },
);
