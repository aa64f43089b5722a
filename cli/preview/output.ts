/**
 * Where a report goes, and in which form.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import type { Archive } from "../../preview/archive/archive.ts";
import { formatComparison } from "../../preview/report/comparison_text.ts";
import {
  type ComparisonReport,
  createReport,
  type Maker,
  type PreviewReport,
} from "../../preview/report/document.ts";
import type { Note, RunReport } from "../../preview/report/report.ts";
import { colours, plain } from "../../preview/report/paint.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { relationsOf } from "../../preview/report/graph/relations.ts";
import { formatReport } from "../../preview/report/text.ts";
import { visibleJson } from "../../preview/report/visible.ts";
import { VERSION } from "../version.ts";
import { env } from "./common.ts";
import type { CommonOptions } from "./options.ts";
import { EXIT } from "./session.ts";
import { checkPlace, writeBelow } from "./write_below.ts";

/**
 * Refuses a report that could not be written, before anything is read.
 *
 * @throws {InputError}
 */
export function checkOutput({ outputFile }: CommonOptions): void {
  if (outputFile !== undefined) checkPlace(outputFile);
}

/** Who makes the reports of this program. */
export function maker(): Maker {
  return { madeAt: new Date(), madeBy: VERSION };
}

/** Tells a finished run and gives the exit code. */
export async function tell(
  report: RunReport,
  run: JsonObject,
  notes: readonly Note[],
  archive: Archive,
  options: CommonOptions,
): Promise<number> {
  const whole = createReport(report, run, notes, maker(), relationsOf(archive));
  await write(whole, options);
  const { verdict } = whole;
  return verdict === "fails" || (verdict === "warnings" && options.failOn === "warning")
    ? EXIT.wouldFail
    : EXIT.fine;
}

/** Tells a comparison and gives the exit code. */
export async function tellComparison(report: ComparisonReport, options: CommonOptions): Promise<number> {
  await write(report, options);
  return report.differences.length === 0 && report.failures === undefined ? EXIT.fine : EXIT.wouldFail;
}

async function write(report: PreviewReport | ComparisonReport, options: CommonOptions): Promise<void> {
  const parts = await render(report, options);
  if (options.outputFile !== undefined) {
    return writeBelow(options.outputFile, encoder.encode(parts.join("")));
  }
  for (const part of parts) print(encoder.encode(part));
}

async function render(report: PreviewReport | ComparisonReport, options: CommonOptions): Promise<string[]> {
  const { output } = options;
  if (output === "json") return [`${visibleJson(JSON.stringify(report, undefined, 2))}\n`];
  if (output === "html") {
    const { renderReport } = await import("../../preview/report/html/page.tsx");
    return await inTurns(renderReport(report));
  }
  const paint = isColoured(options) ? colours : plain;
  const lines = report.kind === "PreviewComparison"
    ? formatComparison(report, paint)
    : formatReport(report, paint);
  return [`${lines.join("\n")}\n`];
}

// A page of many items takes its time; the event loop gets a turn now and then, so that Ctrl-C is heard.
async function inTurns(parts: Iterable<string>): Promise<string[]> {
  const done: string[] = [];
  let turn = performance.now();
  for (const part of parts) {
    done.push(part);
    if (performance.now() - turn < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }
  return done;
}

const TURN = 50;
const encoder = new TextEncoder();

// As most programs decide it (https://no-color.org).
function isColoured({ color, outputFile }: CommonOptions): boolean {
  if (color !== "auto") return color === "always";
  return outputFile === undefined && !env("NO_COLOR") && env("TERM") !== "dumb" && Deno.stdout.isTerminal();
}

/**
 * Writes bytes to stdout, all of them, unless whoever reads them has seen enough, as `head` has.
 *
 * @throws {InputError} when they cannot be written.
 */
export function print(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) return;
    throw new InputError(`Cannot write to stdout: ${(cause as Error).message}`, { cause });
  }
}
