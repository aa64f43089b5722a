import { assertEquals } from "@std/assert";
import { parseLogLine } from "./hclog.ts";

Deno.test("parseLogLine() reads lines as Velero does (protocol 5.1, 5.2)", async (t) => {
  const cases: [string, string, string, Record<string, unknown>][] = [
    [
      '{"@level":"info","@message":"p/a: changed","namespace":"n","name":"v","@logSourceSetBy":"plugin","logSource":"run.ts:1"}',
      "info",
      "p/a: changed",
      { namespace: "n", name: "v", logSource: "run.ts:1" },
    ],
    ['{"@level":"WARN","@message":"w","time":1,"timestamp":2,"level":"x"}', "warn", "w", {}],
    ['{"@level":"warning","@message":"w"}', "debug", '{"@level":"warning","@message":"w"}', {}],
    ['{"@level":"error"}', "error", "", {}],
    ["{not json", "debug", "{not json", {}],
    ["[WARN] low space", "warn", "low space", {}],
    ["plain text", "debug", "plain text", {}],
  ];
  for (const [line, level, message, fields] of cases) {
    await t.step(line, () => assertEquals(parseLogLine(line), { level, message, fields } as never));
  }
});
