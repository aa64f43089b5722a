import { assertEquals, assertRejects } from "@std/assert";
import { createMemoryImageStore, digestOf, MEDIA_TYPES } from "../../../tests/kit/image_store.ts";
import { instantTime } from "../../../tests/kit/instant_time.ts";
import { createMemoryStorage, type MemoryStorage } from "../../../tests/kit/memory_storage.ts";
import { createCopier } from "../../copy.ts";
import { type ImageStore, ImageStoreError } from "../../store.ts";
import { createLayout } from "./layout.ts";

const encoder = new TextEncoder();
const ROOT = "docker/registry/v2/";

function setUp(
  { rootDirectory = "", slashedKeys = false } = {},
): { storage: MemoryStorage; store: ImageStore } {
  const storage = createMemoryStorage({ slashedKeys });
  const store = createLayout({ storage, name: "bsl://velero/default", rootDirectory, time: instantTime() });
  return { storage, store };
}

function streamOf(text: string, cancelled: () => void = () => {}): ReadableStream<Uint8Array> {
  let given = false;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given) return controller.close();
      given = true;
      controller.enqueue(encoder.encode(text));
    },
    cancel: cancelled,
  }, { highWaterMark: 0 });
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

/** An image with one layer. */
async function image(layer: string, extra: Record<string, unknown> = {}) {
  const [config, blob] = [await digestOf("{}"), await digestOf(layer)];
  const text = JSON.stringify({
    schemaVersion: 2,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: 2 },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: blob, size: layer.length }],
    ...extra,
  });
  return { text, bytes: encoder.encode(text), digest: await digestOf(text), config, layer: blob };
}

const hex = (digest: string) => digest.slice(7);
const blobKey = (digest: string) => `${ROOT}blobs/sha256/${hex(digest).slice(0, 2)}/${hex(digest)}/data`;

Deno.test("layout: keys and the order in which they are written, openshift 10.3", async () => {
  const { storage, store } = setUp();
  const { bytes, text, digest, config, layer } = await image("layer");
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  await store.putBlob("n/s", config, 2, streamOf("{}"));
  assertEquals(await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes), digest);
  const repo = `${ROOT}repositories/n/s`;
  assertEquals(storage.requests, [
    `head ${blobKey(layer)}`,
    `putLarge ${blobKey(layer)}`,
    `head ${blobKey(config)}`,
    `putLarge ${blobKey(config)}`,
    `put ${repo}/_layers/sha256/${hex(config)}/link`,
    `put ${repo}/_layers/sha256/${hex(layer)}/link`,
    `head ${blobKey(digest)}`,
    `put ${blobKey(digest)}`,
    `put ${repo}/_manifests/revisions/sha256/${hex(digest)}/link`,
    `put ${repo}/_manifests/tags/v1/index/sha256/${hex(digest)}/link`,
    `put ${repo}/_manifests/tags/v1/current/link`,
  ]);
  assertEquals(storage.text(blobKey(digest)), text);
  assertEquals(storage.text(`${repo}/_layers/sha256/${hex(layer)}/link`), layer);
  assertEquals(storage.text(`${repo}/_manifests/tags/v1/current/link`), digest);
});

Deno.test("layout: what was written is read back, by tag and by digest", async () => {
  const { store } = setUp();
  const { bytes, digest, layer } = await image("layer");
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes);
  for (const ref of ["v1", digest]) {
    assertEquals(await store.resolve("n/s", ref), {
      digest,
      mediaType: MEDIA_TYPES.manifest,
      size: bytes.length,
    });
    assertEquals(await store.getManifest("n/s", ref), { digest, mediaType: MEDIA_TYPES.manifest, bytes });
  }
  const { size, body } = await store.getBlob("n/s", layer);
  assertEquals([size, await textOf(body)], [5, "layer"]);
  assertEquals(await store.hasBlob("n/s", layer), true);
});

Deno.test("layout: a blob of another size than its manifest says is copied again, openshift 10.3", async () => {
  const { storage, store } = setUp();
  const layer = await digestOf("layer");
  const source = createMemoryImageStore("source:5000");
  const reference = await source.addImage("n/s", ["layer"]);
  await storage.put(blobKey(layer), encoder.encode("lay"), {});
  const { after, now } = instantTime();
  const { copy } = createCopier({
    time: {
      now,
      after: (milliseconds, call) => milliseconds === 30_000 ? () => {} : after(milliseconds, call),
    },
    random: () => 0,
  });
  const log = { info: () => {}, warn: () => {} };
  const { signal } = new AbortController();
  const { blobs } = await copy(
    { from: { store: source, repository: "n/s", reference }, to: { store, repository: "n/s" } },
    { signal, log, concurrency: 4, count: () => {} },
  );
  assertEquals(blobs, { copied: 2, mounted: 0, existing: 0 });
  assertEquals(storage.text(blobKey(layer)), "layer");
});

Deno.test("layout: by digest only, nothing is tagged, openshift IMP-50", async () => {
  const { storage, store } = setUp();
  const { bytes, digest } = await image("layer");
  assertEquals(await store.putManifest("n/s", digest, MEDIA_TYPES.manifest, bytes), digest);
  assertEquals([...storage.objects.keys()].filter((key) => key.includes("/tags/")), []);
  assertEquals((await store.resolve("n/s", digest))?.digest, digest);
});

Deno.test("layout: what is not there", async () => {
  const { store } = setUp();
  const { digest, bytes } = await image("layer");
  assertEquals([await store.resolve("n/s", "v1"), await store.resolve("n/s", digest)], [
    undefined,
    undefined,
  ]);
  assertEquals(await store.hasBlob("n/s", digest), false);
  assertEquals(await store.mountBlob("n/s", digest, "n/other"), false);
  const manifest = await assertRejects(() => store.getManifest("n/s", "v1"), ImageStoreError);
  assertEquals([manifest.reason, manifest.message], [
    "manifest-unknown",
    "bsl://velero/default: n/s: manifest v1: it is not there",
  ]);
  const blob = await assertRejects(() => store.getBlob("n/s", digest), ImageStoreError);
  assertEquals(blob.reason, "blob-unknown");
  // A manifest of another repository.
  await store.putManifest("n/other", "v1", MEDIA_TYPES.manifest, bytes);
  assertEquals(await store.resolve("n/s", digest), undefined);
});

Deno.test("layout: a link to what is not there, or to what is no digest", async () => {
  const { storage, store } = setUp();
  const { digest } = await image("layer");
  const tag = `${ROOT}repositories/n/s/_manifests/tags/v1/current/link`;
  await storage.put(tag, encoder.encode(digest));
  assertEquals(await store.resolve("n/s", "v1"), undefined);
  await storage.put(tag, encoder.encode("sha256:../../../etc/passwd"));
  const error = await assertRejects(() => store.resolve("n/s", "v1"), ImageStoreError);
  assertEquals(error.reason, "unsupported");
});

Deno.test("layout: bytes that are not those of their digest", async () => {
  const { storage, store } = setUp();
  const { digest, bytes } = await image("layer");
  await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes);
  await storage.put(blobKey(digest), encoder.encode("{}"));
  const read = await assertRejects(() => store.getManifest("n/s", digest), ImageStoreError);
  const other = await digestOf("other");
  const written = await assertRejects(
    () => store.putManifest("n/s", other, MEDIA_TYPES.manifest, bytes),
    ImageStoreError,
  );
  assertEquals([read.reason, written.reason], ["digest-mismatch", "digest-mismatch"]);
});

Deno.test("layout: a blob of the right size is not written again, one of another size is, openshift 10.3", async () => {
  const { storage, store } = setUp();
  const layer = await digestOf("layer");
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  let cancelled = false;
  storage.requests.length = 0;
  await store.putBlob("n/other", layer, 5, streamOf("layer", () => cancelled = true));
  assertEquals([storage.requests, cancelled], [[`head ${blobKey(layer)}`], true]);
  await storage.put(blobKey(layer), encoder.encode("lay"));
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  assertEquals(storage.text(blobKey(layer)), "layer");
});

Deno.test("layout: a blob of one repository is there for all, and its link comes with the manifest", async () => {
  const { storage, store } = setUp();
  const { bytes, layer } = await image("layer");
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  assertEquals(await store.hasBlob("n/other", layer), true);
  await store.putManifest("n/other", "v1", MEDIA_TYPES.manifest, bytes);
  assertEquals(storage.text(`${ROOT}repositories/n/other/_layers/sha256/${hex(layer)}/link`), layer);
});

Deno.test("layout: layers that lie at a URL elsewhere have no link, openshift 9.5", async () => {
  const { storage, store } = setUp();
  const foreign = await digestOf("foreign");
  const { bytes } = await image("layer", {
    layers: [{
      mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
      digest: foreign,
      size: 7,
      urls: ["https://e"],
    }],
  });
  await store.putManifest("n/s", "v1", MEDIA_TYPES.docker, bytes);
  assertEquals([...storage.objects.keys()].filter((key) => key.includes(hex(foreign))), []);
});

const TYPES: [string, Record<string, unknown>, string][] = [
  ["its own", { mediaType: MEDIA_TYPES.docker }, MEDIA_TYPES.docker],
  ["OCI", {}, MEDIA_TYPES.manifest],
  ["a configuration of Docker", {
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      digest: `sha256:${"a".repeat(64)}`,
      size: 1,
    },
  }, MEDIA_TYPES.docker],
  ["an index", { config: undefined, layers: undefined, manifests: [] }, MEDIA_TYPES.index],
  ["an index of Docker", {
    config: undefined,
    layers: undefined,
    manifests: [],
    mediaType: MEDIA_TYPES.dockerList,
  }, MEDIA_TYPES.dockerList],
];
for (const [what, fields, expected] of TYPES) {
  Deno.test(`layout: the media type of a manifest: ${what}, openshift 10.3`, async () => {
    const { store } = setUp();
    const { bytes } = await image("layer", fields);
    await store.putManifest("n/s", "v1", "application/x", bytes);
    assertEquals((await store.resolve("n/s", "v1"))?.mediaType, expected);
  });
}

Deno.test("layout: what is stored as a manifest and is none has no media type of one", async () => {
  const { store } = setUp();
  for (const text of ["no JSON", "[]", "null", '{"a":1}']) {
    await store.putManifest("n/s", "v1", "application/x", encoder.encode(text));
    assertEquals((await store.resolve("n/s", "v1"))?.mediaType, "application/octet-stream", text);
  }
});

Deno.test("layout: a root directory", async () => {
  for (const rootDirectory of ["images/of", "/images/of/"]) {
    const { storage, store } = setUp({ rootDirectory });
    const { bytes, digest } = await image("layer");
    await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes);
    assertEquals([...storage.objects.keys()].every((key) => key.startsWith(`images/of/${ROOT}`)), true);
    assertEquals((await store.resolve("n/s", "v1"))?.digest, digest);
  }
});

Deno.test("layout: keys with a slash in front are read where older writers left them, openshift 10.3", async () => {
  const { storage, store } = setUp({ slashedKeys: true });
  const { bytes, digest, layer } = await image("layer");
  await store.putBlob("n/s", layer, 5, streamOf("layer"));
  await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes);
  for (const [key, object] of [...storage.objects]) {
    storage.objects.delete(key);
    storage.objects.set(`/${key}`, object);
  }
  assertEquals((await store.getManifest("n/s", "v1")).digest, digest);
  assertEquals(await store.hasBlob("n/s", layer), true);
  assertEquals(await textOf((await store.getBlob("n/s", layer)).body), "layer");
});

Deno.test("layout: without such writers a key is looked for once", async () => {
  const { storage, store } = setUp();
  await store.hasBlob("n/s", await digestOf("layer"));
  assertEquals(storage.requests.length, 1);
});

Deno.test("layout: a reading that breaks goes on where it was", async () => {
  const { storage, store } = setUp();
  const text = "0123456789";
  const layer = await digestOf(text);
  await store.putBlob("n/s", layer, 10, streamOf(text));
  storage.requests.length = 0;
  storage.breakAfter = 4;
  storage.broken = () => {
    throw new ImageStoreError("cut", "unreachable");
  };
  assertEquals(await textOf((await store.getBlob("n/s", layer)).body), text);
  assertEquals(storage.requests, [`get ${blobKey(layer)}`, `get ${blobKey(layer)} 4`]);
});

Deno.test("layout: a reading that ends early goes on, one that is refused does not", async () => {
  const { storage, store } = setUp();
  const text = "0123456789";
  const layer = await digestOf(text);
  await store.putBlob("n/s", layer, 10, streamOf(text));
  storage.breakAfter = 4;
  storage.broken = () => {
    throw new ImageStoreError("no", "denied");
  };
  const { body } = await store.getBlob("n/s", layer);
  const error = await assertRejects(() => textOf(body), ImageStoreError);
  assertEquals([error.reason, error.message], ["denied", "no"]);
});

Deno.test("layout: an object that changes while it is read", async () => {
  const { storage, store } = setUp();
  const layer = await digestOf("0123456789");
  await store.putBlob("n/s", layer, 10, streamOf("0123456789"));
  storage.breakAfter = 4;
  storage.broken = () => {
    storage.objects.set(blobKey(layer), { bytes: new Uint8Array(3), modified: new Date(0) });
    throw new ImageStoreError("cut", "unreachable");
  };
  const { body } = await store.getBlob("n/s", layer);
  const error = await assertRejects(() => textOf(body), ImageStoreError);
  assertEquals(error.message.endsWith("has changed while it was read"), true);
});

Deno.test("layout: errors name the store, what was asked and what the bucket says", async () => {
  const { storage, store } = setUp();
  storage.fault = () => {
    throw new ImageStoreError("memory://b: put k: status 503, SlowDown", "failed", { retryAfter: 7 });
  };
  const layer = await digestOf("layer");
  let cancelled = false;
  const error = await assertRejects(
    () => store.putBlob("n/s", layer, 5, streamOf("layer", () => cancelled = true)),
    ImageStoreError,
  );
  assertEquals([error.reason, error.repeatable, error.retryAfter, cancelled], ["failed", true, 7, true]);
  assertEquals(
    error.message,
    `bsl://velero/default: n/s: put blob ${layer}: memory://b: put k: status 503, SlowDown`,
  );
});

Deno.test("layout: the error of a source is thrown as it is", async () => {
  const { storage, store } = setUp();
  const broken = new RangeError("the source broke off");
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(broken) }, {
    highWaterMark: 0,
  });
  assertEquals(
    await assertRejects(() => store.putBlob("n/s", `sha256:${"a".repeat(64)}`, 5, stream)),
    broken,
  );
  const own = new ImageStoreError("the source broke off", "unreachable");
  const other = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(own) }, {
    highWaterMark: 0,
  });
  assertEquals(await assertRejects(() => store.putBlob("n/s", `sha256:${"a".repeat(64)}`, 5, other)), own);
  assertEquals(storage.objects.size, 0);
});

Deno.test("layout: names that could lead elsewhere are refused before anything is asked", async () => {
  const { storage, store } = setUp();
  const { bytes, digest } = await image("layer");
  for (const repo of ["..", "n/../s", "/n/s", "n//s", "N/s", "n/s/", ""]) {
    const error = await assertRejects(() => store.resolve(repo, "v1"), ImageStoreError);
    assertEquals(error.reason, "unsupported", repo);
  }
  for (const tag of ["..", "a/b", "", "-a", "a".repeat(129)]) {
    await assertRejects(() => store.putManifest("n/s", tag, MEDIA_TYPES.manifest, bytes), ImageStoreError);
  }
  for (const wrong of ["sha512:aa", "sha256:AA", `${digest}0`, "sha256:../x"]) {
    await assertRejects(() => store.hasBlob("n/s", wrong), ImageStoreError);
    let cancelled = false;
    const body = streamOf("layer", () => cancelled = true);
    await assertRejects(() => store.putBlob("n/s", wrong, 5, body), ImageStoreError);
    assertEquals(cancelled, true);
  }
  assertEquals(storage.requests.filter((line) => line.includes("..") || line.includes("//")), []);
});

Deno.test("layout: a manifest of more than 4 MiB is not read", async () => {
  const { storage, store } = setUp();
  const { bytes, digest } = await image("layer");
  await store.putManifest("n/s", "v1", MEDIA_TYPES.manifest, bytes);
  await storage.put(blobKey(digest), new Uint8Array(4 * 1024 * 1024 + 1));
  const error = await assertRejects(() => store.getManifest("n/s", "v1"), ImageStoreError);
  assertEquals(error.reason, "refused");
});
