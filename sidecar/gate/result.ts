/**
 * What the gate found out about each Schedule, as it travels from the gate's pod to the sidecar: JSON in a ConfigMap.
 *
 * @module
 */

import { type GateState, MOST_SCHEDULES, STATES } from "./states.ts";

/** The result of one Schedule. */
export interface ScheduleResult {
  readonly schedule: string;
  readonly state: GateState;
  readonly paused: boolean;
  /** When the check ended. */
  readonly checked: Date;
  /** The backup whose restore was previewed. */
  readonly backup?: { readonly name: string; readonly phase: string; readonly started: Date };
  /** Absent when no restore was previewed. */
  readonly counts?: { readonly items: number; readonly failures: number; readonly warnings: number };
  /** For people: failures, then warnings; cut. */
  readonly reasons: readonly string[];
}

/** The result of one run of the gate. */
export interface GateResult {
  readonly ended: Date;
  readonly schedules: readonly ScheduleResult[];
  /** Schedules that were left out because there are too many. */
  readonly omitted: number;
}

/** Where the result travels. */
export const GATE_CONFIG_MAP = "velero-plugin-preview-gate";

/** The key in the ConfigMap's data. */
export const GATE_KEY = "result.json";

const MOST_REASONS = 5;
const LONGEST = 400;

/** The list of reasons as it is kept: the first few, cut, without what a terminal obeys, and how many there are besides. */
export function fewReasons(reasons: readonly string[]): string[] {
  const few = reasons.slice(0, MOST_REASONS).map((reason) => cut(reason));
  const more = reasons.length - few.length;
  return more > 0 ? [...few, `and ${more} more`] : few;
}

/** The text for the ConfigMap. */
export function formatGate(result: GateResult): string {
  return `${JSON.stringify({ format: 1, ...result }, undefined, 2)}\n`;
}

/**
 * Reads what the gate wrote. Whoever may write the ConfigMap may write anything, so everything is checked and bounded.
 *
 * @throws {SyntaxError} when it is not the text of a gate, or of a newer one.
 */
export function parseGate(text: string): GateResult {
  const { format, ended, schedules, omitted } = object(JSON.parse(text));
  if (format !== 1) throw new SyntaxError(`the result has the format ${cut(String(format))}, not 1`);
  const results = list(schedules).slice(0, MOST_SCHEDULES).map(parseSchedule);
  return {
    ended: time(ended),
    schedules: [...new Map(results.map((result) => [result.schedule, result])).values()],
    omitted: amount(omitted) + Math.max(0, list(schedules).length - MOST_SCHEDULES),
  };
}

function parseSchedule(value: unknown): ScheduleResult {
  const { schedule, state, paused, checked, backup, counts, reasons } = object(value);
  const { name, phase, started } = object(backup);
  const { items, failures, warnings } = object(counts);
  const known = STATES.find((word) => word === state);
  if (known === undefined) throw new SyntaxError(`a state is ${cut(String(state))}`);
  return {
    schedule: string(schedule),
    state: known,
    paused: paused === true,
    checked: time(checked),
    ...(backup === undefined
      ? {}
      : { backup: { name: string(name), phase: string(phase), started: time(started) } }),
    ...(counts === undefined
      ? {}
      : { counts: { items: amount(items), failures: amount(failures), warnings: amount(warnings) } }),
    reasons: list(reasons).slice(0, MOST_REASONS + 1).map(string),
  };
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  if (typeof value !== "string") throw new SyntaxError("a text is missing in the result");
  return cut(value);
}

function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.floor(value) : 0;
}

function time(value: unknown): Date {
  const parsed = new Date(typeof value === "string" ? value : NaN);
  if (Number.isNaN(parsed.getTime())) throw new SyntaxError("a time is missing in the result");
  return parsed;
}

function cut(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, " ").trim();
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST)}...`;
}
