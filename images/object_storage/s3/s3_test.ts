import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import type { Time } from "../../../cluster/live/time.ts";
import { brokenOff, refuse, type S3Server, startS3Server } from "../../../tests/kit/s3_server.ts";
import { createHttpClient } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import type { LargeObject, ObjectStorage } from "../object_storage.ts";
import { type AwsKeys, bucketUrl, createS3Storage } from "./s3.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";
const MIB = 1024 * 1024;

// Pauses are over at once; the idle limit never is.
const time: Time = {
  now: () => performance.now(),
  after(milliseconds, call) {
    if (milliseconds === 60_000) return () => {};
    const timer = setTimeout(call);
    return () => clearTimeout(timer);
  },
};

interface Bench {
  readonly server: S3Server;
  readonly storage: ObjectStorage;
  /** Whether newer keys were asked for, request by request. */
  readonly renewals: boolean[];
}

function test(name: string, fn: (bench: Bench) => Promise<void>, keys: AwsKeys[] = []): void {
  Deno.test({
    name: `s3: ${name}`,
    ignore,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      await using server = startS3Server();
      const renewals: boolean[] = [];
      const storage = createS3Storage({
        bucket: "b",
        region: "eu-test-1",
        endpoint: server.url,
        pathStyle: true,
        http: createHttpClient({ time }),
        keys(renew) {
          renewals.push(renew);
          return Promise.resolve((renew ? keys[1] : keys[0]) ?? server.keys);
        },
        time,
      });
      await fn({ server, storage, renewals });
    },
  });
}

/** Bytes that differ from place to place. */
function content(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  const words = new Uint32Array(bytes.buffer, 0, size >> 2);
  for (let index = 0; index < words.length; index++) words[index] = index * 2654435761;
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The bytes in chunks whose size is no divisor of a part's. */
function large(bytes: Uint8Array, end: () => void = () => {}): LargeObject {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at += 1_000_003));
    },
    cancel: end,
  });
  return { size: bytes.length, sha256: sha256(bytes), stream };
}

async function read(body: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

test("an object is written, found, read from its middle and deleted", async ({ server, storage }) => {
  const key = "a/b c+d'(é)/link";
  server.now = () => new Date("2026-01-02T03:04:05Z");
  await storage.put(key, new TextEncoder().encode("sha256:abc"));
  assertEquals(await storage.head(key), { key, size: 10, modified: new Date("2026-01-02T03:04:05Z") });
  const whole = await storage.get(key, 0);
  assertEquals([whole?.size, new TextDecoder().decode(await read(whole?.body))], [10, "sha256:abc"]);
  const rest = await storage.get(key, 7);
  assertEquals([rest?.size, new TextDecoder().decode(await read(rest?.body))], [10, "abc"]);
  await storage.delete(key);
  assertEquals([await storage.head(key), await storage.get(key, 0)], [undefined, undefined]);
  await storage.delete(key);
});

test("up to 64 MiB are one request, which the service verifies by its digest", async ({ server, storage }) => {
  const bytes = content(5 * MIB + 1);
  await storage.putLarge("k", large(bytes));
  assertEquals(server.requests, ["PUT /b/k"]);
  assertEquals(sha256(server.objects.get("b/k")?.bytes ?? new Uint8Array()), sha256(bytes));
  const error = await assertRejects(
    () => storage.putLarge("other", { ...large(bytes), sha256: "0".repeat(64) }),
    ImageStoreError,
  );
  assertEquals([error.reason, server.objects.has("b/other")], ["refused", false]);
});

test("more than 64 MiB go in parts of 16 MiB", async ({ server, storage }) => {
  const bytes = content(64 * MIB + 5);
  await storage.putLarge("k", large(bytes));
  assertEquals(server.requests, [
    "POST /b/k?uploads",
    ...[1, 2, 3, 4, 5].map((part) => `PUT /b/k?partNumber=${part}&uploadId`),
    "POST /b/k?uploadId",
  ]);
  assertEquals(sha256(server.objects.get("b/k")?.bytes ?? new Uint8Array()), sha256(bytes));
  assertEquals(server.uploads.size, 0);
});

test("a part and the end of an upload are repeated by themselves", async ({ server, storage }) => {
  const bytes = content(80 * MIB);
  const answers = new Map([
    ["PUT /b/k?partNumber=2&uploadId", [
      refuse(503, "SlowDown", "reduce"),
      refuse(500, "InternalError", "again"),
    ]],
    ["POST /b/k?uploadId", [
      new Response("<Error><Code>InternalError</Code></Error>"),
      brokenOff(new TextEncoder().encode(" "), 100),
    ]],
  ]);
  server.fault = (line) => answers.get(line)?.shift();
  await storage.putLarge("k", large(bytes));
  assertEquals(server.requests.filter((line) => line.includes("partNumber=2")).length, 3);
  assertEquals(server.requests.filter((line) => line === "POST /b/k?uploadId").length, 3);
  assertEquals(sha256(server.objects.get("b/k")?.bytes ?? new Uint8Array()), sha256(bytes));
});

test("an upload whose last answer was lost counts when the object is there", async ({ server, storage }) => {
  const bytes = content(65 * MIB);
  let lost = false;
  server.fault = (line) => {
    if (line !== "POST /b/k?uploadId" || lost) return;
    lost = true;
    // What the service did although nobody heard of it.
    server.objects.set("b/k", { bytes, modified: new Date(0) });
    server.uploads.clear();
    return brokenOff(new Uint8Array(), 10);
  };
  await storage.putLarge("k", large(bytes));
  assertEquals(server.requests.slice(-3), ["POST /b/k?uploadId", "POST /b/k?uploadId", "HEAD /b/k"]);
});

for (
  const [why, fail] of [
    ["a source that breaks off", (_: S3Server) => {}],
    ["a part that is refused", (server: S3Server) => {
      server.fault = (line) =>
        line.includes("partNumber=3") ? refuse(403, "AccessDenied", "quota") : undefined;
    }],
  ] as const
) {
  test(`${why} takes back what was begun`, async ({ server, storage }) => {
    fail(server);
    const bytes = content(100 * MIB);
    const broken = new RangeError("the source broke off");
    let at = 0;
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= 60 * MIB && why.startsWith("a source")) return controller.error(broken);
        controller.enqueue(bytes.subarray(at, at += MIB));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const error = await assertRejects(() =>
      storage.putLarge("k", { size: bytes.length, sha256: "", stream })
    );
    if (why.startsWith("a source")) assertEquals(error, broken);
    else {
      assertEquals(error instanceof ImageStoreError && error.reason, "denied");
      assertEquals(cancelled, true);
    }
    assertEquals(server.requests.at(-1), "DELETE /b/k?uploadId");
    assertEquals([server.uploads.size, server.objects.size], [0, 0]);
  });
}

test("an abort takes back what was begun", async ({ server, storage }) => {
  const stop = new AbortController();
  const late = new Error("too late");
  server.fault = (line) => {
    if (line.includes("partNumber=2")) stop.abort(late);
  };
  const error = await assertRejects(() =>
    storage.putLarge("k", large(content(100 * MIB)), { signal: stop.signal })
  );
  assertEquals(error, late);
  assertEquals([server.requests.at(-1), server.uploads.size], ["DELETE /b/k?uploadId", 0]);
});

for (const size of [64 * MIB, 65 * MIB]) {
  test(`a stream with another size than was said (${size / MIB} MiB)`, async ({ server, storage }) => {
    for (const wrong of [size - 1, size + 1]) {
      const error = await assertRejects(
        () => storage.putLarge("k", { ...large(content(wrong)), size }),
        ImageStoreError,
      );
      assertEquals([error.reason, error.message], [
        "digest-mismatch",
        `the blob has not the ${size} bytes that were announced`,
      ]);
    }
    assertEquals([server.objects.size, server.uploads.size], [0, 0]);
  });
}

test("lists come page by page, and by folders", async ({ server, storage }) => {
  const keys = ["a/1", "a/2&3", "a/b/4", "a/b/5", "a/c/6", "a/d+e f/7", "other"];
  for (const key of keys) {
    server.objects.set(`b/${key}`, { bytes: new Uint8Array(3), modified: new Date(1000) });
  }
  const all: string[] = [];
  for await (const { objects, folders } of storage.list("a/")) {
    all.push(...objects.map(({ key, size, modified }) => `${key} ${size} ${modified.getTime()}`));
    assertEquals(folders, []);
  }
  assertEquals(all, keys.slice(0, 6).map((key) => `${key} 3 1000`));
  const pages: unknown[] = [];
  for await (const { objects, folders } of storage.list("a/", { folders: true })) {
    pages.push([objects.map(({ key }) => key), folders]);
  }
  assertEquals(pages, [[["a/1", "a/2&3"], ["a/b/", "a/c/", "a/d+e f/"]]]);
});

test("a page is repeated", async ({ server, storage }) => {
  server.objects.set("b/x", { bytes: new Uint8Array(1), modified: new Date(0) });
  const answers = [refuse(503, "SlowDown", "reduce"), brokenOff(new Uint8Array(5), 100)];
  server.fault = () => answers.shift();
  const keys: string[] = [];
  for await (const { objects } of storage.list("")) keys.push(...objects.map(({ key }) => key));
  assertEquals([keys, server.requests.length], [["x"], 3]);
});

test("uploads that were never ended are listed page by page, and aborted", async ({ server, storage }) => {
  const begun = new Date("2026-01-02T03:04:05.678Z");
  const keys = ["a/b c+é/data", "a/1", "a/1", "a/2", "a/2", "b"];
  keys.forEach((key, index) => server.uploads.set(`id&${index}`, { key, begun, parts: new Map() }));
  const pages: { key: string; id: string; begun: Date }[][] = [];
  for await (const page of storage.unfinished!.list("a/")) pages.push([...page]);
  assertEquals(pages, [
    [{ key: "a/1", id: "id&1", begun }, { key: "a/1", id: "id&2", begun }],
    [{ key: "a/2", id: "id&3", begun }, { key: "a/2", id: "id&4", begun }],
    [{ key: "a/b c+é/data", id: "id&0", begun }],
  ]);
  for (const upload of pages.flat()) await storage.unfinished!.abort(upload);
  assertEquals([...server.uploads.keys()], ["id&5"]);
  // It may be gone.
  await storage.unfinished!.abort({ key: "a/1", id: "id&1", begun });
  server.fault = (line) => line.startsWith("GET") ? refuse(501, "NotImplemented", "no") : undefined;
  const listed = async () => {
    for await (const _ of storage.unfinished!.list("a/"));
  };
  const error = await assertRejects(listed, ImageStoreError);
  assertEquals(error.message, "s3://b: list unfinished uploads of /a/: status 501, NotImplemented, no");
});

const WORDS: [string, Response, string, number | undefined, string][] = [
  [
    "a passing error",
    refuse(503, "SlowDown", "Please reduce your request rate.", { "retry-after": "7" }),
    "failed",
    7000,
    "status 503, SlowDown, Please reduce your request rate.",
  ],
  [
    "a missing right",
    refuse(403, "AccessDenied", "Access Denied"),
    "denied",
    undefined,
    "status 403, AccessDenied, Access Denied",
  ],
  [
    "something else",
    refuse(400, "InvalidRequest", "a\nb"),
    "refused",
    undefined,
    "status 400, InvalidRequest, a b",
  ],
  ["no XML", new Response("x".repeat(300), { status: 502 }), "failed", undefined, "status 502"],
];
for (const [what, answer, reason, retryAfter, said] of WORDS) {
  test(`an answer that is an error: ${what}`, async ({ server, storage }) => {
    server.fault = () => answer;
    const error = await assertRejects(() => storage.put("k", new Uint8Array(1)), ImageStoreError);
    assertEquals([error.reason, error.retryAfter, error.message], [
      reason,
      retryAfter,
      `s3://b: put k: ${said}`,
    ]);
    assertEquals(server.requests.length, 1, "one attempt");
  });
}

test("a bucket that does not exist is not an absent object", async ({ server, storage }) => {
  server.fault = () => refuse(404, "NoSuchBucket", "The specified bucket does not exist");
  const error = await assertRejects(() => storage.get("k", 0), ImageStoreError);
  assertEquals([error.reason, error.message], ["refused", "s3://b: the bucket does not exist"]);
});

test("a service that cannot begin in the middle", async ({ server, storage }) => {
  server.fault = () => new Response("whole", { headers: { "content-length": "5" } });
  const error = await assertRejects(() => storage.get("k", 2), ImageStoreError);
  assertEquals(error.message, "s3://b: get k: the service cannot begin in the middle");
});

const OLD = { accessKeyId: "OLD", secretAccessKey: "old-secret", sessionToken: "old-token" };
const NEW = { accessKeyId: "NEW", secretAccessKey: "new-secret", sessionToken: "new-token" };

test(
  "an expired credential is renewed once, and the request sent again",
  async ({ server, storage, renewals }) => {
    server.keys = { ...NEW, region: "eu-test-1" };
    const answers = [refuse(400, "ExpiredToken", "The provided token has expired.")];
    server.fault = () => answers.shift();
    await storage.put("k", new Uint8Array(2));
    assertEquals([renewals, server.objects.has("b/k")], [[false, true], true]);
  },
  [OLD, NEW],
);

test(
  "an expired credential under a stream: the caller may repeat it, with a newer one",
  async ({ server, storage, renewals }) => {
    server.keys = { ...NEW, region: "eu-test-1" };
    const answers = [refuse(403, "ExpiredToken", "The provided token has expired.")];
    server.fault = () => answers.shift();
    const bytes = content(MIB);
    const error = await assertRejects(() => storage.putLarge("k", large(bytes)), ImageStoreError);
    assertEquals([error.reason, error.repeatable], ["failed", true]);
    await storage.putLarge("k", large(bytes));
    assertEquals([renewals, server.objects.has("b/k")], [[false, true], true]);
  },
  [OLD, NEW],
);

test("a credential that stays refused is an error without secrets", async ({ server, storage, renewals }) => {
  server.fault = () => refuse(403, "InvalidAccessKeyId", "The key you provided does not exist.");
  const error = await assertRejects(() => storage.put("k", new Uint8Array(2)), ImageStoreError);
  assertEquals([error.reason, error.message, renewals], [
    "denied",
    "s3://b: put k: status 403, InvalidAccessKeyId, The key you provided does not exist.",
    [false, true],
  ]);
  assertEquals(/secret|token/.test(Deno.inspect(error, { depth: 9 })), false);
}, [OLD, NEW]);

Deno.test("s3: the URL of a bucket, openshift 10.3", () => {
  const of = (endpoint: string, pathStyle: boolean) =>
    bucketUrl({ bucket: "buc", region: "r", endpoint, pathStyle });
  assertEquals(of("https://s3.eu-west-1.amazonaws.com", false), "https://buc.s3.eu-west-1.amazonaws.com");
  assertEquals(of("https://s3.eu-west-1.amazonaws.com", true), "https://s3.eu-west-1.amazonaws.com/buc");
  assertEquals(of("http://minio.velero.svc:9000/", true), "http://minio.velero.svc:9000/buc");
  assertEquals(of("https://host/s3/", true), "https://host/s3/buc");
});
