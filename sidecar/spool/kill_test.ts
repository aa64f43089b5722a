import { assertEquals, assertGreater } from "@std/assert";
import type { Execution } from "../../actions/runner/observer.ts";
import { seriesKey } from "../metrics.ts";
import { Killed, type Mortal, mortal, seeded, withOwnLocks } from "./fault_kit.ts";
import { type SpoolFiles, spoolFiles } from "./files.ts";
import { fold, gather } from "./fold.ts";
import { runOf } from "./runs.ts";
import { createSpool, type Spool } from "./writer.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

const EXECUTION: Execution = {
  source: "cnpg",
  action: "a/b",
  kind: "RestoreItemAction",
  outcome: "changed",
  seconds: 0.004,
  additionalItems: 2,
};
const LABELS = ["cnpg", "a/b", "RestoreItemAction"];

// Processes take part in these in turn, so each run has several.
const RUN_NAMES = ["nightly", "weekly", "copy"];

/** What the processes have counted: their starts, all executions, and those of each run. */
interface Counts {
  readonly starts: number;
  readonly calls: number;
  readonly runs: Readonly<Record<string, number>>;
}

/** What the spool says, which every part of a snapshot must agree on. */
function counted(files: SpoolFiles): Counts {
  const { counters, histograms, runs } = gather(files).snapshot;
  const calls = counters.get(seriesKey("executions", ...LABELS, "changed")) ?? 0;
  const [microseconds = 0, ...cells] = histograms.get(seriesKey("duration", ...LABELS)) ?? [];
  assertEquals(cells.reduce((sum, cell) => sum + cell, 0), calls, "histogram counts what the counter counts");
  assertEquals(microseconds, calls * 4000, "sum of durations");
  assertEquals(counters.get(seriesKey("additionalItems", ...LABELS)) ?? 0, calls * 2, "additional items");
  const byRun = { ...NO_RUNS };
  for (const [key, { outcomes, microseconds, errors }] of runs) {
    const { kind, name } = runOf(key);
    const [changed = 0, ...others] = outcomes;
    assertEquals([kind, microseconds, others, errors], ["Restore", changed * 4000, [0, 0, 0], []], name);
    byRun[name] = changed;
  }
  return { starts: counters.get(seriesKey("starts")) ?? 0, calls, runs: byRun };
}

const NO_RUNS = Object.fromEntries(RUN_NAMES.map((name) => [name, 0]));

/** A plugin process and what of its counts has reached the folder. */
interface Process {
  readonly spool: Spool;
  readonly user: Mortal;
  readonly run: string;
  /** In the middle of its own work, where only others can come in between. */
  busy: boolean;
  calls: number;
  written: number | undefined;
}

function startProcess(files: SpoolFiles, watch: (user: Mortal) => void, number = 0): Process {
  const process: Process = {
    run: RUN_NAMES[number % RUN_NAMES.length] ?? "",
    user: mortal(files, (operation, done) => {
      if (done && operation.startsWith("rename ") && operation.endsWith(".json")) {
        // The fold that a writer does for itself renames the totals.
        if (operation !== "rename totals.json") process.written = process.calls;
      }
      watch(process.user);
    }),
    spool: undefined as unknown as Spool,
    busy: false,
    calls: 0,
    written: undefined,
  };
  const spool = createSpool({ dir: "x", version: "1", warn: () => {}, files: process.user.files });
  return Object.assign(process, { spool });
}

function work(process: Process, calls: number): void {
  process.busy = true;
  for (let n = 0; n < calls; n++) {
    process.calls++;
    const run = { kind: "Restore", namespace: "velero", name: process.run, uid: "" } as const;
    process.spool.observer({ ...EXECUTION, run });
  }
  process.spool.flush();
  process.busy = false;
}

/** What of the processes' counts has reached the folder. */
function total(processes: readonly Process[]): Counts {
  const calls = (list: readonly Process[]) => list.reduce((sum, { written }) => sum + (written ?? 0), 0);
  return {
    starts: processes.filter(({ written }) => written !== undefined).length,
    calls: calls(processes),
    runs: Object.fromEntries(
      RUN_NAMES.map((name) => [name, calls(processes.filter(({ run }) => run === name))]),
    ),
  };
}

/** Runs a step of a user that may be killed in it. */
function survive(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

async function inFolder(test: (files: SpoolFiles, folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    test(withOwnLocks(spoolFiles(folder)), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Two ended processes, a living one, a torn file and a temporary one of a killed process.
function prepare(files: SpoolFiles, folder: string): Process[] {
  const processes = [0, 1, 2].map((number) => startProcess(files, () => {}, number % 2));
  for (const [at, process] of processes.entries()) work(process, at + 1);
  processes[0]?.user.kill();
  processes[1]?.user.kill();
  Deno.writeTextFileSync(`${folder}/00000000-0000-4000-8000-000000000001.json`, '{"format":1,"snap');
  Deno.writeTextFileSync(`${folder}/00000000-0000-4000-8000-000000000002.tmp`, '{"form');
  return processes;
}

Deno.test({
  name: "fold() neither loses nor doubles a count when killed before or after any operation",
  ignore,
  fn: async () => {
    let points = 0;
    for (let end = false; !end; points++) {
      await inFolder((files, folder) => {
        const processes = prepare(files, folder);
        let operation = 0;
        const user = mortal(files, () => {
          if (operation++ === points) user.kill();
        });
        survive(() => fold(user.files));
        end = user.alive();
        user.kill();
        // The first and the third belong to one run.
        const before = { starts: 3, calls: 6, runs: { nightly: 4, weekly: 2, copy: 0 } };
        assertEquals(counted(files), before, `after a kill at ${points}`);
        work(processes[2] as Process, 4);
        const after = { starts: 3, calls: 10, runs: { nightly: 8, weekly: 2, copy: 0 } };
        assertEquals(counted(files), after, `living process goes on after ${points}`);
        assertEquals(fold(files), true);
        assertEquals(counted(files), after, `after the next fold, ${points}`);
        assertEquals(gather(files).discarded, 1, "the torn file is counted once");
        const names = files.list().map(({ name }) => name).filter((name) => /^[0-9a-f]{8}-/.test(name));
        assertEquals(names.length, 1, `only the living process has a file: ${names}`);
        processes[2]?.user.kill();
      });
    }
    assertGreater(points, 60, "kill points");
  },
});

Deno.test({
  name: "createSpool() keeps what it wrote when killed before or after any operation",
  ignore,
  fn: async () => {
    let points = 0;
    for (let end = false; !end; points++) {
      await inFolder((files) => {
        let operation = 0;
        const process = startProcess(files, (user) => {
          if (operation++ === points) user.kill();
        });
        work(process, 2);
        work(process, 3);
        end = process.user.alive();
        process.user.kill();
        process.spool.flush();
        assertEquals(counted(files), total([process]), `after a kill at ${points}`);
        fold(files);
        assertEquals(counted(files), total([process]), `folded after a kill at ${points}`);
      });
    }
    assertGreater(points, 20, "kill points");
  },
});

const RUNS = 25;

Deno.test({
  name: "the spool is exact when processes, folds and readers interleave and are killed at random",
  ignore,
  fn: async () => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    // deno-lint-ignore no-console -- whoever repeats a failure needs it
    console.log(`seed ${seed}`);
    const kills = { count: 0, folds: 0, reads: 0 };
    for (let run = 0; run < RUNS; run++) {
      await inFolder((files) => chaos(files, seeded(seed + run), `seed ${seed} run ${run}`, kills));
    }
    assertGreater(kills.count, 200, "kills");
    assertGreater(kills.folds, 300, "folds");
    assertGreater(kills.reads, 300, "reads");
  },
});

function chaos(
  files: SpoolFiles,
  random: () => number,
  message: string,
  kills: Record<string, number>,
): void {
  files.makeFolder();
  const processes: Process[] = [];
  let depth = 0;

  // At each operation: sometimes the user dies, sometimes another one gets its turn in the middle of it.
  const watch = (user: Mortal) => {
    if (random() < 0.01) {
      kills.count = (kills.count ?? 0) + 1;
      user.kill();
    } else if (depth < 3 && random() < 0.04) {
      depth++;
      step();
      depth--;
    }
  };
  const living = () => processes.filter(({ user }) => user.alive());

  function step(): void {
    const choice = random();
    if (choice < 0.15) processes.push(startProcess(files, watch, processes.length));
    else if (choice < 0.55) {
      const alive = living().filter(({ busy }) => !busy);
      const process = alive[Math.floor(random() * alive.length)];
      if (process !== undefined) survive(() => work(process, Math.floor(random() * 4)));
    } else if (choice < 0.6) living()[0]?.user.kill();
    else if (choice < 0.8) {
      kills.folds = (kills.folds ?? 0) + 1;
      const user: Mortal = mortal(files, () => watch(user));
      survive(() => fold(user.files));
      user.kill();
    } else read();
  }

  // What others write while it reads may or may not be in it.
  function read(): void {
    kills.reads = (kills.reads ?? 0) + 1;
    const before = total(processes);
    const user: Mortal = mortal(files, () => watch(user));
    survive(() => {
      const seen = counted(user.files);
      const after = total(processes);
      const text = `${message}: ${JSON.stringify({ before, seen, after })}`;
      const within = (low: number, value: number, high: number) =>
        assertEquals(low <= value && value <= high, true, text);
      within(before.starts, seen.starts, after.starts);
      within(before.calls, seen.calls, after.calls);
      for (const name of RUN_NAMES) {
        within(before.runs[name] ?? 0, seen.runs[name] ?? 0, after.runs[name] ?? 0);
      }
    });
    user.kill();
  }

  for (let turn = 0; turn < 120; turn++) {
    step();
    assertEquals(counted(files), total(processes), `${message} turn ${turn}`);
  }
  for (const { user, spool } of processes) {
    user.kill();
    spool.flush();
  }
  fold(files);
  assertEquals(counted(files), total(processes), `${message}, all ended`);
  const left = files.list().map(({ name }) => name).sort().filter((name) => name !== "totals.tmp");
  assertEquals(
    left.filter((name) => !["fold.lock", "totals.json"].includes(name)),
    [],
    `${message}: files left`,
  );
}
