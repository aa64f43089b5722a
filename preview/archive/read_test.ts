import { assertEquals, assertRejects } from "@std/assert";
import tar from "tar-stream";
import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { createArchive, writeArchive } from "./archive.ts";
import { type ArchiveLimits, LIMITS, readArchive } from "./read.ts";

const stream = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
const text = (value: string) => new TextEncoder().encode(value);

type Entry = readonly [header: Partial<tar.Header> & { name: string }, content?: string];

async function packed(entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const [header, content] of entries) pack.entry(header, content ?? "");
  pack.finalize();
  return await buffer(pack as unknown as AsyncIterable<Uint8Array>);
}

const VERSION: Entry = [{ name: "metadata/version" }, "1.1.0\n"];
const POD = "resources/pods/namespaces/n/p.json";
const read = async (entries: readonly Entry[], limits?: ArchiveLimits) =>
  await readArchive(stream(gzipSync(await packed(entries))), limits);

Deno.test("readArchive() takes the items of the preferred version, whatever else Velero puts in", async () => {
  const archive = await read([
    [{ name: "./metadata/version" }, "1.1.0\n"],
    [{ name: "resources/pods", type: "directory" }],
    [{ name: `./${POD}` }, "{}"],
    [{ name: "resources/pods/v1-preferredversion/namespaces/n/p.json" }, "{}"],
    [{ name: "resources/nodes/cluster/a.json" }, "{}"],
    [{ name: "resources/a.b.c/cluster/x.json" }, "{}"],
    [{ name: "metadata/other.json" }, "{}"],
  ]);
  assertEquals([...archive.keys()], ["pods/n/p", "nodes//a", "a.b.c//x"]);
});

const SMALL: ArchiveLimits = { entry: 1000, total: 100_000, entries: 3 };
const ZEROS = "0".repeat(2 * 1024 * 1024);

const HOSTILE: readonly [about: string, entries: readonly Entry[], text: string, limits?: ArchiveLimits][] = [
  [
    "a path upwards",
    [VERSION, [{ name: "resources/pods/namespaces/../../../etc/x.json" }, "{}"]],
    "leads out of the archive",
  ],
  ["an absolute path", [VERSION, [{ name: "/etc/passwd" }, "x"]], '"/etc/passwd" leads out'],
  ["a path of another system", [VERSION, [{ name: "resources\\pods\\x.json" }, "x"]], "leads out"],
  [
    "a symbolic link",
    [VERSION, [{ name: POD, type: "symlink", linkname: "/etc/passwd" }]],
    "is a symlink; Velero writes files only",
  ],
  [
    "a hard link",
    [VERSION, [{ name: POD, type: "link", linkname: "metadata/version" }]],
    "is a link; Velero",
  ],
  ["a device", [VERSION, [{ name: POD, type: "character-device" }]], "is a character-device"],
  [
    "a gigantic entry",
    [VERSION, [{ name: POD }, "x".repeat(1001)]],
    "has 1001 bytes, more than 1000 bytes",
    SMALL,
  ],
  [
    "a gigantic entry that nobody reads",
    [VERSION, [{ name: "logs" }, "x".repeat(1001)]],
    "more than 1000 bytes",
    SMALL,
  ],
  ["a bomb", [VERSION, [{ name: POD }, ZEROS]], "it unpacks to more than 100000 bytes", {
    ...SMALL,
    entry: 3e6,
  }],
  [
    "a bomb in a header",
    [VERSION, [{ name: POD, pax: { comment: ZEROS } }, "{}"]],
    "an entry of more than 1000 bytes",
    {
      ...SMALL,
      total: LIMITS.total,
    },
  ],
  [
    "too many entries",
    [VERSION, [{ name: "a" }], [{ name: "b" }], [{ name: "c" }]],
    "more than 3 entries",
    SMALL,
  ],
  ["no version", [[{ name: POD }, "{}"]], "no metadata/version, so Velero did not write it"],
  [
    "a newer format",
    [[{ name: "metadata/version" }, "2.0.0"]],
    'its format is "2.0.0", and the newest that this program knows is 1.1.0',
  ],
  ["a format that is none", [[{ name: "metadata/version" }, "\u001b[31mx"]], 'its format is "?[31mx"'],
];

Deno.test("readArchive() refuses what is hostile or too large, and says what it is", async (t) => {
  for (const [about, entries, words, limits] of HOSTILE) {
    await t.step(about, async () => void await assertRejects(() => read(entries, limits), TypeError, words));
  }
});

Deno.test("readArchive() tells a truncated archive from what is none", async (t) => {
  const items = Array.from({ length: 50 }, (_, i) => ({
    group: "",
    resource: "pods",
    namespace: "n",
    name: `p${i}`,
    bytes: text(JSON.stringify({ kind: "Pod", data: crypto.randomUUID() })),
  }));
  const whole = await writeArchive(createArchive(items));
  assertEquals((await readArchive(stream(whole))).size, 50);
  for (const part of [0.05, 0.5, 0.99]) {
    await t.step(`${part} of it`, async () => {
      const cut = whole.subarray(0, Math.floor(whole.length * part));
      await assertRejects(() => readArchive(stream(cut)), TypeError, "it is truncated; download it again");
    });
  }
  const tarCut = gzipSync((await packed([VERSION, [{ name: POD }, "x".repeat(5000)]])).subarray(0, 3000));
  const rows: readonly [string, Uint8Array, string][] = [
    ["the tar inside is cut", tarCut, "it is truncated; download it again"],
    ["nothing", new Uint8Array(), "Cannot read the archive: it "],
    ["a text", text("hello"), "it is not gzip"],
    ["a text, gzipped", gzipSync(text("not a tar".repeat(200))), "it contains no tar archive"],
    [
      "a flipped byte",
      whole.with(Math.floor(whole.length / 2), 255 - (whole[Math.floor(whole.length / 2)] ?? 0)),
      "Cannot read the archive",
    ],
  ];
  for (const [about, bytes, words] of rows) {
    await t.step(
      about,
      async () => void await assertRejects(() => readArchive(stream(bytes)), TypeError, words),
    );
  }
});
