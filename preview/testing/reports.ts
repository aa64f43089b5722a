import type { RunReport } from "../report/report.ts";

/** The report of a run in which nothing happened, for tests to spread. */
export const EMPTY_RUN: RunReport = {
  actions: [],
  items: [],
  operations: [],
  warnings: [],
  errors: [],
  notModelled: [],
  milliseconds: 0,
};
