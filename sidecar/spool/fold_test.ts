import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Execution } from "../../actions/runner/observer.ts";
import { seriesKey } from "../metrics.ts";
import { withOwnLocks } from "./fault_kit.ts";
import { type SpoolFiles, spoolFiles } from "./files.ts";
import { fold, gather } from "./fold.ts";
import { FORMAT, formatProcess, TOTALS } from "./format.ts";
import { OLD_PROCESS, OLD_TOTALS } from "./old_files_kit.ts";
import { countRun, RUNS } from "./runs.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

function inFolder(name: string, test: (files: SpoolFiles, dir: string) => void): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const dir = await Deno.makeTempDir();
      try {
        test(withOwnLocks(spoolFiles(dir)), dir);
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  });
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const STARTS = seriesKey("starts");

function counting(starts: number, note?: [number, string]): Snapshot {
  const snapshot = emptySnapshot();
  snapshot.counters.set(STARTS, starts);
  if (note !== undefined) snapshot.notes.set("build", { time: note[0], text: note[1] });
  return snapshot;
}

const starts = (files: SpoolFiles) => gather(files).snapshot.counters.get(STARTS) ?? 0;
const names = (files: SpoolFiles) => files.list().map(({ name }) => name).sort();

inFolder("fold() moves the counts of ended processes into the totals", (files, dir) => {
  Deno.writeTextFileSync(`${dir}/${id(1)}.json`, formatProcess(counting(2, [20, "new"])));
  Deno.writeTextFileSync(`${dir}/${id(2)}.json`, formatProcess(counting(3, [10, "old"])));
  assertEquals(fold(files), true);
  assertEquals(names(files), ["fold.lock", TOTALS]);
  assertEquals(starts(files), 5);
  assertEquals(gather(files).snapshot.notes.get("build"), { time: 20, text: "new" });
  const before = Deno.statSync(`${dir}/${TOTALS}`).ino;
  fold(files);
  assertEquals(Deno.statSync(`${dir}/${TOTALS}`).ino, before, "nothing new, nothing written");
});

inFolder(
  "fold() leaves a process alone that holds its file, however long it has been silent",
  (files, dir) => {
    Deno.writeTextFileSync(`${dir}/${id(1)}.json`, formatProcess(counting(1)));
    Deno.utimeSync(`${dir}/${id(1)}.json`, 0, 0);
    const held = files.open(`${id(1)}.json`, "read");
    assertEquals(held?.tryLock(), "locked");
    fold(files);
    assertEquals(names(files), [`${id(1)}.json`, "fold.lock"]);
    held?.close();
    fold(files);
    assertEquals(names(files), ["fold.lock", TOTALS]);
    assertEquals(starts(files), 1);
  },
);

inFolder("fold() gives way to another fold", (files) => {
  const lock = files.open("fold.lock", "make");
  lock?.tryLock();
  assertEquals(fold(files), false);
  lock?.close();
  assertEquals(fold(files), true);
});

inFolder(
  "fold() does nothing where files cannot be locked, and everything is still counted",
  (files, dir) => {
    Deno.writeTextFileSync(`${dir}/${id(1)}.json`, formatProcess(counting(4)));
    const lockless: SpoolFiles = {
      ...files,
      open(name, how) {
        const file = files.open(name, how);
        return file && { ...file, tryLock: () => "unsupported" as const };
      },
    };
    assertEquals(fold(lockless), false);
    assertEquals(starts(lockless), 4);
  },
);

function withRuns(runs: unknown): string {
  const { format, snapshot } = JSON.parse(formatProcess(counting(1)));
  return JSON.stringify({ format, snapshot: { ...snapshot, runs } });
}

// Everything that is no complete file of this version.
const DAMAGED: readonly [string, string][] = [
  ["empty", ""],
  ["torn", formatProcess(counting(1)).slice(0, 30)],
  ["zeroed", "\0".repeat(64)],
  ["of an older format", JSON.stringify({ format: FORMAT - 1, counters: { a: 1 } })],
  ["of a newer format", JSON.stringify({ format: FORMAT + 1, snapshot: {} })],
  ["without a part", JSON.stringify({ format: FORMAT, snapshot: { counters: {} } })],
  ["with a negative count", formatProcess(counting(-1))],
  ["with a text for a count", formatProcess(counting("1" as unknown as number))],
  ["with a run that is none", withRuns({ "Backup\tvelero\ta\t": { begun: 1 } })],
  ["with runs that are a list", withRuns([])],
  ["not an object", "[1]"],
];

for (const [what, text] of DAMAGED) {
  inFolder(
    `a process file that is ${what} is counted as discarded once and disturbs no other`,
    (files, dir) => {
      Deno.writeTextFileSync(`${dir}/${id(1)}.json`, text);
      Deno.writeTextFileSync(`${dir}/${id(2)}.json`, formatProcess(counting(7)));
      assertEquals(starts(files), 7);
      fold(files);
      fold(files);
      assertEquals(starts(files), 7);
      assertEquals(gather(files).discarded, 1);
      assertEquals(names(files), ["fold.lock", TOTALS]);
    },
  );

  inFolder(`totals that are ${what} are put aside and counted as discarded`, (files, dir) => {
    Deno.writeTextFileSync(`${dir}/${TOTALS}`, text);
    Deno.writeTextFileSync(`${dir}/${id(2)}.json`, formatProcess(counting(7)));
    assertEquals(starts(files), 7);
    fold(files);
    assertEquals(starts(files), 7);
    assertEquals(gather(files).discarded, 1);
    assertEquals(names(files), ["fold.lock", "totals.broken", TOTALS]);
  });
}

inFolder("series that this version does not know stay in the totals", (files, dir) => {
  const old = counting(1);
  old.counters.set("velero_plugin_gone_total\tx", 3);
  Deno.writeTextFileSync(`${dir}/${id(1)}.json`, formatProcess(old));
  fold(files);
  Deno.writeTextFileSync(`${dir}/${id(2)}.json`, formatProcess(old));
  fold(files);
  assertEquals(gather(files).snapshot.counters.get("velero_plugin_gone_total\tx"), 6);
});

const backup = (name: string): Execution => ({
  run: { kind: "Backup", namespace: "velero", name, uid: "" },
  source: "cnpg",
  action: "a/b",
  kind: "BackupItemAction",
  outcome: "changed",
  seconds: 1,
  additionalItems: 0,
});

/** The file of a process that made these calls, each ended at its time in milliseconds. */
function ofRuns(...calls: readonly (readonly [name: string, ended: number])[]): string {
  const snapshot = counting(1);
  for (const [name, ended] of calls) countRun(snapshot.runs, backup(name), ended);
  return formatProcess(snapshot);
}

const runs = (files: SpoolFiles) =>
  [...gather(files).snapshot.runs].map(([key, { outcomes }]) => [key.split("\t")[2], outcomes[0]]);

inFolder("a spool of the first version keeps its counts, and runs are added to it", (files, dir) => {
  const changed = seriesKey(
    "executions",
    "cnpg",
    "replicated.com/cnpg-restore-plugin",
    "RestoreItemActionV2",
    "changed",
  );
  const seen = () => {
    const { snapshot, discarded } = gather(files);
    const { counters, notes } = snapshot;
    return [counters.get(STARTS), counters.get(changed), notes.get("build")?.text, discarded];
  };
  Deno.writeTextFileSync(`${dir}/${TOTALS}`, OLD_TOTALS);
  Deno.writeTextFileSync(`${dir}/${id(2)}.json`, OLD_PROCESS);
  assertEquals([seen(), runs(files)], [[2, 2, "0.1.0\t2.9.6", 0], []]);
  Deno.writeTextFileSync(`${dir}/${id(3)}.json`, ofRuns(["nightly", 5000]));
  assertEquals([seen(), runs(files)], [[3, 2, "0.1.0\t2.9.6", 0], [["nightly", 1]]]);
  fold(files);
  assertEquals([seen(), runs(files)], [[3, 2, "0.1.0\t2.9.6", 0], [["nightly", 1]]]);
  assertEquals(names(files), ["fold.lock", TOTALS]);
});

inFolder("processes of one run are one run, before and after they are folded", (files, dir) => {
  Deno.writeTextFileSync(`${dir}/${id(1)}.json`, ofRuns(["nightly", 5000], ["nightly", 9000]));
  Deno.writeTextFileSync(`${dir}/${id(2)}.json`, ofRuns(["nightly", 7000], ["other", 8000]));
  const seen = [["nightly", 3], ["other", 1]];
  assertEquals(runs(files), seen);
  fold(files);
  assertEquals(runs(files), seen);
  Deno.writeTextFileSync(`${dir}/${id(3)}.json`, ofRuns(["nightly", 6000]));
  assertEquals(runs(files), [["nightly", 4], ["other", 1]]);
  fold(files);
  const { runs: all } = gather(files).snapshot;
  assertEquals(all.get("Backup\tvelero\tnightly\t"), {
    begun: 4000,
    ended: 9000,
    microseconds: 4_000_000,
    outcomes: [4, 0, 0, 0],
    errors: [],
  });
});

inFolder("fold() keeps the runs that were active last, however many there were", (files, dir) => {
  const name = (n: number) => `run-${String(n).padStart(3, "0")}`;
  for (let n = 1; n <= 3 * RUNS; n++) {
    Deno.writeTextFileSync(`${dir}/${id(n)}.json`, ofRuns([name(n), n * 1000], ["always", n * 1000]));
    if (n % 20 === 0) fold(files);
  }
  fold(files);
  const kept = runs(files).sort();
  const last = Array.from({ length: RUNS - 1 }, (_, at) => [name(2 * RUNS + 2 + at), 1]);
  assertEquals(kept, [["always", 3 * RUNS], ...last]);
});

inFolder("files of others are left alone", (files, dir) => {
  for (const name of ["notes.json", "x.tmp", `${id(1)}.json.bak`]) {
    Deno.writeTextFileSync(`${dir}/${name}`, "{}");
  }
  Deno.mkdirSync(`${dir}/${id(1)}.json`);
  fold(files);
  assertEquals(names(files), [`${id(1)}.json.bak`, "fold.lock", "notes.json", "x.tmp"]);
  assertEquals(gather(files).discarded, 0);
});

inFolder("a full disk leaves the counts as they are", (files, dir) => {
  Deno.writeTextFileSync(`${dir}/${id(1)}.json`, formatProcess(counting(7)));
  const full: SpoolFiles = {
    ...files,
    open(name, how) {
      const file = files.open(name, how);
      if (name !== "totals.tmp" || file === undefined) return file;
      const write = (text: string) => {
        file.write(text.slice(0, 5));
        throw new Error("No space left on device (os error 28)");
      };
      return { ...file, write };
    },
  };
  assertThrows(() => fold(full), Error, "No space left");
  assertEquals(starts(files), 7);
  fold(files);
  assertEquals(starts(files), 7);
});

inFolder("gather() of a folder that is not there says so", (_, dir) => {
  assertThrows(() => gather(spoolFiles(`${dir}/none`)), Deno.errors.NotFound);
});

inFolder("gather() gives up with a text when the totals change all the time", (files, dir) => {
  let n = 0;
  const restless: SpoolFiles = {
    ...files,
    open(name, how) {
      if (name === TOTALS) Deno.writeTextFileSync(`${dir}/${TOTALS}`, String(n++));
      return files.open(name, how);
    },
  };
  const error = assertThrows(() => gather(restless), Error);
  assertMatch(error.message, /^Cannot read the spool: its totals changed 20 times/);
});
