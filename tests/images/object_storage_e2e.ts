/** Images in the object storage of real services: the layout, large blobs, what breaks off, and the removal of old images. */

import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { collectImages } from "../../cli/images_gc/run.ts";
import { createMemoryCluster } from "../../cluster/memory/memory.ts";
import { createLayout } from "../../images/object_storage/layout/layout.ts";
import type { ObjectStorage } from "../../images/object_storage/object_storage.ts";
import { ImageStoreError } from "../../images/store.ts";
import { createArchive, writeArchive } from "../../preview/archive/archive.ts";
import { type FaultProxy, startFaultProxy } from "../kit/fault_proxy.ts";
import { digestOf, MEDIA_TYPES } from "../kit/image_store.ts";
import {
  HASTY,
  KEYS,
  type ObjectService,
  s3Of,
  signaturesChecked,
  startAzure,
  startGcs,
  startS3,
} from "./object_services.ts";
import { present } from "../velero/tools.ts";

const MIB = 1024 * 1024;
const encoder = new TextEncoder();

interface Bench {
  readonly storage: ObjectStorage;
  /** The S3 behind a proxy. */
  readonly proxy?: FaultProxy;
}

const layoutIn = (storage: ObjectStorage) =>
  createLayout({ storage, name: "bsl://velero/default", rootDirectory: "", time: HASTY });

/** Bytes that differ from place to place, in chunks; after `until` the source breaks off. */
function source(size: number, until = size): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= until && until < size) return controller.error(new RangeError("the source broke off"));
      if (at >= size) return controller.close();
      const chunk = piece(at, Math.min(MIB - 7, size - at));
      at += chunk.length;
      controller.enqueue(chunk);
    },
  });
}

function piece(at: number, size: number): Uint8Array {
  const chunk = new Uint8Array(size);
  for (let index = 0; index < size; index += 101) chunk[index] = (at + index) * 31;
  return chunk;
}

async function hashOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

async function keysOf(storage: ObjectStorage, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of storage.list(prefix)) keys.push(...objects.map(({ key }) => key));
  return keys;
}

async function clear(storage: ObjectStorage): Promise<void> {
  for (const key of await keysOf(storage)) await storage.delete(key);
}

async function writeImage(storage: ObjectStorage, repo: string, ref: string | undefined, layer: string) {
  const store = layoutIn(storage);
  const put = async (text: string) => {
    const digest = await digestOf(text);
    await store.putBlob(repo, digest, text.length, ReadableStream.from([encoder.encode(text)]));
    return { digest, size: text.length, mediaType: "application/octet-stream" };
  };
  const [config, content] = [await put(`{"of":"${layer}"}`), await put(layer)];
  const bytes = encoder.encode(JSON.stringify({ schemaVersion: 2, config, layers: [content] }));
  const digest = await digestOf(bytes);
  await store.putManifest(repo, ref ?? digest, MEDIA_TYPES.manifest, bytes);
  return { digest, layer: content.digest };
}

async function check({ storage }: Bench, t: Deno.TestContext): Promise<void> {
  const store = layoutIn(storage);
  await t.step("an image of two platforms is written and read back", async () => {
    const children = [
      await writeImage(storage, "n/s", undefined, "amd64"),
      await writeImage(storage, "n/s", undefined, "arm64"),
    ];
    const manifests = children.map(({ digest }) => ({ digest, size: 1, mediaType: MEDIA_TYPES.manifest }));
    const bytes = encoder.encode(JSON.stringify({ schemaVersion: 2, manifests }));
    const digest = await store.putManifest("n/s", "v1", MEDIA_TYPES.index, bytes);
    assertEquals(await store.getManifest("n/s", "v1"), { digest, mediaType: MEDIA_TYPES.index, bytes });
    for (const child of children) {
      assertEquals((await store.resolve("n/s", child.digest))?.mediaType, MEDIA_TYPES.manifest);
      assertEquals(await hashOf((await store.getBlob("n/s", child.layer)).body), child.layer);
      assertEquals(await store.hasBlob("n/other", child.layer), true);
    }
    assertEquals(await store.resolve("n/s", "v2"), undefined);
    assertEquals(await store.hasBlob("n/s", `sha256:${"0".repeat(64)}`), false);
    await assertRejects(
      () => store.getBlob("n/s", `sha256:${"0".repeat(64)}`),
      ImageStoreError,
      "it is not there",
    );
  });
  for (const size of [20 * MIB + 3, 81 * MIB + 5]) {
    await t.step(
      `a blob of ${size} bytes: a source that breaks off leaves nothing, and a repeat mends it`,
      async () => {
        const digest = await hashOf(source(size));
        const error = await assertRejects(() =>
          store.putBlob("n/s", digest, size, source(size, size - 2 * MIB))
        );
        assertEquals(error instanceof RangeError, true);
        assertEquals(await store.hasBlob("n/s", digest), false);
        await store.putBlob("n/s", digest, size, source(size));
        const { size: found, body } = await store.getBlob("n/s", digest);
        assertEquals([found, await hashOf(body)], [size, digest]);
        const key = `docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;
        assertEquals((await storage.head(key))?.size, size);
        const rest = await storage.get(key, size - 3);
        assertEquals(rest?.size, size);
        assertEquals(
          new Uint8Array(
            await new Response(rest?.body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
          ).length,
          3,
        );
      },
    );
  }
  await t.step("lists have several pages, names with odd letters and folders", async () => {
    await clear(storage);
    const keys = ["a/1", "a/b/ü + &%c'", "a/b/2", "a/c/3", "z"];
    for (const key of keys) await storage.put(key, encoder.encode(key));
    assertEquals((await keysOf(storage)).sort(), [...keys].sort());
    const found: string[] = [];
    for await (const { objects, folders } of storage.list("a/", { folders: true })) {
      found.push(...objects.map(({ key }) => key), ...folders);
    }
    assertEquals(found.sort(), ["a/1", "a/b/", "a/c/"]);
    const { size, modified } = await storage.head("a/b/ü + &%c'") ?? { size: 0, modified: new Date(0) };
    assertEquals([size, Math.abs(modified.getTime() - Date.now()) < 600_000], [
      encoder.encode(keys[1]).length,
      true,
    ]);
    await storage.delete("a/b/ü + &%c'");
    await storage.delete("never/there");
    assertEquals((await keysOf(storage, "a/b/")).sort(), ["a/b/2"]);
  });
  await t.step("images gc keeps what a backup names, and deletes the rest (openshift IMP-57)", async () => {
    await clear(storage);
    const kept = await writeImage(storage, "n/s", "v1", "kept");
    const gone = await writeImage(storage, "n/s", "v0", "gone");
    const identity = { group: "image.openshift.io", resource: "imagestreams", namespace: "n", name: "s" };
    const item = { ...identity, bytes: encoder.encode(JSON.stringify({ image: kept.digest })) };
    await storage.put("velero/backups/x/x.tar.gz", await writeArchive(createArchive([item])));
    const run = (deleting: boolean) =>
      collectImages({
        storage,
        rootDirectory: "",
        cluster: createMemoryCluster({ objects: [] }),
        veleroNamespace: "velero",
        delete: deleting,
        olderThan: 0,
        // Clocks of the services go by seconds.
        now: () => new Date(Date.now() + 5000),
        print: () => {},
      });
    assertEquals((await run(false)).blobs, 3);
    const { blobs, links } = await run(true);
    assertEquals([blobs, links], [3, 5]);
    assertEquals([await store.hasBlob("n/s", kept.layer), await store.hasBlob("n/s", gone.layer)], [
      true,
      false,
    ]);
    assertEquals((await store.resolve("n/s", "v1"))?.digest, kept.digest);
    assertEquals(await store.resolve("n/s", "v0"), undefined);
    assertEquals((await run(true)).blobs, 0);
  });
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "object-storage-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const options = { sanitizeResources: false, sanitizeOps: false };

Deno.test({
  name: "object storage: S3, with signatures checked",
  ignore: !present("s3server"),
  ...options,
  fn: (t) =>
    inFolder(async (folder) => {
      const service = await startS3(folder);
      const proxy = await startFaultProxy(service.host);
      try {
        proxy.setFaults(signaturesChecked());
        await check({ storage: s3Of(proxy.host), proxy }, t);
        await faultsOfS3(service, proxy, t);
      } finally {
        await proxy.close();
        await service.stop();
      }
    }),
});

Deno.test({
  name: "object storage: Google Cloud Storage",
  ignore: !present("fakegcs"),
  ...options,
  fn: (t) =>
    inFolder(async (folder) => {
      const service = await startGcs(folder);
      try {
        await check(service, t);
      } finally {
        await service.stop();
      }
    }),
});

Deno.test({
  name: "object storage: Azure Blob Storage, with signatures checked",
  ...options,
  fn: (t) =>
    inFolder(async (folder) => {
      const service = await startAzure(folder);
      try {
        await check(service, t);
      } finally {
        await service.stop();
      }
    }),
});

async function faultsOfS3({ host }: ObjectService, proxy: FaultProxy, t: Deno.TestContext): Promise<void> {
  const direct = s3Of(host);
  const storage = s3Of(proxy.host);
  const store = layoutIn(storage);
  const size = 70 * MIB;
  const digest = await hashOf(source(size));
  const key = `docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;
  const answer = (status: number, code: string) => ({ status, body: `<Error><Code>${code}</Code></Error>` });
  const stored = async () => (await direct.get(key, 0))?.body;

  await t.step("parts that meet 503, 429, 500 and a cut are sent again", async () => {
    proxy.setFaults(
      { method: "PUT", path: /partNumber=1&/, answer: answer(503, "SlowDown"), times: 2 },
      { method: "PUT", path: /partNumber=2&/, answer: answer(429, "TooManyRequests") },
      { method: "PUT", path: /partNumber=3&/, answer: answer(500, "InternalError") },
      { method: "PUT", path: /partNumber=4&/, cutRequest: 3 * MIB },
      { method: "POST", path: /uploadId=/, answer: answer(503, "SlowDown") },
      signaturesChecked(),
    );
    await store.putBlob("n/s", digest, size, source(size));
    assertEquals(await hashOf(await stored() ?? source(0)), digest);
  });
  await t.step("a reading that is cut three times goes on where it was", async () => {
    proxy.requests.length = 0;
    proxy.setFaults({ method: "GET", cutAnswer: 20 * MIB, times: 3 }, signaturesChecked());
    assertEquals(await hashOf((await store.getBlob("n/s", digest)).body), digest);
    assertEquals(proxy.requests.length, 4);
  });
  await t.step("a reading that is shorter than announced, or spoiled, does not pass the digest", async () => {
    proxy.setFaults({ method: "GET", spoilAnswer: 1000 }, signaturesChecked());
    assertEquals(await hashOf((await store.getBlob("n/s", digest)).body) === digest, false);
  });
  await t.step("a part that is refused ends the upload and leaves nothing", async () => {
    await direct.delete(key);
    proxy.requests.length = 0;
    proxy.setFaults(
      { method: "PUT", path: /partNumber=3&/, answer: answer(403, "AccessDenied") },
      signaturesChecked(),
    );
    const error = await assertRejects(
      () => store.putBlob("n/s", digest, size, source(size)),
      ImageStoreError,
    );
    assertEquals([error.reason, await direct.head(key)], ["denied", undefined]);
    assertEquals(proxy.requests.filter((line) => /^DELETE .*uploadId=.* -> 204$/.test(line)).length, 1);
  });
  await t.step("an upload that could not be taken back is found, and aborted", async () => {
    await direct.delete(key);
    proxy.setFaults(
      { method: "DELETE", path: /uploadId=/, answer: answer(403, "AccessDenied"), times: 1 },
      signaturesChecked(),
    );
    await assertRejects(() => store.putBlob("n/s", digest, size, source(size, size - 2 * MIB)), RangeError);
    const left = async () => {
      const found: string[] = [];
      for await (const page of storage.unfinished!.list("docker/registry/v2/blobs/")) {
        for (const upload of page) {
          assertEquals(Math.abs(upload.begun.getTime() - Date.now()) < 600_000, true);
          found.push(upload.key);
          await storage.unfinished!.abort(upload);
        }
      }
      return found;
    };
    assertEquals([await left(), await left()], [[key], []]);
  });
  await t.step("a credential that expires in the middle is renewed", async () => {
    const next = { ...KEYS, accessKeyId: "NEXT", secretAccessKey: "marker-next", sessionToken: "token" };
    let current = KEYS;
    const renewing = layoutIn(s3Of(proxy.host, (renew) => {
      if (renew) current = next;
      return Promise.resolve(current);
    }));
    proxy.setFaults(
      { method: "PUT", path: /partNumber=2&/, answer: answer(403, "ExpiredToken") },
      signaturesChecked(() => current),
    );
    await renewing.putBlob("n/s", digest, size, source(size));
    assertEquals([current.accessKeyId, await hashOf(await stored() ?? source(0))], ["NEXT", digest]);
  });
  await t.step("a wrong key is refused, and no secret is in the error", async () => {
    proxy.setFaults(signaturesChecked());
    const wrong = layoutIn(
      s3Of(proxy.host, () => Promise.resolve({ ...KEYS, secretAccessKey: "marker-wrong" })),
    );
    const error = await assertRejects(() => wrong.hasBlob("n/s", digest), ImageStoreError);
    assertEquals([error.reason, Deno.inspect(error, { depth: 9 }).includes("marker")], ["denied", false]);
  });
  await t.step("a blob that is missing although a manifest names it", async () => {
    await direct.delete(key);
    const error = await assertRejects(() => store.getBlob("n/s", digest), ImageStoreError);
    assertEquals(error.reason, "blob-unknown");
  });
}
