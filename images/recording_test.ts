import { assertEquals, assertRejects } from "@std/assert";
import { createMemoryImageStore, digestOf, type MemoryImageStore } from "../tests/kit/image_store.ts";
import { instantTime } from "../tests/kit/instant_time.ts";
import type { CopyOptions, ImageCopy, Images } from "./images.ts";
import type { RecordedCopy } from "./recorded_copy.ts";
import { assumeImages, recordImages } from "./recording.ts";
import { NO_IMAGES } from "./none.ts";
import { ImageStoreError, type StoreReason } from "./store.ts";

const OPTIONS: CopyOptions = {
  signal: new AbortController().signal,
  log: { info: () => {}, warn: () => {} },
  concurrency: 8,
  count: () => {},
};

function world() {
  const source = createMemoryImageStore("source:5000");
  const target = createMemoryImageStore("target:5000");
  const notes: RecordedCopy[] = [];
  const inner: Images = { ...NO_IMAGES, backupByDefault: true };
  const images = recordImages(inner, { note: (copy) => void notes.push(copy), time: instantTime() });
  const copy = (digest: string, reference?: string, repository = "n/web") => {
    const to = { store: target, repository, ...(reference === undefined ? {} : { reference }) };
    return images.copy({ from: { store: source, repository, reference: digest }, to }, OPTIONS);
  };
  return { source, target, notes, images, copy };
}

const writes = (store: MemoryImageStore) =>
  store.requests.filter((line) => /^(put|mount)/.test(line) || line.startsWith("getBlob"));

Deno.test("recordImages() says what would be copied, and neither reads a blob nor writes", async () => {
  const { source, target, notes, images, copy } = world();
  const one = await source.addImage("n/web", ["base", "one"]);
  const two = await source.addImage("n/web", ["base", "two"]);
  const sizes = [...source.repository("n/web").blobs.values()].map(({ length }) => length);
  await target.addBlob("n/web", "one");
  const first = await copy(one, "v1");
  await copy(two, "v2");
  await copy(one, "v1");
  await source.addImage("n/other", ["base", "two"]);
  await copy(two, undefined, "n/other");
  const from = (digest: string) => `source:5000/n/web@${digest}`;
  assertEquals(notes.map(({ bytes: _, ...note }) => note), [
    { from: from(one), to: "target:5000/n/web:v1", blobs: 2, present: 1, complete: false },
    { from: from(two), to: "target:5000/n/web:v2", blobs: 2, present: 1, complete: false },
    { from: from(one), to: "target:5000/n/web:v1", blobs: 0, present: 0, complete: true },
    { from: `source:5000/n/other@${two}`, to: "target:5000/n/other", blobs: 0, present: 3, complete: false },
  ]);
  const total = notes.reduce((sum, { bytes }) => sum + bytes, 0);
  assertEquals(total, sizes.reduce((sum, size) => sum + size, 0) - "one".length);
  assertEquals([first.digest, first.bytes], [one, notes[0]?.bytes]);
  assertEquals([writes(source), writes(target)], [[], []]);
  assertEquals(target.repository("n/web").tags.size, 0);
  assertEquals(images.backupByDefault, true);
});

Deno.test("recordImages() tells what would fail, and goes on where it cannot look", async () => {
  const rows: [reason: StoreReason, hidden: boolean][] = [
    ["unreachable", true],
    ["failed", true],
    ["denied", true],
    ["manifest-unknown", false],
    ["refused", false],
  ];
  for (const [reason, hidden] of rows) {
    const { source, notes, copy } = world();
    const digest = await source.addImage("n/web", []);
    source.fault = () => {
      throw new ImageStoreError("no", reason);
    };
    if (hidden) {
      assertEquals((await copy(digest, "v1")).digest, digest);
      assertEquals(notes.map(({ unknown }) => unknown), ["no"], reason);
    } else {
      await assertRejects(() => copy(digest, "v1"), ImageStoreError, "no");
      assertEquals(notes, [], reason);
    }
    assertEquals(source.requests.length, 1, "one attempt");
  }
  const { source, notes, copy } = world();
  const digest = await source.addImage("n/web", ["gone"]);
  source.repository("n/web").blobs.delete(await digestOf("gone"));
  const error = await assertRejects(() => copy(digest), ImageStoreError);
  assertEquals([error.reason, notes], ["blob-unknown", []]);
});

Deno.test("assumeImages() asks nothing and says so", async () => {
  const notes: RecordedCopy[] = [];
  const images = assumeImages((copy) => void notes.push(copy), false);
  const location = { metadata: { namespace: "velero", name: "default" } };
  const cluster = { get: () => Promise.resolve(undefined) };
  const image: ImageCopy = {
    from: {
      store: await images.registry({ host: "r:5000", caFile: "", insecure: false, plainHttp: false }),
      repository: "n/web",
      reference: "sha256:a",
    },
    to: { store: await images.storage({ location, cluster, rootDirectory: "" }, {}), repository: "n/web" },
  };
  assertEquals(await images.copy(image, OPTIONS), {
    digest: "sha256:a",
    blobs: { copied: 0, mounted: 0, existing: 0 },
    bytes: 0,
    complete: false,
  });
  const [note] = notes;
  assertEquals([note?.from, note?.to], ["r:5000/n/web@sha256:a", "bsl://velero/default/n/web"]);
  assertEquals(note?.unknown?.includes("not asked in a preview without a cluster"), true);
});
