import type { ActionCounts, ActionKind } from "../action.ts";
import type { Reason } from "../lib/refusal.ts";

/** How one call of an action ended, for counters. */
export interface Execution {
  readonly source: string;
  readonly action: string;
  readonly kind: ActionKind;
  readonly outcome: "changed" | "unchanged" | "skipped" | "error";
  readonly seconds: number;
  readonly additionalItems: number;
  /** Only with outcome `error`. */
  readonly reason?: Reason;
  /** The error text, without secrets; only with outcome `error`. */
  readonly error?: string;
}

/** Gets every execution. */
export type Observer = (execution: Execution) => void;

/** Gets what actions count themselves: the metric, the values of its labels, and how many. */
export type Counter = (metric: keyof ActionCounts, labels: readonly string[], amount: number) => void;
