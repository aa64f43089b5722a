/**
 * `deno task bench:preview [--items N]`: time and memory of a backup and a restore of N mixed items, previewed by the program as it ships.
 * Exit code 1 when one of them is above its budget.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { makeBundle } from "../packaging/make_bundle.ts";
import { FLAGS, MAIN } from "../tests/protocol/plugin.ts";
import { manifests } from "./preview_items.ts";

const RESTORE = ["restore", "b.tar.gz", "--empty-target", "--namespace-mappings", "shop:copy"];
const SECONDS = 20;
const MEGABYTES = 400;

const { values } = parseArgs({ options: { items: { type: "string", default: "10000" } } });
const main = new URL(`../${MAIN}`, import.meta.url).pathname;

/** Peak resident memory, polled: the value never falls, so only the last moment can be missed. */
async function peak(pid: number, ended: Promise<unknown>): Promise<number> {
  let kilobytes = 0;
  let running = true;
  const end = ended.then(() => running = false);
  while (running) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? kilobytes);
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  return kilobytes / 1024;
}

async function measure(folder: string, args: readonly string[]): Promise<boolean> {
  const label = `${args[0]}${args.includes("html") ? ", as HTML" : ""}`;
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, main, "preview", ...args],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const [{ code }, megabytes] = await Promise.all([child.status, peak(child.pid, child.status)]);
  const seconds = (performance.now() - start) / 1000;
  const good = code === 0 && seconds <= SECONDS && megabytes <= MEGABYTES;
  const words = `${seconds.toFixed(1)} s (budget ${SECONDS}), ${
    megabytes.toFixed(0)
  } MB (budget ${MEGABYTES})`;
  const verdict = good ? "" : `  TOO MUCH, exit code ${code}`;
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${label.padEnd(26)} ${words}${verdict}\n`),
  );
  return good;
}

await makeBundle();
const folder = await Deno.makeTempDir({ prefix: "workloads-bench-" });
try {
  await Deno.writeTextFile(`${folder}/items.json`, manifests(Number(values.items)));
  const results = [
    await measure(folder, ["backup", "items.json", "--archive", "b.tar.gz"]),
    await measure(folder, RESTORE),
    await measure(folder, [...RESTORE, "-o", "html", "--output-file", "report.html"]),
  ];
  Deno.exitCode = results.every((good) => good) ? 0 : 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
