/**
 * The results of the gate as series.
 *
 * @module
 */

import type { MetricKey } from "../metrics.ts";
import type { GateView } from "./reader.ts";
import { STATES } from "./states.ts";

/** A sample: its metric, the values of its labels in the table's order, its value. */
export type GateSample = readonly [metric: MetricKey, labels: readonly string[], value: number];

/** The samples; none where there is no gate. Before its first run it ended in 1970, so that the alert on old results fires. */
export function gateSamples({ installed, result }: GateView): GateSample[] {
  if (!installed) return [];
  const samples: GateSample[] = [["gateEnded", [], (result?.ended.getTime() ?? 0) / 1000]];
  if (result === undefined) return samples;
  samples.push(["gateOmitted", [], result.omitted]);
  for (const { schedule, state, paused, checked, backup, counts } of result.schedules) {
    for (const word of STATES) samples.push(["gateState", [schedule, word], word === state ? 1 : 0]);
    samples.push(["gatePaused", [schedule], paused ? 1 : 0]);
    samples.push(["gateChecked", [schedule], checked.getTime() / 1000]);
    if (backup !== undefined) samples.push(["gateBackup", [schedule], backup.started.getTime() / 1000]);
    if (counts === undefined) continue;
    samples.push(["gateItems", [schedule], counts.items]);
    samples.push(["gateFailures", [schedule], counts.failures]);
    samples.push(["gateWarnings", [schedule], counts.warnings]);
  }
  return samples;
}
