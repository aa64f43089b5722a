/**
 * For tests: a view with known counts.
 *
 * @module
 */

import type { Execution, RunName } from "../actions/runner/observer.ts";
import { type ActionName, createCollector, type View } from "./collect.ts";
import type { GateView } from "./gate/reader.ts";
import { mortal } from "./spool/fault_kit.ts";
import { type SpoolFiles, spoolFiles } from "./spool/files.ts";
import { createSpool } from "./spool/writer.ts";

/** Two actions that were called and one that was not. */
export const ACTIONS: readonly ActionName[] = [
  { source: "cnpg", action: "replicated.com/cnpg-restore-plugin", kind: "RestoreItemActionV2" },
  { source: "vmgroup", action: "lubronzhan.io/pvc-restore", kind: "RestoreItemAction" },
  { source: "vmgroup", action: "lubronzhan.io/vmgroup-backup", kind: "BackupItemAction" },
];

/** The run whose calls were counted; a name like no metric's. */
export const RUN: RunName = { kind: "Restore", namespace: "velero", name: "copy-of-shop", uid: "u-1" };

/** When the counting happened. */
export const COUNTED_AT = Date.UTC(2026, 10, 21, 12, 0, 0);

/** An execution with few words. */
export function execution(action: ActionName, rest: Partial<Execution>): Execution {
  const kind = action.kind as Execution["kind"];
  return { ...action, kind, run: RUN, outcome: "unchanged", seconds: 0.002, additionalItems: 0, ...rest };
}

/** An error text that HTML must not take for markup. */
export const ERROR =
  'replicated.com/cnpg-restore-plugin: Cluster n/c: <b>"no" archive</b> & more (rule cnpg R1); look';

/** A gate that found one of each state; the last name and reason come from whoever may write the ConfigMap. */
export const GATE: GateView = {
  installed: true,
  result: {
    ended: new Date(COUNTED_AT + 60_000),
    omitted: 2,
    schedules: [
      {
        schedule: "nightly",
        state: "restorable",
        paused: false,
        checked: new Date(COUNTED_AT + 10_000),
        backup: {
          name: "nightly-20261121030000",
          phase: "Completed",
          started: new Date(COUNTED_AT - 32_400_000),
        },
        counts: { items: 134, failures: 0, warnings: 1 },
        reasons: ["virtualmachines.kubevirt.io/shop/web: its MAC address is in use"],
      },
      {
        schedule: "databases",
        state: "not_restorable",
        paused: false,
        checked: new Date(COUNTED_AT + 20_000),
        backup: {
          name: "databases-20261121040000",
          phase: "PartiallyFailed",
          started: new Date(COUNTED_AT - 28_800_000),
        },
        counts: { items: 12, failures: 2, warnings: 0 },
        reasons: ["clusters.postgresql.cnpg.io/shop/orders: there is no base backup", ERROR],
      },
      { schedule: "new", state: "no_backup", paused: true, checked: new Date(COUNTED_AT), reasons: [] },
      {
        schedule: '<i>"x"</i>\\',
        state: "unchecked",
        paused: false,
        checked: new Date(COUNTED_AT + 30_000),
        reasons: ["<script>alert(1)</script>"],
      },
    ],
  },
};

/** Runs `test` with a spool folder in which one ended process has counted, and the view of it. */
export async function withView(test: (view: () => View, files: SpoolFiles) => unknown): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const user = mortal(spoolFiles(dir), () => {});
    const options = { dir, version: "1.2.3", warn: () => {}, files: user.files, now: () => COUNTED_AT };
    const spool = createSpool(options);
    const [cnpg, pvc] = ACTIONS;
    if (cnpg === undefined || pvc === undefined) throw new TypeError("The kit has no actions");
    spool.observer(execution(cnpg, { outcome: "changed", additionalItems: 3, seconds: 0.25 }));
    spool.observer(execution(cnpg, { outcome: "error", reason: "settings", error: ERROR }));
    for (let n = 0; n < 1500; n++) spool.observer(execution(pvc, {}));
    spool.observer(execution(pvc, { outcome: "skipped" }));
    spool.clusterObserver.request("get", 404);
    spool.flush();
    user.kill();
    const files = spoolFiles(dir);
    await test(createCollector(files, ACTIONS), files);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
