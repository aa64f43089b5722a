/** Archives that are damaged, hostile or of another world, restored by the real process: a text with a remedy, and nothing written. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import { createFolder, ignore } from "./kit.ts";

const MIB = 1024 * 1024;

type Entry = readonly [header: Partial<tar.Header> & { readonly name: string }, content?: string];

async function tarOf(entries: readonly Entry[]): Promise<Uint8Array> {
  const pack = tar.pack();
  for (const [header, content = ""] of entries) pack.entry(header, content);
  pack.finalize();
  return await buffer(pack as unknown as AsyncIterable<Uint8Array>);
}

const VERSION: Entry = [{ name: "metadata/version" }, "1.1.0\n"];
const POD =
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"},"spec":{"token":"hunter2"}}';
const item = (content: string, name = "resources/pods/namespaces/n/p.json"): Entry => [{ name }, content];
const packed = async (...entries: Entry[]) => gzipSync(await tarOf([VERSION, ...entries]));

/** A header that claims a size which nothing follows. */
async function claims(size: number): Promise<Uint8Array> {
  const header = Buffer.from((await tarOf([VERSION, item(POD)])).slice(1024, 1536));
  header.write(`${size.toString(8).padStart(11, "0")} `, 124, 12, "ascii");
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "ascii");
  return gzipSync(Buffer.concat([await tarOf([VERSION]).then((all) => all.subarray(0, 1024)), header]));
}

// 63 MiB of zeros, seventeen times: gzip members may follow each other.
async function bomb(): Promise<Uint8Array> {
  const one = await tarOf([[{ name: "resources/pods/zeros" }, "\0".repeat(63 * MIB)]]);
  const member = gzipSync(one.subarray(0, 512 + 63 * MIB));
  const first = gzipSync((await tarOf([VERSION])).subarray(0, 1024));
  return Buffer.concat([first, ...Array.from({ length: 17 }, () => member)]);
}

async function half(): Promise<Uint8Array> {
  const whole = await packed(item(POD));
  return whole.subarray(0, whole.length / 2);
}

async function halfOfTheTar(): Promise<Uint8Array> {
  const whole = await tarOf([VERSION, item(POD)]);
  return gzipSync(whole.subarray(0, 1024 + 512 + 40));
}

const ROWS: readonly [about: string, archive: () => Promise<Uint8Array> | Uint8Array, said: string][] = [
  ["nothing", () => new Uint8Array(), "it is truncated; download it again"],
  ["half of it", half, "it is truncated; download it again"],
  ["a tar that ends in an entry", halfOfTheTar, "it is truncated; download it again"],
  ["no gzip", () => tarOf([VERSION]), "it is not gzip; the archive of a backup is a .tar.gz"],
  ["gzip without a tar", () => gzipSync("hello ".repeat(500)), "it contains no tar archive, or a broken one"],
  [
    "an archive of something else",
    async () => gzipSync(await tarOf([item("x", "README")])),
    "Velero did not write it",
  ],
  [
    "the folder of a newer format",
    async () => gzipSync(await tarOf([[{ name: "metadata/version" }, "2.0.0\n"]])),
    'its format is "2.0.0", and the newest that this program knows is 1.1.0. Use a newer release',
  ],
  [
    "a format that is none",
    async () => gzipSync(await tarOf([[{ name: "metadata/version" }, "\u001b[2J<b>\n"]])),
    'its format is "?[2J<b>"',
  ],
  [
    "a path above",
    () => packed(item(POD, "resources/../../../etc/cron.d/x.json")),
    'entry "resources/../../../etc/cron.d/x.json" leads out of the archive',
  ],
  [
    "an absolute path",
    () => packed(item(POD, "/etc/cron.d/x")),
    'entry "/etc/cron.d/x" leads out of the archive',
  ],
  ["a path of Windows", () => packed(item(POD, "resources\\..\\x")), "leads out of the archive"],
  [
    "a symbolic link",
    () => packed([{ name: "resources/pods/namespaces/n/p.json", type: "symlink", linkname: "/etc/shadow" }]),
    "is a symlink; Velero writes files only",
  ],
  [
    "a hard link",
    () => packed([{ name: "x", type: "link", linkname: "metadata/version" }]),
    "is a link; Velero writes files only",
  ],
  [
    "a device",
    () => packed([{ name: "x", type: "character-device" }]),
    "is a character-device; Velero writes files only",
  ],
  ["a queue", () => packed([{ name: "x", type: "fifo" }]), "is a fifo; Velero writes files only"],
  ["an entry that claims 8 GiB", () => claims(8 * 1024 * MIB - 1), "has 8191 MiB, more than 64 MiB"],
  [
    "an entry of 65 MiB",
    () => packed(item("\0".repeat(65 * MIB), "resources/x")),
    "has 65 MiB, more than 64 MiB",
  ],
  ["1.5 MiB that unpack to more than 1 GiB", bomb, "it unpacks to more than 1024 MiB"],
];

Deno.test({
  name: "preview restore: a damaged or hostile archive is exit code 2, and nothing is written",
  ignore,
}, async (t) => {
  await using folder = await createFolder();
  for (const [about, archive, said] of ROWS) {
    await t.step(about, async () => {
      await folder.write("b.tar.gz", await archive());
      const { code, stdout, stderr } = await folder.preview(
        ["restore", "b.tar.gz", "--empty-target", "--output-file", "report.txt"],
      );
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, '"b.tar.gz": Cannot read the archive: ');
      assertStringIncludes(stderr, said);
      assertEquals(stderr.includes("\u001b"), false);
      assertEquals(await folder.names(), ["b.tar.gz"]);
    });
  }
});

// What Velero itself would stumble over in a whole archive is told for that item; the others go on.
const ITEMS: readonly [about: string, entry: Entry, said: string][] = [
  ["no JSON", item("{"), "pods n/p: error restoring the item: "],
  ["no object", item("[]"), "pods n/p: error restoring the item: "],
  ["null", item("null"), "pods n/p: error restoring the item: "],
  ["a kind that nobody serves", item('{"apiVersion":"v1","kind":"Pood","metadata":{"name":"p"}}'), "Pood"],
  ["no kind", item('{"metadata":{"name":"p","namespace":"n"}}'), "pods n/p"],
  [
    "another name inside",
    item('{"apiVersion":"v1","kind":"Pod","metadata":{"name":7,"namespace":[]}}'),
    "pods n/p",
  ],
  ["no metadata", item('{"apiVersion":"v1","kind":"Pod"}'), "pods n/p"],
  ["metadata that is a text", item('{"apiVersion":"v1","kind":"Pod","metadata":"x"}'), "pods n/p"],
];

Deno.test({ name: "preview restore: an item that is broken does not stop the others", ignore }, async (t) => {
  await using folder = await createFolder();
  const config = item(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"n"}}',
    "resources/configmaps/namespaces/n/c.json",
  );
  for (const [about, entry, said] of ITEMS) {
    await t.step(about, async () => {
      await folder.write("b.tar.gz", await packed(entry, config));
      const { code, stdout, stderr } = await folder.preview(["restore", "b.tar.gz", "--empty-target"]);
      assertEquals([code, stderr], [1, ""], stdout);
      assertStringIncludes(stdout, said);
      assertStringIncludes(stdout, "configmaps: n/c");
    });
  }
});

Deno.test(
  { name: "preview restore: a cluster in memory serves the kinds of the archive, whatever they are", ignore },
  async () => {
    await using folder = await createFolder();
    const widget = '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w","namespace":"n"}}';
    await folder.write(
      "b.tar.gz",
      await packed(item(widget, "resources/widgets.example.com/namespaces/n/w.json")),
    );
    const { code, stdout, stderr } = await folder.preview(["restore", "b.tar.gz", "--empty-target"]);
    assertEquals([code, stderr], [0, ""], stdout);
    assertStringIncludes(stdout, "widgets.example.com: n/w");
  },
);
