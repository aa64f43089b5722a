/**
 * A view as one row per action, for people and for `/actions`.
 *
 * @module
 */

import type { ActionName, View } from "./collect.ts";
import { METRICS, seriesKey } from "./metrics.ts";

/** What an action did until now. */
export interface ActionRow extends ActionName {
  readonly calls: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly errors: number;
  readonly additionalItems: number;
  /** Time of all calls together, in seconds. */
  readonly seconds: number;
  /** When it was called last, absent when never. */
  readonly last?: Date;
  readonly lastError?: { readonly time: Date; readonly text: string };
}

/** The rows of all actions known or counted, sorted by source, kind and name; empty when the spool cannot be read. */
export function summarize({ snapshot }: View): ActionRow[] {
  if (snapshot === undefined) return [];
  const { counters, histograms, latest, notes } = snapshot;
  const rows = [...histograms].flatMap(([key, cells]): ActionRow[] => {
    const [metric, source = "", action = "", kind = ""] = key.split("\t");
    if (metric !== METRICS.duration.name) return [];
    const labels = [source, action, kind];
    const outcome = (word: string) => counters.get(seriesKey("executions", ...labels, word)) ?? 0;
    const parts = {
      changed: outcome("changed"),
      unchanged: outcome("unchanged"),
      skipped: outcome("skipped"),
      errors: outcome("error"),
    };
    const last = latest.get(seriesKey("lastExecution", ...labels));
    const error = notes.get(["error", ...labels].join("\t"));
    return [{
      source,
      action,
      kind,
      calls: parts.changed + parts.unchanged + parts.skipped + parts.errors,
      ...parts,
      additionalItems: counters.get(seriesKey("additionalItems", ...labels)) ?? 0,
      seconds: (cells[0] ?? 0) / 1e6,
      ...(last === undefined ? {} : { last: new Date(last * 1000) }),
      ...(error === undefined ? {} : { lastError: { time: new Date(error.time), text: error.text } }),
    }];
  });
  const order = ({ source, kind, action }: ActionRow) => `${source}\t${kind}\t${action}`;
  return rows.sort((a, b) => order(a) < order(b) ? -1 : 1);
}
