import { assertEquals, assertThrows } from "@std/assert";
import { decodeItem } from "./step.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeItem() refuses what is no object, without a word of it", async (t) => {
  const rows: readonly [text: string, said: string][] = [
    ['{"kind":"Secret","data":hunter2}', "it is not JSON"],
    ['{"kind":"Secret","data":{"a":"hunter2"', "it is not JSON"],
    ["", "it is not JSON"],
    ["null", "Object 'Kind' is missing"],
    ['[{"kind":"hunter2"}]', "Object 'Kind' is missing"],
    ['{"kind":{"hunter2":1}}', "Object 'Kind' is missing"],
  ];
  for (const [text, said] of rows) {
    await t.step(text, () => {
      const { message } = assertThrows(() => decodeItem(bytes(text)), TypeError);
      assertEquals(message, said);
    });
  }
  assertEquals(decodeItem(bytes('{"kind":"Secret","n":12345678901234567890}')).kind, "Secret");
});
