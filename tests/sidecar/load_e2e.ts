/**
 * The sidecar's memory under a load no pod will see: a million counter updates of 60 actions by processes that come and go,
 * 10,000 scrapes and a look at the page for each process. How long scrapes take and what counting costs the plugin is printed: machines differ too much for a
 * bound.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ActionKind } from "../../actions/action.ts";
import { mortal } from "../../sidecar/spool/fault_kit.ts";
import { spoolFiles } from "../../sidecar/spool/files.ts";
import { createSpool } from "../../sidecar/spool/writer.ts";
import { memoryOf, startSidecar } from "./sidecar_process.ts";

const ACTIONS = 60;
const UPDATES = 1_000_000;
const SCRAPES = 10_000;
const PROCESSES = 100;

// Memory is what deploy/kustomize requests for the sidecar, and at its peak the limit there. Under the launcher 75 to 78 MiB were measured,
// 84 at the peak, with the 60 actions of this test beside the 79 that are registered, whose series are served from the start.
const BOUNDS = { memoryMiB: 96, peakMiB: 160, spoolBytes: 1024 * 1024 };

const SOURCES = ["cnpg", "kubevirt", "openshift", "superphenix", "vmgroup"];
const KINDS: readonly ActionKind[] = ["BackupItemAction", "RestoreItemActionV2"];

const ERROR = "example.io/action: VirtualMachine n/c: it cannot be restored as it is; ".repeat(8);

function work(dir: string, updates: number, round: number): { perUpdate: number; perWrite: number } {
  const user = mortal(spoolFiles(dir), () => {});
  const spool = createSpool({ dir, version: "0", warn: (text) => assertEquals(text, ""), files: user.files });
  const run = {
    kind: "Restore",
    namespace: "velero",
    name: `restore-${round}`,
    uid: crypto.randomUUID(),
  } as const;
  const begin = performance.now();
  for (let n = 0; n < updates; n++) {
    const at = n % ACTIONS;
    spool.observer({
      source: SOURCES[at % SOURCES.length] ?? "",
      action: `example.io/action-with-a-long-name-${at}`,
      kind: KINDS[at % KINDS.length] ?? "BackupItemAction",
      run,
      ...n % 1000 === 0
        ? { outcome: "error", reason: "unsafe", error: ERROR }
        : { outcome: n % 3 === 0 ? "changed" : "unchanged" },
      seconds: (n % 700) / 1000,
      additionalItems: n % 2,
    });
  }
  const written = performance.now();
  spool.flush();
  const end = performance.now();
  user.kill();
  return { perUpdate: (written - begin) / updates, perWrite: end - written };
}

Deno.test({
  name:
    `load: ${UPDATES} updates of ${ACTIONS} actions and ${SCRAPES} scrapes stay within ${BOUNDS.memoryMiB} MiB`,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    const sidecar = await startSidecar(dir);
    try {
      const costs: { perUpdate: number; perWrite: number }[] = [];
      const times: number[] = [];
      let size = 0;
      for (let round = 0; round < PROCESSES; round++) {
        costs.push(work(dir, UPDATES / PROCESSES, round));
        // Somebody looks at the page now and then.
        const page = await (await fetch(sidecar.url)).text();
        assertStringIncludes(page, `restore-${round}`);
        for (let n = 0; n < SCRAPES / PROCESSES; n++) {
          const accept = n % 2 === 0 ? "text/plain" : "application/openmetrics-text;version=1.0.0";
          const begin = performance.now();
          const text = await (await fetch(`${sidecar.url}/metrics`, { headers: { accept } })).text();
          times.push(performance.now() - begin);
          size = text.length;
        }
      }
      const text = await (await fetch(`${sidecar.url}/metrics`)).text();
      const calls = [...text.matchAll(/^velero_plugin_action_executions_total\{.*\} (\d+)$/gm)];
      assertEquals(calls.reduce((sum, [, value]) => sum + Number(value), 0), UPDATES);
      const memory = memoryOf(sidecar.pid);
      const bytes = spoolFiles(dir).list().reduce((sum, file) => sum + file.bytes, 0);
      const at = (list: number[], part: number) =>
        list.sort((a, b) => a - b)[Math.floor(list.length * part)] ?? 0;
      const figures = {
        memoryMiB: Math.round(memory.now),
        peakMiB: Math.round(memory.peak),
        scrapeMsMedian: at(times, 0.5).toFixed(1),
        scrapeMs99: at(times, 0.99).toFixed(1),
        expositionBytes: size,
        microsecondsPerUpdate: (at(costs.map(({ perUpdate }) => perUpdate), 0.5) * 1000).toFixed(2),
        msPerWrite: at(costs.map(({ perWrite }) => perWrite), 0.5).toFixed(2),
        spoolBytes: bytes,
      };
      // deno-lint-ignore no-console -- the figures are the point
      console.log(JSON.stringify(figures));
      assertEquals(memory.now <= BOUNDS.memoryMiB, true, `${memory.now} MiB`);
      assertEquals(memory.peak <= BOUNDS.peakMiB, true, `${memory.peak} MiB at the peak`);
      assertEquals(bytes <= BOUNDS.spoolBytes, true, `${bytes} bytes in the spool`);
    } finally {
      await sidecar.stop();
      await Deno.remove(dir, { recursive: true });
    }
  },
});
