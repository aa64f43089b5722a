import { assertEquals, assertRejects } from "@std/assert";
import { instantTime } from "../../../tests/kit/instant_time.ts";
import { fakeHttp } from "../../../tests/kit/storage_location.ts";
import type { HttpClient, HttpRequest } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { createGcsStorage } from "./gcs.ts";

const MIB = 1024 * 1024;
const HOST = "https://storage.example.com";

function storageOf(http: HttpClient, renewals: boolean[] = []) {
  return createGcsStorage({
    bucket: "b",
    endpoint: HOST,
    http,
    token(renew) {
      renewals.push(renew);
      return Promise.resolve(renew ? "new" : "old");
    },
    time: instantTime(),
  });
}

const lines = (requests: readonly HttpRequest[]) =>
  requests.map(({ method, url }) => `${method} ${url.slice(HOST.length)}`);

async function textOf(body: ReadableStream<Uint8Array> | undefined): Promise<string> {
  return await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

function streamOf(size: number, broken?: Error): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return broken === undefined ? controller.close() : controller.error(broken);
      const length = Math.min(left, 5 * MIB);
      controller.enqueue(new Uint8Array(length));
      left -= length;
    },
  });
}

Deno.test("gcs: an object is looked up, read, written, deleted", async () => {
  const http = fakeHttp(
    { text: '{"name":"a/b","size":"7","updated":"2026-01-02T03:04:05Z"}' },
    { status: 404, text: "{}" },
    { headers: { "content-length": "3" }, text: "abc" },
    { status: 206, headers: { "content-length": "1", "content-range": "bytes 2-2/3" }, text: "c" },
    { status: 404 },
    { text: "{}" },
    { status: 204 },
    { status: 404 },
  );
  const storage = storageOf(http);
  assertEquals(await storage.head("a/b"), {
    key: "a/b",
    size: 7,
    modified: new Date("2026-01-02T03:04:05Z"),
  });
  assertEquals(await storage.head("x"), undefined);
  const whole = await storage.get("a/b", 0);
  assertEquals([whole?.size, await textOf(whole?.body)], [3, "abc"]);
  const rest = await storage.get("a/b", 2);
  assertEquals([rest?.size, await textOf(rest?.body)], [3, "c"]);
  assertEquals(await storage.get("x", 0), undefined);
  await storage.put("a/b", new Uint8Array(2));
  await storage.delete("a/b");
  await storage.delete("a/b");
  assertEquals(lines(http.requests), [
    "GET /storage/v1/b/b/o/a%2Fb?fields=name,size,updated",
    "GET /storage/v1/b/b/o/x?fields=name,size,updated",
    "GET /storage/v1/b/b/o/a%2Fb?alt=media",
    "GET /storage/v1/b/b/o/a%2Fb?alt=media",
    "GET /storage/v1/b/b/o/x?alt=media",
    "POST /upload/storage/v1/b/b/o?uploadType=media&name=a%2Fb",
    "DELETE /storage/v1/b/b/o/a%2Fb",
    "DELETE /storage/v1/b/b/o/a%2Fb",
  ]);
  assertEquals(http.requests[3]?.headers?.range, "bytes=2-");
});

/** A service that takes resumable uploads; `keep` says how many bytes of a part it keeps before it fails. */
function resumable(keep: (part: number) => number | undefined = () => undefined) {
  const requests: string[] = [];
  let has = 0;
  let part = 0;
  const http: HttpClient = ({ method, url, headers = {}, body }) => {
    const range = headers["content-range"] ?? "";
    requests.push([method, url.slice(HOST.length), range].filter((word) => word !== "").join(" "));
    const answer = (status: number, more: Record<string, string> = {}) =>
      Promise.resolve({ status, header: (name: string) => more[name], body: ReadableStream.from([]) });
    if (method === "POST") return answer(200, { location: `${HOST}/session?upload_id=marker` });
    if (method === "DELETE") return answer(499);
    const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(range) ?? [];
    if (first !== undefined) {
      assertEquals(Number(first), has, "no byte is sent twice or left out");
      const size = body instanceof Uint8Array ? body.length : 0;
      const kept = keep(part++);
      has += kept ?? size;
      if (kept !== undefined) return answer(503);
    }
    return has === Number(total)
      ? answer(200)
      : answer(308, has === 0 ? {} : { range: `bytes=0-${has - 1}` });
  };
  return { http, requests, has: () => has };
}

Deno.test("gcs: more than 64 MiB go in parts of one session, openshift 10.3", async () => {
  const service = resumable();
  await storageOf(service.http).putLarge("k", { size: 70 * MIB, sha256: "", stream: streamOf(70 * MIB) });
  const session = "PUT /session?upload_id=marker bytes";
  assertEquals(service.requests, [
    "POST /upload/storage/v1/b/b/o?uploadType=resumable&name=k",
    ...[0, 1, 2, 3].map((part) => `${session} ${part * 16 * MIB}-${(part + 1) * 16 * MIB - 1}/${70 * MIB}`),
    `${session} ${64 * MIB}-${70 * MIB - 1}/${70 * MIB}`,
  ]);
});

Deno.test("gcs: after a part that broke off, the upload goes on from what the service has kept", async () => {
  // Nothing of the first attempt, a half of the second, all of the third, then all of the rest.
  const kept = [0, undefined, 8 * MIB, undefined, 16 * MIB];
  const service = resumable((part) => kept[part]);
  await storageOf(service.http).putLarge("k", { size: 70 * MIB, sha256: "", stream: streamOf(70 * MIB) });
  assertEquals(service.has(), 70 * MIB);
  assertEquals(service.requests.filter((line) => line.includes("bytes */")).length, 3);
});

Deno.test("gcs: a source that breaks off ends the session", async () => {
  const service = resumable();
  const broken = new RangeError("the source broke off");
  const error = await assertRejects(() =>
    storageOf(service.http).putLarge("k", { size: 70 * MIB, sha256: "", stream: streamOf(40 * MIB, broken) })
  );
  assertEquals([error, service.requests.at(-1)], [broken, "DELETE /session?upload_id=marker"]);
});

Deno.test("gcs: an answer that is an error has no session in it", async () => {
  const http: HttpClient = ({ method }) =>
    Promise.resolve({
      status: method === "POST" ? 200 : 403,
      header: (name) => name === "location" ? `${HOST}/session?upload_id=marker` : undefined,
      body: ReadableStream.from([
        new TextEncoder().encode('{"error":{"message":"no","errors":[{"reason":"forbidden"}]}}'),
      ]),
    });
  const error = await assertRejects(
    () => storageOf(http).putLarge("k", { size: 70 * MIB, sha256: "", stream: streamOf(70 * MIB) }),
    ImageStoreError,
  );
  assertEquals([error.reason, error.message], ["denied", "gs://b: put k: status 403, forbidden, no"]);
});

Deno.test("gcs: lists come page by page, and by folders", async () => {
  const item = (name: string) => ({ name, size: "5", updated: "2026-01-02T03:04:05Z" });
  const http = fakeHttp(
    { text: JSON.stringify({ items: [item("a/1")], nextPageToken: "p=" }) },
    { status: 429 },
    { text: JSON.stringify({ items: [item("a/2")], prefixes: ["a/b/"] }) },
  );
  const pages: unknown[] = [];
  for await (const { objects, folders } of storageOf(http).list("a/", { folders: true })) {
    pages.push([
      objects.map(({ key, size, modified }) => `${key} ${size} ${modified.getTime() > 0}`),
      folders,
    ]);
  }
  assertEquals(pages, [[["a/1 5 true"], []], [["a/2 5 true"], ["a/b/"]]]);
  assertEquals(http.requests.map(({ url }) => new URL(url).searchParams.get("pageToken")), [
    null,
    "p=",
    "p=",
  ]);
});

Deno.test("gcs: a refused token is renewed once", async () => {
  const renewals: boolean[] = [];
  const http = fakeHttp({ status: 401, text: "{}" }, {});
  await storageOf(http, renewals).put("k", new Uint8Array(1));
  assertEquals([renewals, http.requests.map(({ headers }) => headers?.authorization)], [
    [false, true],
    ["Bearer old", "Bearer new"],
  ]);
});
