/**
 * The lines a plugin writes to stderr for the host: one JSON object each, as hclog writes them (protocol 5).
 *
 * A wrong line is dangerous: a message or a name that is not a string panics the Velero server.
 *
 * @module
 */

import type { Log, LogFields } from "../actions/action.ts";
import { ownFrames } from "./stack.ts";

/** What the host reads at most in one line, without the line feed. */
export const MAX_LINE_BYTES = 65_535;

/** A log that knows which host reads it. */
export interface HostLog extends Log {
  /** Tells the user agent of the host, known from its first call. */
  readonly callerIs: (userAgent: string) => void;
}

/** What a log is made of. */
export interface HostLogOptions {
  /** The host's `--log-level`: a name as logrus spells it. Anything else means `info`. */
  readonly level: string;
  /** Writes one whole line, line feed included. */
  readonly write: (line: Uint8Array) => void;
}

// logrus knows more levels than hclog; nothing of ours is above error.
const LEVELS = ["trace", "debug", "info", "warning", "error", "fatal", "panic"];

/** Keys that the host or its hooks read by themselves. */
const RESERVED = new Set(["time", "timestamp", "level", "logSource"]);

/** Keys whose values the host casts to strings without a check. */
const STRINGS = new Set(["namespace", "name", "resource", "error", "error.file", "error.function"]);

const LONG = 4096;

const encoder = new TextEncoder();

/** Makes the log of a process that a host reads. */
export function createHostLog({ level, write }: HostLogOptions): HostLog {
  const threshold = Math.max(LEVELS.indexOf(level === "warn" ? "warning" : level), -1);
  const least = threshold === -1 ? LEVELS.indexOf("info") : threshold;
  // Velero 1.10.2 panics on an error text (protocol 5.4); it calls as grpc-go 1.45.0.
  let errorKey = "cause";

  const at = (name: string, rank: number) => (message: string, fields?: LogFields) => {
    if (rank >= least) write(encodeLine(name, message, fields ?? {}, errorKey));
  };
  return {
    debug: at("debug", 1),
    info: at("info", 2),
    warn: at("warn", 3),
    error: at("error", 4),
    callerIs: (userAgent) => {
      errorKey = userAgent.startsWith("grpc-go/1.45.0") ? "cause" : "error";
    },
  };
}

/** One line. Long texts are cut when the line would not fit. */
function encodeLine(level: string, message: string, fields: LogFields, errorKey: string): Uint8Array {
  const line: Record<string, unknown> = {
    "@level": level,
    "@message": String(message),
    ...logSource(String(message)),
  };
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith("@") || RESERVED.has(key)) continue;
    const safe = STRINGS.has(key) ? text(value) : flat(value);
    if (safe !== undefined) line[key === "error" ? errorKey : key] = safe;
  }
  for (const shrink of [same, cutLong, onlyMessage]) {
    const bytes = encoder.encode(`${JSON.stringify(shrink(line))}\n`);
    if (bytes.length - 1 <= MAX_LINE_BYTES) return bytes;
  }
  return encoder.encode(`{"@level":"${level}","@message":"a log line was too long"}\n`);
}

// An empty name would file the line under a nameless object, so it counts as absent.
function text(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" || typeof value === "object"
    ? undefined
    : String(value);
}

function flat(value: unknown): string | number | boolean | undefined {
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return value === undefined || value === null ? undefined : String(value);
}

type Line = Record<string, unknown>;

function same(line: Line): Line {
  return line;
}

function cutLong(line: Line): Line {
  return Object.fromEntries(Object.entries(line).map(([key, value]) => [key, cut(value)]));
}

function onlyMessage(line: Line): Line {
  return { "@level": line["@level"], "@message": cut(line["@message"]) };
}

function cut(value: unknown): unknown {
  if (typeof value !== "string" || value.length <= LONG) return value;
  return `${value.slice(0, LONG)}... (${value.length - LONG} more characters)`;
}

const sources = new Map<string, Line>();
const MAX_SOURCES = 256;
const MAX_FRAMES = 8;
// Files that only pass a line on: this one, and the logs that actions get. They are told by file, because the bundler shortens function
// names.
const PASSING_ON = new Set(["grpc/log.ts", "actions/lib/together.ts", "actions/runner/item_log.ts"]);

// Without the second key the host overwrites the first with a line of its own log adapter (protocol 5.1). A stack costs more
// than the rest of the line, and equal messages come from the same place, so it is taken once per message.
function logSource(message: string): Line {
  const known = sources.get(message);
  if (known !== undefined) return known;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  const frame = ownFrames(stack).find(({ file }) => !PASSING_ON.has(file));
  const source: Line = frame === undefined
    ? {}
    : { "logSource": `${frame.file}:${frame.line}`, "@logSourceSetBy": "plugin" };
  if (sources.size < MAX_SOURCES) sources.set(message, source);
  return source;
}
