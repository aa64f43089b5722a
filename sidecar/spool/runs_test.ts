import { assertEquals } from "@std/assert";
import type { Execution } from "../../actions/runner/observer.ts";
import { addRuns, countRun, dropOldRuns, isRun, type Run, RUN_ERRORS, runOf, RUNS } from "./runs.ts";

const NIGHTLY = { kind: "Backup", namespace: "velero", name: "nightly", uid: "u1" } as const;

function call(rest: Partial<Execution>): Execution {
  return {
    run: NIGHTLY,
    source: "cnpg",
    action: "a/b",
    kind: "BackupItemAction",
    outcome: "changed",
    seconds: 0.5,
    additionalItems: 0,
    ...rest,
  };
}

/** The runs of these calls, each with when it ended. */
function count(...calls: readonly (readonly [Partial<Execution>, number])[]): Map<string, Run> {
  const runs = new Map<string, Run>();
  for (const [rest, now] of calls) countRun(runs, call(rest), now);
  return runs;
}

const names = (runs: Map<string, Run>) => [...runs.keys()].map((key) => runOf(key).name);

Deno.test("countRun() keeps begin, end, time and outcomes of a run", () => {
  const runs = count(
    [{}, 10_000],
    [{ outcome: "unchanged", seconds: 2 }, 11_000],
    [{ outcome: "skipped", seconds: 0.0004 }, 10_500],
    [{ outcome: "unchanged" }, 12_000],
    [{ outcome: "error", error: "it failed" }, 13_000],
  );
  assertEquals([...runs.values()], [{
    begun: 9000,
    ended: 13_000,
    microseconds: 3_500_400,
    outcomes: [1, 2, 1, 1],
    errors: [{ time: 13_000, text: "it failed" }],
  }]);
  assertEquals([...runs.keys()].map(runOf), [NIGHTLY]);
});

Deno.test("countRun() leaves a call alone that belongs to no run", () => {
  assertEquals(count([{ run: undefined }, 1000]).size, 0);
});

const OTHERS: readonly [string, Partial<typeof NIGHTLY> | { kind: "BackupDeletion" | "Restore" }][] = [
  ["name", { name: "weekly" as "nightly" }],
  ["namespace", { namespace: "other" as "velero" }],
  ["uid, made anew under the same name", { uid: "u2" as "u1" }],
  ["kind: a restore of that name", { kind: "Restore" }],
  ["kind: its deletion", { kind: "BackupDeletion" }],
];

for (const [what, other] of OTHERS) {
  Deno.test(`countRun() knows a run of another ${what} from it`, () => {
    const runs = count([{}, 1000], [{ run: { ...NIGHTLY, ...other } }, 1000]);
    assertEquals([...runs.keys()].map(runOf), [NIGHTLY, { ...NIGHTLY, ...other }]);
  });
}

Deno.test("countRun() keeps the first errors, and cuts what is long into one short line", () => {
  const runs = count(
    [{ outcome: "error", error: "a\n\tb\u0000c" }, 1000],
    [{ outcome: "error", error: `${"x".repeat(399)}😀` }, 2000],
    ...Array.from({ length: 7 }, (_, n) => [{ outcome: "error", error: `${n}` }, 3000 + n] as const),
  );
  const [run] = runs.values();
  assertEquals(run?.outcomes, [0, 0, 0, 9]);
  assertEquals(run?.errors, [
    { time: 1000, text: "a b c" },
    { time: 2000, text: `${"x".repeat(399)}\ufffd...` },
    { time: 3000, text: "0" },
    { time: 3001, text: "1" },
    { time: 3002, text: "2" },
  ]);
});

Deno.test("countRun() forgets the run that has been quiet longest when there are too many", () => {
  const at = (n: number) => [{ run: { ...NIGHTLY, name: `r${n}` } }, n * 1000] as const;
  const runs = count(...Array.from({ length: RUNS }, (_, n) => at(n)), [at(0)[0], 99_000], at(RUNS));
  assertEquals(names(runs).sort(), ["r0", ...Array.from({ length: RUNS - 1 }, (_, n) => `r${n + 2}`)].sort());
});

Deno.test("addRuns() gives the same whatever is added first, and leaves what it adds alone", () => {
  const error = (text: string) => ({ outcome: "error", error: text }) as const;
  const parts = () => [
    count([{}, 5000], [error("c"), 3000], [error("e"), 6000]),
    count([error("b"), 3000], [error("a"), 3000], [{ run: { ...NIGHTLY, name: "x" } }, 1]),
    count([{ seconds: 4 }, 4000], [error("f"), 7000], [error("d"), 3500]),
  ];
  const errors = [["a", 3000], ["b", 3000], ["c", 3000], ["d", 3500], ["e", 6000]] as const;
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]]) {
    const sum = new Map<string, Run>();
    const all = parts();
    for (const at of order) addRuns(sum, all[at] ?? new Map());
    const { errors: texts, ...rest } = sum.get("Backup\tvelero\tnightly\tu1") ?? { errors: [] };
    assertEquals(rest, { begun: 0, ended: 7000, microseconds: 7_500_000, outcomes: [2, 0, 0, 6] });
    assertEquals(texts.map(({ text, time }) => [text, time]), errors.map((error) => [...error]));
    assertEquals(texts.length, RUN_ERRORS);
    assertEquals(names(sum).sort(), ["nightly", "x"]);
    assertEquals(all, parts());
  }
});

Deno.test("addRuns() of two groups is addRuns() of all", () => {
  const [a, b, c] = [1, 2, 3].map((n) => count([{ outcome: "error", error: `${n}` }, n * 1000]));
  const group = new Map<string, Run>();
  addRuns(group, b as Map<string, Run>);
  addRuns(group, c as Map<string, Run>);
  const [left, right] = [new Map<string, Run>(), new Map<string, Run>()];
  addRuns(left, a as Map<string, Run>);
  addRuns(left, group);
  for (const part of [a, b, c]) addRuns(right, part as Map<string, Run>);
  assertEquals(left, right);
});

Deno.test("dropOldRuns() decides by the last call, then by the name", () => {
  const runs = count(
    ...Array.from({ length: RUNS }, (_, n) => [{ run: { ...NIGHTLY, name: `s${n}` } }, 2000] as const),
  );
  addRuns(
    runs,
    count([{ run: { ...NIGHTLY, name: "a" } }, 2000], [{ run: { ...NIGHTLY, name: "b" } }, 1999]),
  );
  dropOldRuns(runs);
  assertEquals(runs.size, RUNS);
  assertEquals(names(runs).includes("a"), true);
  assertEquals(names(runs).includes("b"), false);
  // The greatest name of those that ended at the same time.
  assertEquals(names(runs).includes("s9"), false);
});

const GOOD = {
  begun: 1,
  ended: 2,
  microseconds: 3,
  outcomes: [0, 1, 0, 0],
  errors: [{ time: 1, text: "t" }],
};

const BAD: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["a list", [GOOD]],
  ["no begin", { ...GOOD, begun: undefined }],
  ["an end that is a text", { ...GOOD, ended: "2" }],
  ["a negative time", { ...GOOD, microseconds: -1 }],
  ["too few outcomes", { ...GOOD, outcomes: [1] }],
  ["an outcome that is null", { ...GOOD, outcomes: [0, null, 0, 0] }],
  ["errors that are an object", { ...GOOD, errors: {} }],
  ["an error without a time", { ...GOOD, errors: [{ text: "t" }] }],
];

Deno.test("isRun() takes what countRun() makes, and nothing else", () => {
  assertEquals(isRun(GOOD), true);
  for (const run of count([{ outcome: "error", error: "e" }, 1]).values()) assertEquals(isRun(run), true);
  for (const [what, value] of BAD) assertEquals(isRun(value), false, what);
});
