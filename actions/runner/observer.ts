import type { ActionCounts, ActionKind } from "../action.ts";
import type { Reason } from "../lib/refusal.ts";

/** The backup, restore or deletion of a backup that a call belongs to, as its user knows it. */
export interface RunName {
  readonly kind: RunKind;
  readonly namespace: string;
  readonly name: string;
  /** Of the Backup or Restore; empty when the host sent none. */
  readonly uid: string;
}

/** What Velero runs. */
export type RunKind = "Backup" | "Restore" | "BackupDeletion";

/** How one call of an action ended, for counters. */
export interface Execution {
  /** Absent when the host sent no Backup or Restore with a name. */
  readonly run?: RunName | undefined;
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
