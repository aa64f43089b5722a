import { assertEquals, assertRejects } from "@std/assert";
import { layoutKeys } from "../../images/object_storage/layout/keys.ts";
import type { UnfinishedUpload } from "../../images/object_storage/object_storage.ts";
import { ImageStoreError } from "../../images/store.ts";
import { createMemoryStorage } from "../../tests/kit/memory_storage.ts";
import { abortUploads } from "./uploads.ts";

const NOW = new Date("2026-03-10T12:00:00Z");
const HOUR = 3_600_000;
const HEX = "ab".repeat(32);
const before = (hours: number) => new Date(NOW.getTime() - hours * HOUR);

function upload(
  id: string,
  hours: number,
  key = `docker/registry/v2/blobs/sha256/ab/${HEX}/data`,
): UnfinishedUpload {
  return { key, id, begun: before(hours) };
}

/** Runs on a bucket with these uploads. */
async function run(
  uploads: readonly UnfinishedUpload[],
  options: {
    olderThan?: number;
    delete?: boolean;
    rootDirectory?: string;
    check?: () => Promise<void>;
    fault?: Error;
  } = {},
) {
  const asked: string[] = [];
  const lines: string[] = [];
  const unfinished = {
    async *list(prefix: string) {
      await Promise.resolve();
      asked.push(`list ${prefix}`);
      if (options.fault !== undefined) throw options.fault;
      yield uploads.filter(({ key }) => key.startsWith(prefix));
    },
    abort: ({ id }: UnfinishedUpload) => Promise.resolve(void asked.push(`abort ${id}`)),
  };
  const layout = {
    storage: { ...createMemoryStorage(), unfinished },
    keys: layoutKeys(options.rootDirectory ?? ""),
  };
  const count = await abortUploads(layout, {
    since: before((options.olderThan ?? 24 * HOUR) / HOUR),
    now: NOW,
    delete: options.delete ?? true,
    check: options.check ?? (() => Promise.resolve()),
    print: (line) => lines.push(line),
  });
  return { count, asked, lines };
}

const LIST = "list docker/registry/v2/blobs/";

Deno.test("images gc aborts uploads that are older than the limit (openshift IMP-57)", async () => {
  const { count, asked, lines } = await run([upload("old", 25), upload("older", 700), upload("young", 23)]);
  assertEquals([count, asked], [2, [LIST, "abort old", "abort older"]]);
  assertEquals(lines, [
    `abort the upload of sha256:${HEX}, begun 2026-03-09`,
    `abort the upload of sha256:${HEX}, begun 2026-02-09`,
  ]);
});

Deno.test("images gc only says which uploads it would abort", async () => {
  const check = () => Promise.reject(new Error("nothing is deleted"));
  const { count, asked, lines } = await run([upload("old", 25)], { delete: false, check });
  assertEquals([count, asked, lines], [1, [LIST], [
    `would abort the upload of sha256:${HEX}, begun 2026-03-09`,
  ]]);
});

Deno.test("images gc leaves uploads of a day alone, whatever its limit, and those of others", async () => {
  const uploads = [
    upload("of today", 20),
    upload("of a registry", 99, "docker/registry/v2/repositories/n/s/_uploads/1/data"),
    upload("of an odd key", 99, "docker/registry/v2/blobs/sha256/ab/short/data"),
    upload("of Velero", 99, "velero/backups/b/b.tar.gz"),
    { ...upload("without a date", 99), begun: new Date("") },
  ];
  assertEquals((await run(uploads, { olderThan: 0 })).asked, [LIST]);
  const longer = await run([upload("a", 47), upload("b", 49)], { olderThan: 48 * HOUR });
  assertEquals(longer.asked, [LIST, "abort b"]);
});

Deno.test("images gc looks for uploads below the root directory", async () => {
  const key = `images/docker/registry/v2/blobs/sha256/ab/${HEX}/data`;
  const { asked } = await run([upload("a", 99, key), upload("b", 99)], { rootDirectory: "images" });
  assertEquals(asked, ["list images/docker/registry/v2/blobs/", "abort a"]);
});

Deno.test("images gc aborts no upload while a backup is under way", async () => {
  const check = () => Promise.reject(new RangeError("a backup has begun"));
  await assertRejects(() => run([upload("old", 99)], { check }), RangeError, "a backup has begun");
  // Nothing to abort is nothing to ask for.
  assertEquals((await run([upload("young", 1)], { check })).count, 0);
});

Deno.test("images gc says when uploads cannot be listed, and goes on", async () => {
  const { count, lines } = await run([upload("old", 99)], {
    fault: new ImageStoreError("s3://b: list unfinished uploads: status 403, AccessDenied", "denied"),
  });
  assertEquals([count, lines], [0, [
    "unfinished uploads cannot be listed: s3://b: list unfinished uploads: status 403, AccessDenied; " +
    "allow s3:ListBucketMultipartUploads, or let a lifecycle rule of the bucket abort them",
  ]]);
  await assertRejects(() => run([], { fault: new RangeError("a fault of this program") }), RangeError);
});
