import { assertEquals } from "@std/assert";
import { seriesKey } from "../metrics.ts";
import { seeded } from "./fault_kit.ts";
import { spoolFiles } from "./files.ts";
import { fold, gather } from "./fold.ts";
import { runOf } from "./runs.ts";

const ignore = ["run", "write"].some((name) =>
  Deno.permissions.querySync({ name: name as "run" }).state !== "granted"
);

const CHILD = new URL("kill_child.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

async function run(role: string, dir: string, point: number, name = ""): Promise<string[]> {
  const { stdout, stderr, signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--config", CONFIG, "-A", CHILD, role, dir, String(point), name],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  assertEquals(signal, "SIGKILL", new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n").filter((line) => line !== "");
}

const ROUNDS = 12;

// Processes of their own on one folder: three that count for one run and one that folds, all ended by SIGKILL at operations that the seed chooses.
Deno.test({
  name: "the spool is exact after SIGKILL of writers and folders at chosen operations",
  ignore,
  fn: async () => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    // deno-lint-ignore no-console -- whoever repeats a failure needs it
    console.log(`seed ${seed}`);
    const random = seeded(seed);
    const dir = await Deno.makeTempDir();
    try {
      let calls = 0;
      let starts = 0;
      const expected: [string, number[]][] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const point = () => 1 + Math.floor(random() * 400);
        const [, ...writers] = await Promise.all([
          run("fold", dir, point()),
          // All of one run, as a backup and what Velero starts for it later.
          ...[1, 2, 3].map(() => run("write", dir, point(), `round-${round}`)),
        ]);
        const before = calls;
        for (const lines of writers) {
          calls += Number(lines.at(-1) ?? 0);
          starts += lines.length > 0 ? 1 : 0;
        }
        if (calls > before) expected.push([`round-${round}`, [0, calls - before, 0, 0]]);
        const { counters, runs } = gather(spoolFiles(dir)).snapshot;
        const seen = {
          calls: counters.get(seriesKey("executions", "s", "a/b", "BackupItemAction", "unchanged")) ?? 0,
          starts: counters.get(seriesKey("starts")) ?? 0,
        };
        assertEquals(seen, { calls, starts }, `seed ${seed} round ${round}`);
        const byRun = [...runs].map(([key, { outcomes }]) => [runOf(key).name, outcomes]);
        assertEquals(byRun.sort(), expected.toSorted(), `seed ${seed} round ${round}`);
      }
      fold(spoolFiles(dir));
      const left = spoolFiles(dir).list().map(({ name }) => name).filter((name) =>
        /^[0-9a-f]{8}-/.test(name)
      );
      assertEquals(left, []);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
