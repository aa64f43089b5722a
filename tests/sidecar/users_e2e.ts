import { assertEquals } from "@std/assert";
import { spoolFiles } from "../../sidecar/spool/files.ts";
import { gather } from "../../sidecar/spool/fold.ts";
import { seriesKey } from "../../sidecar/metrics.ts";

const CHILD = new URL("../../sidecar/spool/kill_child.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

const allowed = Deno.permissions.querySync({ name: "sys", kind: "uid" }).state === "granted" &&
  Deno.permissions.querySync({ name: "run" }).state === "granted";

/** Whether that user can run this Deno on these sources, which may lie in a private folder. */
async function runs(uid: number, args: readonly string[], cache: string): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), {
    args: [...args],
    uid,
    gid: uid,
    cwd: "/",
    env: { DENO_DIR: cache, HOME: cache, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
}

/** Whether another user can start this Deno and read these sources; in root's own folder, where npx puts it, none can. */
async function reachable(): Promise<boolean> {
  try {
    for (const [program = "", ...args] of [[Deno.execPath(), "--version"], ["cat", CHILD]]) {
      const { success } = await new Deno.Command(program, { args, uid: 65532, gid: 65532, cwd: "/" })
        .output();
      if (!success) return false;
    }
    return true;
  } catch {
    return false;
  }
}

const ignore = !allowed || Deno.uid() !== 0 || !await reachable();

// As in a pod: an emptyDir that everybody may write, Velero's container and the sidecar with users of their own.
const ORDERS = [["writer first", 1002, 65532], ["folder first", 65532, 1002]] as const;

for (const [order, first, second] of ORDERS) {
  Deno.test({
    name: `two users share a spool, ${order} (needs root, and a Deno that other users may start)`,
    ignore,
    fn: async (t) => {
      const root = await Deno.makeTempDir();
      try {
        Deno.chmodSync(root, 0o777);
        const dir = `${root}/spool`;
        const child = (role: string, point: number) => {
          return [
            "run",
            "--quiet",
            "--no-check",
            "--no-lock",
            "--config",
            CONFIG,
            "-A",
            CHILD,
            role,
            dir,
            String(point),
          ];
        };
        let calls = 0;
        const write = async (uid: number) => {
          const { stdout, stderr, signal } = await runs(uid, child("write", 60), root);
          assertEquals(signal, "SIGKILL", new TextDecoder().decode(stderr));
          calls += Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1));
        };
        const fold = async (uid: number) => {
          const { stdout, stderr, signal } = await runs(uid, child("fold", 60), root);
          assertEquals(
            signal,
            "SIGKILL",
            new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr),
          );
        };
        const roles = order === "writer first" ? [write, fold] : [fold, write];
        for (let round = 0; round < 3; round++) {
          await t.step(`round ${round}`, async () => {
            await roles[0]?.(first);
            await roles[1]?.(second);
            await write(first);
            await fold(second);
            const { counters } = gather(spoolFiles(dir)).snapshot;
            const key = seriesKey("executions", "s", "a/b", "BackupItemAction", "unchanged");
            assertEquals(counters.get(key), calls);
          });
        }
        assertEquals(Deno.statSync(dir).uid, first);
        const names = spoolFiles(dir).list().map(({ name }) => name).filter((name) => !name.endsWith(".tmp"))
          .sort();
        assertEquals(names, ["fold.lock", "totals.json"]);
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}
