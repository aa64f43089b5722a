import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import type { Execution } from "../../actions/runner/observer.ts";
import { seriesKey } from "../metrics.ts";
import { mortal, withOwnLocks } from "./fault_kit.ts";
import { type SpoolFiles, spoolFiles } from "./files.ts";
import { fold, gather } from "./fold.ts";
import { RUNS } from "./runs.ts";
import { createSpool, type SpoolOptions } from "./writer.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

const LABELS = ["vmgroup", "lubronzhan.io/vm-restore", "RestoreItemActionV2"];
const EXECUTION: Execution = {
  source: "vmgroup",
  action: "lubronzhan.io/vm-restore",
  kind: "RestoreItemActionV2",
  outcome: "changed",
  seconds: 0.0031,
  additionalItems: 1,
};

function inFolder(name: string, test: (dir: string, open: Opener) => void | Promise<void>): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const root = await Deno.makeTempDir();
      const dir = `${root}/spool`;
      const warnings: string[] = [];
      const open: Opener = (options) => ({
        warnings,
        spool: createSpool({ dir, version: "1.2.3", warn: (text) => warnings.push(text), ...options }),
      });
      try {
        await test(dir, open);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

type Opener = (options?: Partial<SpoolOptions>) => {
  spool: ReturnType<typeof createSpool>;
  warnings: string[];
};

const names = (dir: string) => [...Deno.readDirSync(dir)].map(({ name }) => name);

inFolder("createSpool() reads and writes nothing before something happened", (dir, open) => {
  open();
  assertEquals(names(`${dir}/..`), []);
});

inFolder("createSpool() counts the start of the process at its end", (dir, open) => {
  const { spool } = open({ now: () => 5000 });
  spool.flush();
  const { counters, notes } = gather(spoolFiles(dir)).snapshot;
  assertEquals([...counters], [[seriesKey("starts"), 1]]);
  assertEquals(notes.get("build"), { time: 5000, text: `1.2.3\t${Deno.version.deno}` });
});

inFolder("observer() counts outcome, reason, duration, items, time and error text", (dir, open) => {
  let now = 1_700_000_000_000;
  const { spool } = open({ now: () => now });
  spool.observer(EXECUTION);
  spool.observer({ ...EXECUTION, outcome: "skipped", seconds: 20, additionalItems: 0 });
  now += 500;
  const error = { outcome: "error", reason: "deadline", error: "x".repeat(500) } as const;
  spool.observer({ ...EXECUTION, ...error, additionalItems: 0, seconds: 0.001 });
  spool.flush();
  const { counters, histograms, latest, notes } = gather(spoolFiles(dir)).snapshot;
  const outcome = (word: string) => counters.get(seriesKey("executions", ...LABELS, word));
  assertEquals([outcome("changed"), outcome("skipped"), outcome("error"), outcome("unchanged")], [
    1,
    1,
    1,
    undefined,
  ]);
  assertEquals(counters.get(seriesKey("errors", ...LABELS, "deadline")), 1);
  assertEquals(counters.get(seriesKey("additionalItems", ...LABELS)), 1);
  // 1 ms falls into the first bucket, 3.1 ms into the third, 20 s behind the last.
  const cells = histograms.get(seriesKey("duration", ...LABELS));
  assertEquals(cells, [20_004_100, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assertAlmostEquals(latest.get(seriesKey("lastExecution", ...LABELS)) ?? 0, 1_700_000_000.5);
  const note = notes.get(["error", ...LABELS].join("\t"));
  assertEquals(note, { time: now, text: `${"x".repeat(400)}...` });
});

inFolder("observer() keeps the run of each call", (dir, open) => {
  let now = 1_700_000_000_000;
  const { spool } = open({ now: () => now });
  const run = { kind: "Restore", namespace: "velero", name: "copy", uid: "u" } as const;
  spool.observer({ ...EXECUTION, run });
  now += 250;
  spool.observer({
    ...EXECUTION,
    run,
    outcome: "error",
    reason: "cluster",
    error: "no answer",
    seconds: 0.1,
  });
  spool.observer(EXECUTION);
  spool.flush();
  const { runs } = gather(spoolFiles(dir)).snapshot;
  assertEquals(Object.fromEntries(runs), {
    "Restore\tvelero\tcopy\tu": {
      begun: 1_700_000_000_000 - 3,
      ended: now,
      microseconds: 103_100,
      outcomes: [1, 0, 0, 1],
      errors: [{ time: now, text: "no answer" }],
    },
  });
});

inFolder("clusterObserver counts requests by verb and status, and retries", (dir, open) => {
  const { spool } = open();
  spool.clusterObserver.request("get", 200);
  spool.clusterObserver.request("get", 0);
  spool.clusterObserver.request("surprise", 200);
  spool.clusterObserver.retry("get");
  spool.count("imageBytes", [], 1024);
  spool.count("imageBlobs", ["copied"]);
  spool.flush();
  const { counters } = gather(spoolFiles(dir)).snapshot;
  assertEquals(Object.fromEntries(counters), {
    [seriesKey("starts")]: 1,
    [seriesKey("requests", "get", "200")]: 1,
    [seriesKey("requests", "get", "0")]: 1,
    [seriesKey("requests", "other", "200")]: 1,
    [seriesKey("retries", "get")]: 1,
    [seriesKey("imageBytes")]: 1024,
    [seriesKey("imageBlobs", "copied")]: 1,
  });
});

inFolder("flush() writes only when something is new", (dir, open) => {
  const { spool } = open();
  spool.flush();
  const [file = ""] = names(dir);
  const inode = () => Deno.statSync(`${dir}/${file}`).ino;
  const first = inode();
  spool.flush();
  assertEquals(inode(), first);
  spool.observer(EXECUTION);
  spool.flush();
  assertEquals(inode() === first, false);
  assertEquals(names(dir), [file]);
});

inFolder("the spool is written by itself within seconds while the process is busy", async (dir, open) => {
  const { spool } = open();
  spool.observer(EXECUTION);
  const end = Date.now() + 20_000;
  const written = () => {
    try {
      return names(dir).length > 0;
    } catch {
      return false;
    }
  };
  while (!written() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(
    gather(spoolFiles(dir)).snapshot.counters.get(seriesKey("executions", ...LABELS, "changed")),
    1,
  );
});

// The messages are those of the runtime.
const TROUBLES: readonly [string, (files: SpoolFiles) => Partial<SpoolFiles>, RegExp][] = [
  ["full", (files) => ({ open: (name, how) => full(files.open(name, how)) }), /No space left on device/],
  [
    "read-only",
    () => ({ open: () => denied("Read-only file system (os error 30)") }),
    /Read-only file system/,
  ],
  ["not ours", () => ({ makeFolder: () => denied("Permission denied (os error 13)") }), /Permission denied/],
  ["missing", () => ({ list: () => denied("No such file or directory (os error 2)") }), /No such file/],
];

function denied(message: string): never {
  throw new Deno.errors.PermissionDenied(message);
}

function full(file: ReturnType<SpoolFiles["open"]>): ReturnType<SpoolFiles["open"]> {
  return file && {
    ...file,
    write(text) {
      file.write(text.slice(0, 10));
      throw new Error("No space left on device (os error 28)");
    },
  };
}

for (const [what, fault, message] of TROUBLES) {
  inFolder(
    `a spool that is ${what} gives one warning, and its counts are written when it is well`,
    (dir, open) => {
      const good = spoolFiles(dir);
      let ill = true;
      const files = new Proxy(good, {
        get: (target, name: keyof SpoolFiles) => (ill ? fault(good) : {})[name] ?? target[name],
      });
      const { spool, warnings } = open({ files });
      for (let n = 0; n < 3; n++) {
        spool.observer(EXECUTION);
        spool.flush();
      }
      assertEquals(warnings.length, 1);
      assertMatch(warnings[0] ?? "", /^Cannot keep counters in .*\/spool, the actions go on without: /);
      assertMatch(warnings[0] ?? "", message);
      ill = false;
      spool.observer(EXECUTION);
      spool.flush();
      const { counters } = gather(good).snapshot;
      assertEquals(counters.get(seriesKey("executions", ...LABELS, "changed")), 4);
      assertEquals(warnings.length, 1);
    },
  );
}

inFolder("a file in place of the folder gives one warning", (dir, open) => {
  Deno.writeTextFileSync(dir, "");
  const { spool, warnings } = open();
  spool.observer(EXECUTION);
  spool.flush();
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0] ?? "", /exists|Not a directory/i);
});

inFolder("ended processes are folded by the next ones, so the spool stays below 1 MiB", (dir, open) => {
  const processes = 300;
  const files = withOwnLocks(spoolFiles(dir));
  for (let n = 0; n < processes; n++) {
    const user = mortal(files, () => {});
    const { spool } = open({ files: user.files, now: () => n * 1000 });
    // All actions of a full plugin, in a run of its own with the longest name and texts that there are.
    const name = String(n).padStart(253, "n");
    const run = {
      kind: "BackupDeletion",
      namespace: "v".repeat(63),
      name,
      uid: crypto.randomUUID(),
    } as const;
    for (let action = 0; action < 60; action++) {
      spool.observer({ ...EXECUTION, action: `example.io/action-${action}`, run });
      spool.observer({ ...EXECUTION, run, outcome: "error", reason: "internal", error: "錯".repeat(1000) });
    }
    spool.flush();
    user.kill();
    const size = spoolFiles(dir).list().reduce((sum, { bytes }) => sum + bytes, 0);
    assertEquals(size < 1024 * 1024, true, `${size} bytes after ${n + 1} processes`);
  }
  const { counters } = gather(spoolFiles(dir)).snapshot;
  assertEquals(counters.get(seriesKey("starts")), processes);
  const key = seriesKey("executions", "vmgroup", "example.io/action-59", "RestoreItemActionV2", "changed");
  assertEquals(counters.get(key), processes);
  fold(files);
  const last = [...gather(files).snapshot.runs].map(([key]) => Number(/n(\d+)\t/.exec(key)?.[1]));
  assertEquals(last.sort((a, b) => a - b), Array.from({ length: RUNS }, (_, n) => processes - RUNS + n));
});

inFolder("a spool full of what cannot be folded is left alone with one warning", (dir, open) => {
  Deno.mkdirSync(dir);
  Deno.writeTextFileSync(`${dir}/something`, "x".repeat(1024 * 1024));
  const { spool, warnings } = open();
  spool.observer(EXECUTION);
  spool.flush();
  assertMatch(warnings[0] ?? "", /it holds 1048576 bytes that cannot be folded/);
  assertEquals(warnings.length, 1);
});
