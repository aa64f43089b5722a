/**
 * The figures of a benchmark as a table, with the budgets of docs/architecture.md beside them.
 *
 * @module
 */

import type { Figures } from "./measure.ts";

interface Row {
  readonly title: string;
  readonly unit: string;
  readonly value: (figures: Figures) => number | undefined;
  /** In words, for the plugin. */
  readonly budget?: string;
}

const inMB = ({ rssKiB = NaN } = {}) => rssKiB / 1024;

/** A column per executable; behind a figure that is not the plugin's stands what the plugin's is in relation to it. */
export function toTable(figures: readonly Figures[]): string {
  const [subject, ...others] = figures;
  if (subject === undefined) return "";
  const rows = [...common(figures), ...subject.cases.flatMap(({ name }) => ofCase(name))];
  const head = ["", ...figures.map(({ title }) => title), "budget"];
  const lines = rows.map(({ title, unit, value, budget = "" }) => {
    const own = value(subject);
    return [title, cell(own, unit), ...others.map((other) => compared(value(other), own, unit)), budget];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0))
  );
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const budgetLast = (line: readonly string[]) =>
    [...line.slice(0, -1).map(pad), line.at(-1) ?? ""].join("  ").trimEnd();
  const legend = figures.map(({ title, path }) => `${title}: ${path}`);
  return [...[head, ...lines].map(budgetLast), "", ...legend].join("\n");
}

function common([subject]: readonly Figures[]): Row[] {
  const calls = subject?.memory.at(-1)?.calls ?? 0;
  const tenth = Math.round(calls / 10);
  return [
    { title: "actions listed", unit: "", value: (f) => f.plugins },
    { title: "start to listed, p50", unit: "ms", value: (f) => f.start.p50Ms, budget: "below bare" },
    { title: "start to listed, least", unit: "ms", value: (f) => f.start.minMs },
    { title: "memory when listed", unit: "MB", value: (f) => inMB(f.memory[0]) },
    {
      title: `memory after ${tenth} calls`,
      unit: "MB",
      value: (f) => inMB(f.memory.find((at) => at.calls >= tenth)),
    },
    {
      title: `memory after ${calls} calls`,
      unit: "MB",
      value: (f) => inMB(f.memory.at(-1)),
      budget: "<= 90",
    },
    { title: "processor time per call", unit: "ms", value: (f) => f.cpuMsPerCall },
    { title: "calls per second, 8 at a time", unit: "/s", value: (f) => f.perSecondConcurrent },
    { title: "failed calls", unit: "", value: (f) => f.errors, budget: "0" },
  ];
}

function ofCase(name: string): Row[] {
  const find = (figures: Figures) => figures.cases.find((one) => one.name === name);
  const budget = name.includes("read") ? "" : "<= 1.05 x bare";
  return [
    { title: `${name}, p50`, unit: "ms", value: (f) => find(f)?.latency.p50Ms, budget },
    { title: `${name}, p99`, unit: "ms", value: (f) => find(f)?.latency.p99Ms },
    { title: `${name}, API requests`, unit: "", value: (f) => find(f)?.requestsPerCall },
  ];
}

function compared(value: number | undefined, own: number | undefined, unit: string): string {
  const ratio = unit === "" || value === undefined || Number.isNaN(value) || own === undefined
    ? ""
    : ` (${(own / value).toFixed(2)})`;
  return cell(value, unit) + ratio;
}

function cell(value: number | undefined, unit: string): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
  return unit === "" ? text : `${text} ${unit}`;
}
