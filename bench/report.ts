/**
 * The figures of a benchmark as a table and as JSON, with the budgets beside them.
 *
 * @module
 */

import type { Figures, Latency } from "./measure.ts";

/** The figures of one executable by its title. */
export interface Column {
  readonly title: string;
  readonly figures: Figures;
}

interface Row {
  readonly title: string;
  readonly unit: string;
  readonly value: (figures: Figures) => number | undefined;
  /** In words, for the subject. */
  readonly budget?: string;
}

const p = (which: keyof Latency, of: (figures: Figures) => Latency | undefined) => (figures: Figures) =>
  of(figures)?.[which];
const plain = (figures: Figures) => figures.plain;
const reading = (figures: Figures) => figures.reading;

const ROWS: readonly Row[] = [
  { title: "start to listed", unit: "ms", value: (f) => f.start, budget: "<= 110, <= 1.35 x bare" },
  { title: "actions listed", unit: "", value: (f) => f.actions },
  { title: "memory, idle", unit: "MB", value: (f) => f.memoryIdle },
  { title: "memory after the calls", unit: "MB", value: (f) => f.memoryAfter, budget: "<= 95" },
  { title: "memory after calls that read, with a kubeconfig", unit: "MB", value: (f) => f.memoryAfterReads },
  { title: "call without reads, p50", unit: "ms", value: p("p50", plain), budget: "<= 0.40" },
  { title: "call without reads, p99", unit: "ms", value: p("p99", plain) },
  { title: "calls per second, 1 at a time", unit: "/s", value: (f) => f.perSecond1 },
  { title: "calls per second, 10 at a time", unit: "/s", value: (f) => f.perSecond10 },
  { title: "call with reads, p50", unit: "ms", value: p("p50", reading) },
  { title: "call with reads, p99", unit: "ms", value: p("p99", reading) },
  {
    title: "API requests per item that reads",
    unit: "",
    value: (f) => f.requestsPerItem,
    budget: "one per interface",
  },
];

/** A table; with a second column also the ratio of the first to it. */
export function toTable(columns: readonly Column[]): string {
  const [subject, other] = columns;
  const head = [
    "",
    ...columns.map(({ title }) => title),
    ...(other === undefined ? [] : ["ratio"]),
    "budget",
  ];
  const lines = ROWS.map(({ title, unit, value, budget = "" }) => {
    const cells = columns.map(({ figures }) => cell(value(figures), unit));
    const [a, b] = [subject && value(subject.figures), other && value(other.figures)];
    const ratio = other === undefined ? [] : [a === undefined || !b ? "" : (a / b).toFixed(2)];
    return [title, ...cells, ...ratio, budget];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0))
  );
  const pad = (text: string, column: number) =>
    column === 0 || column === head.length - 1
      ? text.padEnd(widths[column] ?? 0)
      : text.padStart(widths[column] ?? 0);
  return [head, ...lines].map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

function cell(value: number | undefined, unit: string): string {
  if (value === undefined) return "-";
  const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
  return unit === "" ? text : `${text} ${unit}`;
}
