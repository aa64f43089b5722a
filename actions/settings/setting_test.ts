import { assertEquals } from "@std/assert";
import { choice, duration, flag, list, parseDuration, parseSetting, type Setting, text } from "./setting.ts";

/** What a text is read as; `undefined` for an invalid one. */
async function read<T>(setting: Setting<T>, value: string): Promise<T | undefined> {
  return (await parseSetting(setting, value))?.value;
}

const WAIT = duration("5m", "d");

const ROWS: [setting: Setting<unknown>, value: string, parsed: unknown][] = [
  [flag(false, "d"), "true", true],
  [flag(false, "d"), "on", true],
  [flag(true, "d"), "false", false],
  [flag(true, "d"), "off", false],
  [flag(true, "d"), "True", undefined],
  [flag(true, "d"), "", undefined],
  [choice(["a", "b"], "a", "d"), "b", "b"],
  [choice(["a", "b"], "a", "d"), "B", undefined],
  [choice(["a", "b"], "a", "d"), "", undefined],
  [list([], "d"), "", []],
  [list([], "d"), "a", ["a"]],
  [list([], "d"), " a , b,,c ", ["a", "b", "c"]],
  [text("", "d"), " kept as it is ", " kept as it is "],
  [WAIT, "5m", 300_000],
  [WAIT, "1h30m", 5_400_000],
  [WAIT, "1.5s", 1500],
  [WAIT, "250ms", 250],
  [WAIT, "1m250ms", 60_250],
  [WAIT, "0s", 0],
  [WAIT, "5", undefined],
  [WAIT, "", undefined],
  [WAIT, "-5m", undefined],
  [WAIT, "5 m", undefined],
  [WAIT, "5d", undefined],
];

Deno.test("settings read the text of a ConfigMap", async (t) => {
  for (const [setting, value, parsed] of ROWS) {
    await t.step(
      `${setting.allowed}: "${value}"`,
      async () => assertEquals(await read(setting, value), parsed),
    );
  }
});

Deno.test("settings have a default that they can read themselves", async () => {
  const settings: [Setting<unknown>, unknown][] = [
    [flag(true, "d"), true],
    [choice(["a", "b"], "b", "d"), "b"],
    [list(["a", "b"], "d"), ["a", "b"]],
    [list([], "d"), []],
    [text("x", "d"), "x"],
    [WAIT, 300_000],
  ];
  for (const [setting, value] of settings) assertEquals(await read(setting, setting.fallback), value);
});

Deno.test("settings say what is allowed", () => {
  assertEquals(choice(["a", "b"], "a", "d").allowed, "a, b");
  assertEquals(flag(true, "d").allowed, "true, false");
});

Deno.test("parseDuration() gives milliseconds or nothing", () => {
  assertEquals(["4h", "1h1m1s1ms", "x", "1hm"].map(parseDuration), [
    14_400_000,
    3_661_001,
    undefined,
    undefined,
  ]);
});
