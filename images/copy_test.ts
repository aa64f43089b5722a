import { assertEquals, assertRejects } from "@std/assert";
import {
  createMemoryImageStore,
  digestOf,
  MEDIA_TYPES,
  type MemoryImageStore,
} from "../tests/kit/image_store.ts";
import { instantTime } from "../tests/kit/instant_time.ts";
import { createCopier } from "./copy.ts";
import type { BlobResult, CopiedImage, CopyOptions } from "./images.ts";
import { nodePlatform } from "./manifest.ts";
import { ImageStoreError, type StoreReason } from "./store.ts";

/** Two stores and copies between them. */
function world(options: Partial<CopyOptions> = {}, time = instantTime()) {
  const source = createMemoryImageStore("source:5000");
  const target = createMemoryImageStore("target:5000");
  const lines: string[] = [];
  const counts: string[] = [];
  const { copy } = createCopier({ time: { ...time, after: quiet(time.after) }, random: () => 0.25 });
  const run = (
    digest: string,
    to: { repository?: string; reference?: string } = {},
    more: { later?: string[]; repository?: string; options?: Partial<CopyOptions> } = {},
  ): Promise<CopiedImage> => {
    const { later, repository = "n/web" } = more;
    return copy({
      from: { store: source, repository, reference: digest },
      to: { store: target, repository, ...to },
      ...(later === undefined ? {} : { later }),
    }, {
      signal: new AbortController().signal,
      log: {
        info: (text) => void lines.push(`info ${text}`),
        warn: (text) => void lines.push(`warn ${text}`),
      },
      concurrency: 8,
      count: (result: BlobResult, bytes: number) =>
        void counts.push(bytes === 0 ? result : `${result} ${bytes}`),
      ...options,
      ...more.options,
    });
  };
  return { source, target, run, lines, counts };
}

// Progress lines would come at once: all time passes in a moment. No pause of a repeat is exactly as long.
function quiet(after: ReturnType<typeof instantTime>["after"]): typeof after {
  return (milliseconds, call) => milliseconds === 30_000 ? () => {} : after(milliseconds, call);
}

const asked = (store: MemoryImageStore, operation: string) =>
  store.requests.filter((line) => line.startsWith(`${operation} `)).length;

const failWith = (reason: StoreReason, times: number, when: RegExp) => (line: string) => {
  if (when.test(line) && times-- > 0) throw new ImageStoreError(`fault: ${line.split(" ")[0]}`, reason);
};

Deno.test("copy() moves manifest and blobs verbatim, and the tag last", async () => {
  const { source, target, run, counts } = world();
  const digest = await source.addImage("n/web", ["layer one", "layer two", "layer one"], "t");
  const copied = await run(digest, { reference: "v1" });
  assertEquals(copied.digest, digest);
  assertEquals(copied.blobs, { copied: 3, mounted: 0, existing: 0 });
  assertEquals(copied.bytes, counts.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0));
  assertEquals(target.repository("n/web"), {
    ...source.repository("n/web"),
    tags: new Map([["v1", digest]]),
  });
  assertEquals(target.requests.at(-1), "putManifest n/web v1");
});

// openshift IMP-50
Deno.test("copy() without a tag writes the manifest by its digest only", async () => {
  const { source, target, run } = world();
  const digest = await source.addImage("n/web", ["a"]);
  await run(digest);
  assertEquals([...target.repository("n/web").tags], []);
  assertEquals(target.requests.at(-1), `putManifest n/web ${digest}`);
});

// openshift T13.10.10
Deno.test("copy() of an index copies all children, then the index, all digests unchanged", async () => {
  const { source, target, run } = world();
  const children = [];
  for (const layer of ["x", "y", "z"]) children.push(await source.addImage("n/web", ["base", layer]));
  const index = await source.addIndex("n/web", children, "v1");
  const copied = await run(index, { reference: "v1" });
  assertEquals([copied.digest, copied.blobs], [index, { copied: 7, mounted: 0, existing: 2 }]);
  assertEquals(
    target.requests.filter((line) => line.startsWith("putManifest")),
    [...children.map((child) => `putManifest n/web ${child}`), "putManifest n/web v1"],
  );
  assertEquals(target.repository("n/web"), source.repository("n/web"));
});

Deno.test("copy() of an index within an index copies both", async () => {
  const { source, target, run } = world();
  const inner = await source.addIndex("n/web", [await source.addImage("n/web", ["x"])]);
  const outer = await source.addIndex("n/web", [inner]);
  assertEquals((await run(outer)).digest, outer);
  assertEquals(target.repository("n/web").manifests.size, 3);
});

// openshift T13.10.11
Deno.test("copy() into a second repository mounts what the first has, and sends nothing twice", async () => {
  const { source, target, run, counts } = world();
  await source.addImage("n/other", ["base", "other"]);
  const first = await source.addImage("n/web", ["base", "web"]);
  const second = await source.addImage("n/other", ["base", "web"]);
  await run(first, { reference: "v1" });
  counts.length = 0;
  const copied = await run(second, { repository: "n/other", reference: "v1" }, { repository: "n/other" });
  assertEquals(copied.blobs, { copied: 0, mounted: 3, existing: 0 });
  assertEquals([copied.bytes, counts], [0, ["mounted", "mounted", "mounted"]]);

  // A store that does not mount gets them once more.
  target.repositories.clear();
  target.mounts = false;
  const again = world();
  again.target.mounts = false;
  for (const repo of ["n/web", "n/other"]) await again.source.addImage(repo, ["base", "web"]);
  await again.run(first, { reference: "v1" });
  const sent = await again.run(second, { repository: "n/other", reference: "v1" }, { repository: "n/other" });
  assertEquals(sent.blobs, { copied: 3, mounted: 0, existing: 0 });
});

Deno.test("copy() of two streams at once transfers a shared blob once", async () => {
  const { source, target, run } = world();
  const digests = [];
  for (const repo of ["n/a", "n/b", "n/c"]) digests.push(await source.addImage(repo, ["shared"]));
  const results = await Promise.all(
    digests.map((digest, i) => run(digest, { repository: `n/${"abc"[i]}` }, { repository: `n/${"abc"[i]}` })),
  );
  assertEquals(asked(target, "putBlob"), 2);
  assertEquals(results.reduce((sum, { blobs }) => sum + blobs.mounted, 0), 4);
});

Deno.test("copy() goes on from what an attempt that failed has stored", async () => {
  const { source, target, run } = world();
  const digest = await source.addImage("n/web", ["a", "b", "c"]);
  target.fault = failWith("refused", 1, /^putManifest/);
  await assertRejects(() => run(digest, { reference: "v1" }), ImageStoreError, "fault: putManifest");
  assertEquals([...target.repository("n/web").tags], []);
  source.requests.length = 0;
  const copied = await run(digest, { reference: "v1" });
  assertEquals(copied.blobs, { copied: 0, mounted: 0, existing: 4 });
  assertEquals(asked(source, "getBlob"), 0);
});

Deno.test("copy() of what is there asks one question", async () => {
  const { source, target, run } = world();
  const digest = await source.addImage("n/web", ["a", "b"]);
  await run(digest, { reference: "v1" });
  source.requests.length = target.requests.length = 0;
  assertEquals((await run(digest, { reference: "v1" })).blobs, { copied: 0, mounted: 0, existing: 0 });
  assertEquals([source.requests, target.requests], [[], ["resolve n/web v1"]]);
});

Deno.test("copy() does not move a tag back to an image that it has left behind", async () => {
  const { source, target, run } = world();
  const older = await source.addImage("n/web", ["old"]);
  const newer = await source.addImage("n/web", ["new"]);
  for (const digest of [older, newer]) await run(digest, { reference: "v1" }, { later: [newer] });
  target.requests.length = 0;
  await run(older, { reference: "v1" }, { later: [newer] });
  assertEquals(target.requests, ["resolve n/web v1", `resolve n/web ${older}`]);
  // Another tag's current image is no reason.
  await run(older, { reference: "v1" }, { later: [] });
  assertEquals(target.repository("n/web").tags.get("v1"), older);
  // What was lost is pushed again, and the newer one after it.
  await run(newer, { reference: "v1" });
  target.repository("n/web").manifests.delete(older);
  await run(older, { reference: "v1" }, { later: [newer] });
  assertEquals(target.repository("n/web").tags.get("v1"), older);
});

Deno.test("copy() leaves layers that lie elsewhere where they are, and keeps the manifest", async () => {
  const { source, target, run } = world();
  const config = await source.addBlob("n/web", "{}");
  const foreign = {
    mediaType: "x.foreign",
    digest: await digestOf("far"),
    size: 3,
    urls: ["https://example.com/l"],
  };
  const digest = await source.addManifest("n/web", MEDIA_TYPES.docker, {
    schemaVersion: 2,
    config: { digest: config, size: 2 },
    layers: [foreign],
  });
  assertEquals((await run(digest)).blobs.copied, 1);
  assertEquals(target.repository("n/web").manifests.get(digest)?.mediaType, MEDIA_TYPES.docker);
});

Deno.test("copy() refuses what is no image, by its digest", async () => {
  const { source, run } = world();
  const config = { digest: await digestOf("c"), size: 1 };
  const rows: [about: string, mediaType: string, value: unknown, why: string][] = [
    ["schema 1", MEDIA_TYPES.schema1, { schemaVersion: 1 }, "schema 1 cannot be copied"],
    ["schema 1 by its content", MEDIA_TYPES.docker, { schemaVersion: 1 }, "schema 1 cannot be copied"],
    ["a list", MEDIA_TYPES.manifest, [], "this is no manifest"],
    [
      "an artifact without configuration",
      MEDIA_TYPES.manifest,
      { blobs: [] },
      "neither an image nor an index",
    ],
    ["another digest", MEDIA_TYPES.manifest, { config: { digest: "md5:x", size: 1 } }, "no SHA-256 digest"],
    ["no size", MEDIA_TYPES.manifest, { config: { digest: config.digest } }, "has no size"],
    ["a negative size", MEDIA_TYPES.manifest, { config: { ...config, size: -1 } }, "has no size"],
    ["a child without digest", MEDIA_TYPES.index, { manifests: [{}] }, "entry of the index has no SHA-256"],
  ];
  for (const [about, mediaType, value, why] of rows) {
    const digest = await source.addManifest("n/web", mediaType, value);
    const error = await assertRejects(() => run(digest), ImageStoreError, why, about);
    assertEquals([error.reason, error.message.includes(digest)], ["unsupported", true], about);
  }
});

/** An index of three platforms of which the source has only one. */
async function sparse(source: MemoryImageStore): Promise<{ index: string; own: string }> {
  const own = await source.addImage("n/web", ["own"]);
  const other = await source.addImage("n/web", ["other"]);
  const children = nodePlatform() === "linux/amd64" ? [own, other] : [other, own];
  const index = await source.addIndex("n/web", [...children, await digestOf("gone")], "v1");
  source.repository("n/web").manifests.delete(other);
  return { index, own };
}

// openshift IMP-51
Deno.test("copy() of an index with missing children that is refused pushes this platform and says so", async () => {
  const { source, target, run, lines } = world();
  const { index, own } = await sparse(source);
  const copied = await run(index, { reference: "v1" });
  assertEquals([copied.digest, target.repository("n/web").tags.get("v1")], [own, own]);
  assertEquals(lines.length, 1);
  assertEquals(lines[0]?.includes(`only the image of ${nodePlatform()} was copied, as ${own}`), true);
  assertEquals(lines[0]?.includes("2 of 3 platforms are not at the source"), true);
});

Deno.test("copy() keeps an index with missing children where it is taken", async () => {
  const { source, target, run, lines } = world();
  const { index } = await sparse(source);
  target.putManifest = async (repo, ref, mediaType, bytes) => {
    const digest = await digestOf(bytes);
    target.repository(repo).tags.set(ref, digest);
    target.repository(repo).manifests.set(digest, { mediaType, bytes });
    return digest;
  };
  assertEquals((await run(index, { reference: "v1" })).digest, index);
  assertEquals(lines, []);
});

Deno.test("copy() of an index without this platform fails as the destination says", async () => {
  const { source, run } = world();
  const index = await source.addIndex("n/web", [await digestOf("gone")]);
  const error = await assertRejects(() => run(index), ImageStoreError);
  assertEquals(error.reason, "manifest-blob-unknown");
});

Deno.test("copy() sends blobs again that the destination forgets", async () => {
  const { source, target, run } = world();
  const digest = await source.addImage("n/web", ["a"]);
  let forgotten = 0;
  target.fault = (line) => {
    if (line.startsWith("putManifest") && forgotten++ === 0) target.repository("n/web").blobs.clear();
  };
  assertEquals((await run(digest)).blobs, { copied: 4, mounted: 0, existing: 0 });
  assertEquals(asked(target, "putManifest"), 2);

  target.fault = failWith("manifest-blob-unknown", 9, /^putManifest/);
  target.requests.length = 0;
  const other = await source.addImage("n/web", ["b"]);
  await assertRejects(() => run(other), ImageStoreError, "fault: putManifest");
  assertEquals(asked(target, "putManifest"), 3);
});

// openshift T13.10.12
Deno.test("copy() repeats each request that may pass, and counts a blob once", async () => {
  const requests = ["resolve", "getManifest", "hasBlob", "getBlob", "putBlob", "putManifest"];
  for (const request of requests) {
    for (const reason of ["failed", "denied"] as const) {
      const { source, target, run, counts, lines } = world();
      const digest = await source.addImage("n/web", []);
      source.fault = target.fault = failWith(reason, 2, new RegExp(`^${request} `));
      const result = await run(digest, { reference: "v1" }).catch((error) => error.message);
      const attempts = asked(source, request) + asked(target, request);
      if (reason === "failed") {
        assertEquals([result.digest, attempts], [digest, 3], request);
        assertEquals([counts.length, counts[0]?.split(" ")[0]], [1, "copied"], request);
        assertEquals(lines.length, 2, request);
      } else {
        assertEquals([result, attempts], [`fault: ${request}`, 1], request);
        assertEquals(
          counts,
          /Blob$/.test(request) ? ["failed"] : request === "putManifest" ? [counts[0]] : [],
        );
      }
    }
  }
});

Deno.test("copy() never stores bytes that are not those of the digest", async () => {
  const rows: [about: string, change: (bytes: Uint8Array) => Uint8Array, reason: StoreReason][] = [
    ["another byte", (bytes) => bytes.map((byte, i) => i === 3 ? byte ^ 1 : byte), "digest-mismatch"],
    ["one more", (bytes) => new Uint8Array([...bytes, 0]), "digest-mismatch"],
    ["one less", (bytes) => bytes.subarray(1), "unreachable"],
  ];
  for (const [about, change, reason] of rows) {
    const { source, target, run } = world();
    const digest = await source.addImage("n/web", ["content"]);
    const get = source.getBlob;
    source.getBlob = async (repo, blob, options) => {
      const { body } = await get(repo, blob, options);
      const bytes = change(
        new Uint8Array(await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer()),
      );
      return { size: undefined, body: ReadableStream.from([bytes]) };
    };
    const error = await assertRejects(() => run(digest), ImageStoreError);
    assertEquals([error.reason, target.repositories.size], [reason, 0], about);
  }
});

Deno.test("copy() tells a blob of another size before it is sent", async () => {
  const { source, target, run } = world();
  const digest = await source.addManifest("n/web", MEDIA_TYPES.manifest, {
    schemaVersion: 2,
    config: { digest: await source.addBlob("n/web", "four"), size: 5 },
  });
  await assertRejects(() => run(digest), ImageStoreError, "has 4 bytes, and its manifest says 5");
  assertEquals(asked(target, "putBlob"), 0);
});

/** Blobs of which each is sent only when the test lets it. */
function gated(target: MemoryImageStore) {
  const put = target.putBlob;
  const gates: (() => void)[] = [];
  let most = 0;
  let now = 0;
  const until = async (holds: () => boolean) => {
    for (const end = performance.now() + 60_000; !holds();) {
      if (performance.now() > end) throw new Error(`${gates.length} blobs wait`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  target.putBlob = async (...args) => {
    most = Math.max(most, ++now);
    await new Promise<void>((resolve) => gates.push(resolve));
    await put(...args).finally(() => now--);
  };
  return {
    most: () => most,
    /** Lets them go one by one as soon as so many wait as may be under way at once. */
    async openAll(atOnce: number, ended: () => boolean) {
      await until(() => gates.length >= atOnce);
      await until(() => {
        gates.shift()?.();
        return ended();
      });
    },
  };
}

Deno.test("copy() has at most four blobs of an image under way, and so many of all as the setting says", async () => {
  const layers = Array.from({ length: 9 }, (_, i) => `layer ${i}`);
  for (const [images, concurrency, expected] of [[1, 8, 4], [3, 8, 8], [3, 1, 1], [1, 0, 1]] as const) {
    const { source, target, run } = world({ concurrency });
    const gates = gated(target);
    let ended = false;
    const runs = Array.from({ length: images }, async (_, i) => {
      const repository = `n/${i}`;
      return await run(await source.addImage(repository, layers.map((text) => text + i)), { repository }, {
        repository,
      });
    });
    const all = Promise.all(runs).finally(() => ended = true);
    await gates.openAll(expected, () => ended);
    await all;
    assertEquals(gates.most(), expected);
  }
});

Deno.test("copy() that is aborted ends at once, frees its places, and a repeat mends it", async () => {
  const { source, target, run, counts } = world({ concurrency: 1 });
  const digest = await source.addImage("n/web", ["a", "b", "c"]);
  const controller = new AbortController();
  const put = target.putBlob;
  target.putBlob = (_repo, _digest, _size, body, { signal } = {}) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => void body.cancel().then(() => reject(signal.reason)));
      queueMicrotask(() => controller.abort(new Error("enough")));
    });
  await assertRejects(() => run(digest, {}, { options: { signal: controller.signal } }), Error, "enough");
  await assertRejects(() => run(digest, {}, { options: { signal: controller.signal } }), Error, "enough");
  assertEquals([counts, target.repositories.size], [[], 0]);
  target.putBlob = put;
  assertEquals((await run(digest)).blobs.copied, 4);
});

Deno.test("copy() that waits for another's blob sends it itself when the other is aborted", async () => {
  const { source, target, run } = world();
  const digest = await source.addImage("n/web", []);
  await source.addImage("n/other", []);
  const controller = new AbortController();
  const put = target.putBlob;
  const began = Promise.withResolvers<void>();
  target.putBlob = (_repo, _digest, _size, body, { signal } = {}) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => void body.cancel().then(() => reject(signal.reason)));
      began.resolve();
    });
  const first = run(digest, {}, { options: { signal: controller.signal } });
  await began.promise;
  target.putBlob = put;
  const second = run(digest, { repository: "n/other" }, { repository: "n/other" });
  await new Promise((resolve) => setTimeout(resolve));
  controller.abort(new Error("enough"));
  await assertRejects(() => first, Error, "enough");
  assertEquals((await second).blobs, { copied: 1, mounted: 0, existing: 0 });
});

Deno.test("copy() says every half minute how far it is", async () => {
  const source = createMemoryImageStore("source:5000");
  const target = createMemoryImageStore("target:5000");
  const digest = await source.addImage("n/web", ["x".repeat(2_000_000)]);
  const timers: { milliseconds: number; call: () => void }[] = [];
  const time = {
    now: () => 0,
    after: (milliseconds: number, call: () => void) => {
      const timer = { milliseconds, call };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const lines: string[] = [];
  const put = target.putBlob;
  target.putBlob = async (...args) => {
    await put(...args);
    if (args[2] < 2_000_000) return;
    for (const timer of timers.splice(0)) timer.call();
  };
  await createCopier({ time, random: () => 0 }).copy({
    from: { store: source, repository: "n/web", reference: digest },
    to: { store: target, repository: "n/web", reference: "v1" },
  }, {
    signal: new AbortController().signal,
    log: { info: (text) => void lines.push(text), warn: () => {} },
    concurrency: 1,
    count: () => {},
  });
  // The configuration names the layer's text, so that it is as large.
  const front = `copying source:5000/n/web@${digest} to target:5000/n/web:v1:`;
  assertEquals(lines, [`${front} 2.0 of 2.0 MB so far`, `${front} 4.0 of 4.0 MB so far`]);
  assertEquals(timers, [], "no timer is left");
});
