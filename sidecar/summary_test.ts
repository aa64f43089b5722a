import { assertEquals } from "@std/assert";
import type { Execution } from "../actions/runner/observer.ts";
import type { View } from "./collect.ts";
import { seriesKey } from "./metrics.ts";
import { countRun, RUNS } from "./spool/runs.ts";
import { emptySnapshot } from "./spool/snapshot.ts";
import { summarize, summarizeRuns } from "./summary.ts";
import { ACTIONS, execution } from "./view_kit.ts";

const SPOOL = { readable: true, files: 1, bytes: 1, discarded: 0 };

/** A view of calls, each of a backup of that name that ended at that second after that many seconds. */
function viewOf(...calls: readonly (readonly [name: string, ended: number, seconds: number])[]): View {
  const snapshot = emptySnapshot();
  const [action] = ACTIONS;
  if (action === undefined) throw new TypeError("The kit has no actions");
  for (const [name, ended, seconds] of calls) {
    const run = { kind: "Backup", namespace: "", name, uid: "" } as const;
    const call: Execution = execution(action, { run, seconds });
    countRun(snapshot.runs, call, ended * 1000);
  }
  return { snapshot, spool: SPOOL };
}

Deno.test("summarizeRuns() puts the run first that began last", () => {
  const rows = summarizeRuns(viewOf(["long", 100, 90], ["short", 60, 1], ["long", 120, 1], ["first", 5, 1]));
  assertEquals(rows.map(({ name }) => name), ["short", "long", "first"]);
  const [, long] = rows;
  assertEquals([long?.begun.getTime(), long?.ended.getTime()], [10_000, 120_000]);
  assertEquals([long?.seconds, long?.actionSeconds, long?.items], [110, 91, 2]);
});

Deno.test("summarizeRuns() gives no more than are kept, however many processes tell of others", () => {
  const view = viewOf(["one", 1, 1]);
  for (let n = 0; n < RUNS; n++) {
    for (const [key, run] of viewOf([`later-${n}`, 100 + n, 1]).snapshot?.runs ?? []) {
      view.snapshot?.runs.set(key, run);
    }
  }
  const names = summarizeRuns(view).map(({ name }) => name);
  assertEquals([names.length, names[0], names.at(-1)], [RUNS, `later-${RUNS - 1}`, "later-0"]);
});

Deno.test("nothing is summed up of a spool that cannot be read", () => {
  const view = { snapshot: undefined, spool: { ...SPOOL, readable: false } };
  assertEquals([summarize(view), summarizeRuns(view)], [[], []]);
});

Deno.test("summarize() gives the calls by bucket, and none for a histogram of other buckets", () => {
  const view = viewOf();
  const durations = (cells: number[]) => {
    view.snapshot?.histograms.set(seriesKey("duration", "cnpg", "a/b", "K"), cells);
    return summarize(view)[0]?.durations;
  };
  assertEquals(durations([5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]), [
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    2,
  ]);
  assertEquals(durations([5, 1, 2]), []);
});
