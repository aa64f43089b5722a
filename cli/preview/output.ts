/**
 * Where a report goes, and in which form.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { InputError } from "../../preview/input/input_error.ts";
import { formatComparison } from "../../preview/report/comparison_text.ts";
import {
  type ComparisonReport,
  createReport,
  type Maker,
  type PreviewReport,
} from "../../preview/report/document.ts";
import type { Note, RunReport } from "../../preview/report/report.ts";
import { colours, plain } from "../../preview/report/paint.ts";
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
export function checkOutput({ output, outputFile }: CommonOptions): void {
  if (output === "html") throw new InputError("-o html is not there yet; use -o text or -o json");
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
  options: CommonOptions,
): Promise<number> {
  const whole = createReport(report, run, notes, maker());
  await write(whole, options);
  const { verdict } = whole;
  return verdict === "fails" || (verdict === "warnings" && options.failOn === "warning")
    ? EXIT.wouldFail
    : EXIT.fine;
}

/** Tells a comparison and gives the exit code. */
export async function tellComparison(report: ComparisonReport, options: CommonOptions): Promise<number> {
  await write(report, options);
  return report.differences.length === 0 ? EXIT.fine : EXIT.wouldFail;
}

async function write(report: PreviewReport | ComparisonReport, options: CommonOptions): Promise<void> {
  const bytes = new TextEncoder().encode(render(report, options));
  if (options.outputFile === undefined) print(bytes);
  else await writeBelow(options.outputFile, bytes);
}

function render(report: PreviewReport | ComparisonReport, options: CommonOptions): string {
  const { output } = options;
  if (output === "json") return `${visibleJson(JSON.stringify(report, undefined, 2))}\n`;
  const paint = isColoured(options) ? colours : plain;
  const lines = report.kind === "PreviewComparison"
    ? formatComparison(report, paint)
    : formatReport(report, paint);
  return `${lines.join("\n")}\n`;
}

// As most programs decide it (https://no-color.org).
function isColoured({ color, outputFile }: CommonOptions): boolean {
  if (color !== "auto") return color === "always";
  return outputFile === undefined && !env("NO_COLOR") && env("TERM") !== "dumb" && Deno.stdout.isTerminal();
}

/** Writes bytes to stdout, all of them. */
export function print(bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
}
