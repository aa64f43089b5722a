import { assertEquals } from "@std/assert";
import { nearest } from "./nearest.ts";

Deno.test("nearest() gives the candidate with the fewest edits, the first of equals", () => {
  const rows: [word: string, candidates: string[], best: string][] = [
    ["tow", ["one", "two", "three"], "two"],
    ["same", ["some", "same"], "same"],
    ["", ["abc", "a"], "a"],
    ["abc", [""], ""],
    ["ab", ["ac", "ad"], "ac"],
    ["kitten", ["sitting", "kit"], "sitting"],
    ["x", [], ""],
  ];
  for (const [word, candidates, best] of rows) assertEquals(nearest(word, candidates), best);
});
