import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { assertEquals } from "@std/assert";
import { inlineComment, slim } from "./source_map.ts";

// One generated line per row; a segment is [column, source, line, column in the source, name].
const CASES: readonly { about: string; from: SourceMapSegment[][]; to: SourceMapSegment[][] }[] = [
  { about: "nothing", from: [], to: [] },
  {
    about: "one segment for all of a line",
    from: [[[0, 0, 4, 2], [5, 0, 4, 9, 0], [9, 0, 5, 0], [12, 0, 5, 3]]],
    to: [[[0, 0, 4, 0], [9, 0, 5, 0]]],
  },
  {
    about: "each generated line begins anew",
    from: [[[0, 0, 4, 2]], [[3, 0, 4, 8]], []],
    to: [[[0, 0, 4, 0]], [[3, 0, 4, 0]], []],
  },
  {
    about: "a package, and what no file wrote, is nobody's",
    from: [[[0, 1, 7, 0], [4, 0, 1, 0], [6, 1, 1, 0], [8, 1, 2, 0], [10], [12, 0, 1, 0], [14]]],
    to: [[[4, 0, 1, 0], [6], [12, 0, 1, 0], [14]]],
  },
  {
    about: "sources are counted anew",
    from: [[[0, 2, 1, 0], [4, 0, 1, 0]]],
    to: [[[0, 1, 1, 0], [4, 0, 1, 0]]],
  },
];

Deno.test("slim() keeps the lines of our own files", async (t) => {
  const own = (source: string) => source.startsWith("own") ? `../${source}` : undefined;
  for (const { about, from, to } of CASES) {
    await t.step(about, () => {
      const sources = ["own0.ts", "package.js", "own2.ts"];
      const map = slim({ version: 3, sources, mappings: encode(from) }, own);
      assertEquals(decode(map.mappings), to.length === 0 ? [[]] : to);
      assertEquals(map.sources, ["../own0.ts", "../own2.ts"]);
    });
  }
});

Deno.test("inlineComment() is what the runtime reads", () => {
  const map = { version: 3, sources: ["../ä.ts"], mappings: "AAAA" } as const;
  const [, base64 = ""] =
    /^\/\/# sourceMappingURL=data:application\/json;base64,(.+)\n$/.exec(inlineComment(map)) ?? [];
  assertEquals(JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(base64))), map);
});
