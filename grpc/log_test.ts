import { assertEquals } from "@std/assert";
import type { Log, LogFields } from "../actions/action.ts";
import { together } from "../actions/lib/together.ts";
import { createHostLog, MAX_LINE_BYTES } from "./log.ts";

function written(level = "debug") {
  const lines: string[] = [];
  const log = createHostLog({ level, write: (bytes) => lines.push(new TextDecoder().decode(bytes)) });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") };
}

Deno.test("createHostLog() writes one line of JSON with its source and no time", () => {
  const { log, lines, last } = written();
  log.warn("two\nlines", { namespace: "n", count: 3, dry: false });
  assertEquals(lines[0]?.match(/\n/g)?.length, 1);
  assertEquals(lines[0]?.endsWith("}\n"), true);
  const { logSource, ...rest } = last();
  assertEquals(rest, {
    "@level": "warn",
    "@message": "two\nlines",
    "@logSourceSetBy": "plugin",
    namespace: "n",
    count: 3,
    dry: false,
  });
  assertEquals(logSource.replace(/\d+$/, ""), "grpc/log_test.ts:");
});

Deno.test("createHostLog() gives the place of a line that waited for its turn: where its steps are awaited", async () => {
  const { log, lines } = written();
  const lineOf = (text = "") => `grpc/log_test.ts:${/log_test.ts:(\d+)/.exec(text)?.[1]}`;
  let inner = "";
  const steps = ["outer 1", "outer 2"].map((outer) => async (own: { log: Log }) => {
    inner = lineOf(new Error().stack);
    await together(own, [() => Promise.resolve(), ({ log }) => log.info(`${outer}, inner 2`)]);
  });
  await together({ log }, steps);
  const outer = lineOf(new Error().stack);
  const moved = (place: string, by: number) => place.replace(/\d+$/, (line) => String(Number(line) + by));
  assertEquals(lines.map((line) => JSON.parse(line).logSource), [moved(inner, 1), moved(outer, -1)]);
});

const MESSAGES: readonly [unknown, string][] = [
  [7, "7"],
  [null, "null"],
  [undefined, "undefined"],
  [{ a: 1 }, "[object Object]"],
  ["", ""],
];

Deno.test("createHostLog() makes every message a string", async (t) => {
  for (const [message, expected] of MESSAGES) {
    await t.step(String(message), () => {
      const { log, last } = written();
      log.info(message as string);
      assertEquals(last()["@message"], expected);
    });
  }
});

const FIELDS: readonly { key: string; value: unknown; expected: unknown }[] = [
  { key: "namespace", value: 7, expected: "7" },
  { key: "namespace", value: null, expected: undefined },
  { key: "namespace", value: "", expected: undefined },
  { key: "name", value: { a: 1 }, expected: undefined },
  { key: "resource", value: true, expected: "true" },
  { key: "error.function", value: [1], expected: undefined },
  { key: "time", value: "now", expected: undefined },
  { key: "timestamp", value: 1, expected: undefined },
  { key: "level", value: "error", expected: undefined },
  { key: "@timestamp", value: 1, expected: undefined },
  { key: "other", value: Infinity, expected: "Infinity" },
  { key: "other", value: "", expected: "" },
  { key: "other", value: [1, 2], expected: "1,2" },
  { key: "other", value: undefined, expected: undefined },
];

Deno.test("createHostLog() lets only flat fields through, and strings where the host casts", async (t) => {
  for (const { key, value, expected } of FIELDS) {
    await t.step(`${key} ${JSON.stringify(value)}`, () => {
      const { log, last } = written();
      log.info("m", { [key]: value } as LogFields);
      assertEquals(last()[key], expected);
    });
  }
});

Deno.test("createHostLog() keeps level and source from being overwritten by fields", () => {
  const { log, last } = written();
  log.info("m", { "@level": "error", "@message": "forged", logSource: "forged" });
  assertEquals([last()["@level"], last()["@message"]], ["info", "m"]);
  assertEquals(last().logSource.startsWith("grpc/log_test.ts:"), true);
});

Deno.test("createHostLog() cuts what does not fit into a line", () => {
  const { log, lines, last } = written();
  const size = () => new TextEncoder().encode(lines.at(-1)).length - 1;
  log.info("x".repeat(MAX_LINE_BYTES));
  assertEquals(last()["@message"], `${"x".repeat(4096)}... (${MAX_LINE_BYTES - 4096} more characters)`);
  // Each of these characters takes six bytes in JSON.
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, "\u0001".repeat(5000)]));
  log.info("short", many);
  assertEquals(last(), { "@level": "info", "@message": "short" });
  const fitting = MAX_LINE_BYTES - size() + "short".length;
  log.info("y".repeat(fitting - 200));
  assertEquals(last()["@message"].length, fitting - 200, "what fits is whole");
  assertEquals(size() <= MAX_LINE_BYTES, true);
});

const LEVELS: readonly [string, readonly string[]][] = [
  ["trace", ["debug", "info", "warn", "error"]],
  ["debug", ["debug", "info", "warn", "error"]],
  ["info", ["info", "warn", "error"]],
  ["warning", ["warn", "error"]],
  ["warn", ["warn", "error"]],
  ["error", ["error"]],
  ["fatal", []],
  ["panic", []],
  ["", ["info", "warn", "error"]],
];

Deno.test("createHostLog() writes from the host's level on", async (t) => {
  for (const [level, expected] of LEVELS) {
    await t.step(level, () => {
      const { log, lines } = written(level);
      for (const name of ["debug", "info", "warn", "error"] as const) log[name]("m");
      assertEquals(lines.map((line) => JSON.parse(line)["@level"]), expected);
    });
  }
});

Deno.test("createHostLog() sends no error text to a host that would panic on it, nor before it knows the host", () => {
  const { log, last } = written();
  const keys = () => ["error", "cause"].filter((key) => key in last());
  log.info("m", { error: "e" });
  assertEquals(keys(), ["cause"]);
  log.callerIs("grpc-go/1.80.0");
  log.info("m", { error: "e" });
  assertEquals(keys(), ["error"]);
  log.callerIs("grpc-go/1.45.0");
  log.info("m", { error: "e" });
  assertEquals(keys(), ["cause"]);
});
