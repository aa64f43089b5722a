/**
 * Log lines of a plugin as Velero understands them (protocol 5.1 and 5.2).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";

/** Levels that Velero knows. */
export type Level = "trace" | "debug" | "info" | "warn" | "error";

/** One line of a plugin's stderr. */
export interface LogRecord {
  readonly level: Level;
  readonly message: string;
  /** The flat extra keys; `namespace` and `name` name the item. */
  readonly fields: JsonObject;
}

const LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error"];
const DROPPED = new Set([
  "@level",
  "@message",
  "@timestamp",
  "@logSourceSetBy",
  "time",
  "timestamp",
  "level",
]);
const PREFIX = /^\[(TRACE|DEBUG|INFO|WARN|ERROR)\]\s*/;

/** Reads a line: JSON in hclog's form, else text with an optional `[LEVEL]` in front; anything else is debug. */
export function parseLogLine(line: string): LogRecord {
  const json = line.startsWith("{") ? tryParse(line) : undefined;
  if (json !== undefined) {
    const level = String(json["@level"]).toLowerCase();
    if (!LEVELS.includes(level)) return { level: "debug", message: line, fields: {} };
    const fields: JsonObject = {};
    for (const [key, value] of Object.entries(json)) if (!DROPPED.has(key)) fields[key] = value;
    const message = json["@message"];
    return { level: level as Level, message: typeof message === "string" ? message : "", fields };
  }
  const prefix = PREFIX.exec(line);
  if (prefix === null) return { level: "debug", message: line, fields: {} };
  return {
    level: (prefix[1] ?? "debug").toLowerCase() as Level,
    message: line.slice(prefix[0].length),
    fields: {},
  };
}

function tryParse(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
