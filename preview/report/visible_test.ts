import { assertEquals } from "@std/assert";
import { visible, visibleJson, visibleLines } from "./visible.ts";

const HOSTILE: readonly [name: string, text: string, shown: string][] = [
  ["ANSI colour", "a\u001b[31mb", "a\\u{1b}[31mb"],
  ["terminal title", "\u001b]0;owned\u0007", "\\u{1b}]0;owned\\u{7}"],
  ["8 bit control", "a\u009b2Jb", "a\\u{9b}2Jb"],
  ["backspaces", "ok\b\bno", "ok\\u{8}\\u{8}no"],
  ["line breaks and tabs", "a\nb\r\tc", "a\\nb\\r\\tc"],
  ["delete", "a\u007f", "a\\u{7f}"],
  ["bidi override", "admin\u202egnp.exe", "admin\\u{202e}gnp.exe"],
  ["bidi isolate", "a\u2066b\u2069", "a\\u{2066}b\\u{2069}"],
  ["zero width", "pay\u200bpal", "pay\\u{200b}pal"],
  ["soft hyphen and byte order mark", "\ufeffa\u00adb", "\\u{feff}a\\u{ad}b"],
  ["tag characters", "a\u{e0041}", "a\\u{e0041}"],
  ["line separator", "a\u2028b", "a\\u{2028}b"],
  ["half a character", "a\ud800b", "a\\u{d800}b"],
  ["filler", "a\u3164", "a\\u{3164}"],
  ["harmless", "Größe 東京 «ok» 🎉 — €", "Größe 東京 «ok» 🎉 — €"],
];

for (const [name, text, shown] of HOSTILE) {
  Deno.test(`visible(): ${name}`, () => {
    assertEquals(visible(text), shown);
    const json = JSON.stringify({ a: [text] }, undefined, 2);
    const safe = visibleJson(json);
    assertEquals(JSON.parse(safe), { a: [text] });
    assertEquals(visible(safe.replaceAll("\n", "")), safe.replaceAll("\n", ""));
  });
}

Deno.test("visibleLines() keeps line breaks alone", () => {
  assertEquals(visibleLines("a\r\nb\n\u001bc\td"), "a\nb\n\\u{1b}c\\td");
});
