import { assertEquals } from "@std/assert";
import { elements, escaped, textIn } from "./xml.ts";

Deno.test("xml: elements and their text", () => {
  const xml =
    '<?xml version="1.0"?><L xmlns="u"><C><K>a&amp;b&lt;&gt;&quot;&apos;</K></C><C id="1"><K>&#228;&#x20AC;</K></C><C/></L>';
  assertEquals(elements(xml, "C").map((inside) => textIn(inside, "K")), ["a&b<>\"'", "ä€", undefined]);
  assertEquals([textIn(xml, "None"), textIn("<K/>", "K"), textIn("<Key>a</Key>", "K")], [
    undefined,
    "",
    undefined,
  ]);
  assertEquals(textIn("<K>&unknown;&#x110000;\nx</K>", "K"), "&unknown;&#x110000;\nx");
  assertEquals(escaped('a&<b>"'), 'a&amp;&lt;b&gt;"');
});
