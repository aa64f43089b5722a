/** Relative links of all documents lead to files and headings that are there. */

import { assert, assertEquals } from "@std/assert";
import { textFiles } from "../packaging/rename_owner.ts";

const ROOT = new URL("../", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

/** Where a heading or a named anchor of a Markdown text can be linked to, as GitHub names them. */
function anchorsOf(markdown: string): Set<string> {
  const text = withoutBlocks(markdown);
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
  const times = new Map<string, number>();
  for (const [, heading = ""] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = heading.replace(/<[^>]*>/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim()
      .toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const before = times.get(slug) ?? 0;
    times.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return anchors;
}

/** The targets of a Markdown text's links that are neither addresses nor mail. */
function linksOf(markdown: string): string[] {
  return [
    ...withoutBlocks(markdown).replace(/`[^`\n]*`/g, "").matchAll(
      /\]\(([^)\s]+)(?: "[^"]*")?\)|(?:src|href)="([^"]+)"/g,
    ),
  ]
    .map(([, link, attribute]) => link ?? attribute ?? "")
    .filter((link) => !/^[a-z][a-z+.-]*:/.test(link));
}

function withoutBlocks(markdown: string): string {
  return markdown.replace(/^ *(```+|~~~+).*?^ *\1/gms, "");
}

Deno.test(
  { name: "every relative link leads to a file, and every anchor to a heading", ignore },
  async () => {
    const files = [...textFiles(ROOT)].filter((file) => file.endsWith(".md"));
    assert(files.includes("README.md") && files.includes("docs/architecture.md"), "the documents were found");
    const broken: string[] = [];
    const anchors = new Map<string, Set<string>>();
    for (const file of files) {
      for (const link of linksOf(await Deno.readTextFile(new URL(file, ROOT)))) {
        const [path = "", anchor = ""] = link.split("#");
        const target = path === "" ? new URL(file, ROOT) : new URL(path, new URL(file, ROOT));
        const found = await Deno.stat(target).catch(() => undefined);
        if (found === undefined) {
          broken.push(`${file}: ${link}`);
          continue;
        }
        if (anchor === "" || !target.pathname.endsWith(".md")) continue;
        const known = anchors.get(target.pathname) ?? anchorsOf(await Deno.readTextFile(target));
        anchors.set(target.pathname, known);
        if (!known.has(anchor)) broken.push(`${file}: ${link}`);
      }
    }
    assertEquals(broken, []);
  },
);

Deno.test("anchors and links are found as GitHub has them, and not in code", () => {
  const text =
    '# Two words, `code`!\n\n## Two\n## Two\n```sh\n# no heading [x](none)\n```\n<a id="here"></a>\n';
  assertEquals([...anchorsOf(text)], ["here", "two-words-code", "two", "two-1"]);
  assertEquals(linksOf("[a](b.md#c) ![p](p.svg) `[x](y)` [w](https://e.com) [m](mailto:x@y.z) [h](#z)"), [
    "b.md#c",
    "p.svg",
    "#z",
  ]);
});
