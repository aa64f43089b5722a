import { assertEquals, assertThrows } from "@std/assert";
import { licencesDocument, licenceText, type PackageFolder, readFolder } from "./licences.ts";
import type { BundledPackage } from "./packages.ts";

const COMMON = { MIT: "Permission is granted.\n", "Apache-2.0": "Apache text." };
const FOUND: BundledPackage = { name: "p", version: "1.0.0", notices: [] };
const FOLDER: PackageFolder = { licence: "MIT", author: undefined, texts: [] };

const CASES: readonly {
  about: string;
  found?: Partial<BundledPackage>;
  folder: Partial<PackageFolder>;
  text: string;
}[] = [
  {
    about: "its own files",
    found: { notices: ["Copyright A"] },
    folder: { texts: ["The licence.\n", "A notice.\n"] },
    text: "p@1.0.0\nLicence: MIT\n\nThe licence.\n\nA notice.",
  },
  {
    about: "the claims in its code, with the common text of each licence that it names",
    found: { notices: ["Copyright A", "Copyright B"] },
    folder: { licence: "(Apache-2.0 AND Zlib)", author: "C" },
    text: "p@1.0.0\nLicence: (Apache-2.0 AND Zlib)\n\nCopyright A\n\nCopyright B\n\nApache text.",
  },
  {
    about: "its author, where the code claims nothing",
    folder: { author: "C <c@example.org>" },
    text: "p@1.0.0\nLicence: MIT\n\nCopyright (c) C <c@example.org>\n\nPermission is granted.",
  },
  {
    about: "code that another package had bundled",
    found: { name: "tslib", notices: ["Copyright D. Permission to use."] },
    folder: { licence: undefined },
    text: "tslib@1.0.0\n\nCopyright D. Permission to use.",
  },
];

Deno.test("licenceText() takes what the package ships, else what is known of its licence", async (t) => {
  for (const { about, found, folder, text } of CASES) {
    await t.step(about, () => {
      assertEquals(licenceText({ ...FOUND, ...found }, { ...FOLDER, ...folder }, COMMON), text);
    });
  }
});

Deno.test("licenceText() asks somebody to look where nothing is known", () => {
  for (const licence of [undefined, "Zlib"]) {
    assertThrows(
      () => licenceText(FOUND, { licence, author: "C", texts: [] }, COMMON),
      TypeError,
      `p@1.0.0 ships no licence text (its package.json says ${licence ?? "nothing"})`,
    );
  }
});

Deno.test("licencesDocument() has one part for each package", () => {
  const parts = licencesDocument("program", ["one", "two"]).split(`\n\n${"-".repeat(78)}\n\n`);
  assertEquals(parts.slice(1), ["one", "two\n"]);
  assertEquals(parts[0]?.includes("program"), true);
});

Deno.test({
  name: "readFolder() finds licence and notice files under their many names",
  ignore: (["read", "write"] as const).some((name) =>
    Deno.permissions.querySync({ name }).state !== "granted"
  ),
  async fn(t) {
    const cases: readonly [string, Record<string, unknown>, Record<string, string>, PackageFolder][] = [
      ["files", { license: "MIT", author: { name: "A" } }, {
        LICENSE: "1",
        "licence-mit.md": "2",
        "COPYING.txt": "3",
        NOTICE: "4",
        "README.md": "5",
      }, { licence: "MIT", author: "A", texts: ["3", "1", "4", "2"] }],
      ["old forms", { license: { type: "ISC" }, author: "B" }, {}, {
        licence: "ISC",
        author: "B",
        texts: [],
      }],
      ["nothing", {}, {}, { licence: undefined, author: undefined, texts: [] }],
    ];
    for (const [about, manifest, files, expected] of cases) {
      await t.step(about, async () => {
        const folder = `${await Deno.makeTempDir({ prefix: "licences-" })}/`;
        await Deno.writeTextFile(`${folder}package.json`, JSON.stringify(manifest));
        for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(folder + name, text);
        assertEquals(await readFolder({ ...FOUND, folder }), expected);
        await Deno.remove(folder, { recursive: true });
      });
    }
    assertEquals(await readFolder(FOUND), { licence: undefined, author: undefined, texts: [] });
  },
});
