import { assertEquals, assertRejects } from "@std/assert";
import { instantTime } from "../../../tests/kit/instant_time.ts";
import { bodyOf, type FakeAnswer, fakeHttp } from "../../../tests/kit/storage_location.ts";
import type { HttpClient, HttpRequest } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { createAzureStorage } from "./azure.ts";

const MIB = 1024 * 1024;

function storageOf(http: HttpClient, renewals: boolean[] = []) {
  return createAzureStorage({
    account: "acct",
    container: "c",
    endpoint: "https://h",
    http,
    credential(renew) {
      renewals.push(renew);
      return Promise.resolve({ token: renew ? "new" : "old" });
    },
    time: instantTime(),
  });
}

const lines = (requests: readonly HttpRequest[]) =>
  requests.map(({ method, url }) => `${method} ${decodeURIComponent(url.slice("https://h".length))}`);

/** Reads streams as a service does, and answers the requests. */
function receiving(...answers: FakeAnswer[]) {
  const fake = fakeHttp(...answers);
  const bodies: number[] = [];
  const client: HttpClient = async (request) => {
    const { body } = request;
    if (body !== undefined && !(body instanceof Uint8Array)) {
      let size = 0;
      for await (const chunk of body.stream) size += chunk.length;
      bodies.push(size);
    } else bodies.push(body?.length ?? -1);
    return await fake(request);
  };
  return { client, requests: fake.requests, bodies };
}

function streamOf(size: number): ReadableStream<Uint8Array> {
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, 5 * MIB);
      controller.enqueue(new Uint8Array(length));
      left -= length;
    },
  });
}

Deno.test("azure: an object is looked up, read, written, deleted", async () => {
  const modified = "Wed, 21 Oct 2015 07:28:00 GMT";
  const http = fakeHttp(
    { headers: { "content-length": "7", "last-modified": modified } },
    { status: 404 },
    { headers: { "content-length": "3" }, text: "abc" },
    { status: 206, headers: { "content-length": "1", "content-range": "bytes 2-2/3" }, text: "c" },
    { status: 404, text: "<Error><Code>BlobNotFound</Code></Error>" },
    { status: 201 },
    { status: 202 },
    { status: 404 },
  );
  const storage = storageOf(http);
  assertEquals(await storage.head("a/b c"), { key: "a/b c", size: 7, modified: new Date(modified) });
  assertEquals(await storage.head("x"), undefined);
  const whole = await storage.get("k", 0);
  assertEquals([
    whole?.size,
    await new Response(whole?.body as ReadableStream<Uint8Array<ArrayBuffer>>).text(),
  ], [3, "abc"]);
  const rest = await storage.get("k", 2);
  assertEquals(
    [rest?.size, await new Response(rest?.body as ReadableStream<Uint8Array<ArrayBuffer>>).text()],
    [3, "c"],
  );
  assertEquals(await storage.get("x", 0), undefined);
  await storage.put("k", new Uint8Array(2));
  await storage.delete("k");
  await storage.delete("k");
  assertEquals(lines(http.requests), [
    "HEAD /c/a/b c",
    "HEAD /c/x",
    "GET /c/k",
    "GET /c/k",
    "GET /c/x",
    "PUT /c/k",
    "DELETE /c/k",
    "DELETE /c/k",
  ]);
  assertEquals(http.requests[3]?.headers?.["x-ms-range"], "bytes=2-");
  assertEquals(storage.slashedKeys, true);
});

Deno.test("azure: up to 64 MiB are one request", async () => {
  const { client, requests, bodies } = receiving({ status: 201 });
  await storageOf(client).putLarge("k", { size: 64 * MIB, sha256: "", stream: streamOf(64 * MIB) });
  assertEquals([lines(requests), bodies], [["PUT /c/k"], [64 * MIB]]);
});

Deno.test("azure: more go in blocks, each of which is repeated by itself, openshift 10.3", async () => {
  const { client, requests, bodies } = receiving(
    { status: 201 },
    { status: 503, text: "<Error><Code>ServerBusy</Code></Error>" },
    { status: 201 },
  );
  await storageOf(client).putLarge("k", { size: 70 * MIB, sha256: "", stream: streamOf(70 * MIB) });
  const block = (index: number) => `PUT /c/k?comp=block&blockid=${btoa(`0000000${index}`)}`;
  assertEquals(lines(requests), [
    ...[0, 1, 1, 2, 3, 4].map(block),
    "PUT /c/k?comp=blocklist",
  ]);
  assertEquals(bodies.slice(0, -1), [16, 16, 16, 16, 16, 6].map((size) => size * MIB));
  const [last] = requests.slice(-1);
  assertEquals(
    last && bodyOf(last).match(/<Latest>[^<]+<\/Latest>/g),
    [0, 1, 2, 3, 4].map((index) => `<Latest>${btoa(`0000000${index}`)}</Latest>`),
  );
});

Deno.test("azure: lists come page by page, and by folders", async () => {
  const page = (inside: string, marker: string) => ({
    text:
      `<EnumerationResults><Blobs>${inside}</Blobs><NextMarker>${marker}</NextMarker></EnumerationResults>`,
  });
  const blob = (name: string) =>
    `<Blob><Name>${name}</Name><Properties><Last-Modified>Wed, 21 Oct 2015 07:28:00 GMT</Last-Modified><Content-Length>5</Content-Length></Properties></Blob>`;
  const http = fakeHttp(
    page(blob("a/1&amp;2"), "m+/"),
    { status: 500 },
    page(`${blob("a/3")}<BlobPrefix><Name>a/b/</Name></BlobPrefix>`, ""),
  );
  const pages: unknown[] = [];
  for await (const { objects, folders } of storageOf(http).list("a/", { folders: true })) {
    pages.push([
      objects.map(({ key, size, modified }) => `${key} ${size} ${modified.getFullYear()}`),
      folders,
    ]);
  }
  assertEquals(pages, [[["a/1&2 5 2015"], []], [["a/3 5 2015"], ["a/b/"]]]);
  assertEquals(lines(http.requests), [
    "GET /c?restype=container&comp=list&prefix=a/&maxresults=1000&delimiter=/",
    "GET /c?restype=container&comp=list&prefix=a/&maxresults=1000&delimiter=/&marker=m+/",
    "GET /c?restype=container&comp=list&prefix=a/&maxresults=1000&delimiter=/&marker=m+/",
  ]);
});

Deno.test("azure: a refused token is renewed once", async () => {
  const http = fakeHttp(
    { status: 401, text: "<Error><Code>InvalidAuthenticationInfo</Code><Message>expired</Message></Error>" },
    { status: 201 },
  );
  const renewals: boolean[] = [];
  await storageOf(http, renewals).put("k", new Uint8Array(1));
  assertEquals([renewals, http.requests.map(({ headers }) => headers?.authorization)], [
    [false, true],
    ["Bearer old", "Bearer new"],
  ]);
});

for (
  const [what, answer, reason, said] of [
    [
      "a container that does not exist",
      { status: 404, text: "<Error><Code>ContainerNotFound</Code></Error>" },
      "refused",
      "azure://acct/c: the container does not exist",
    ],
    [
      "a missing right",
      {
        status: 403,
        text: "<Error><Code>AuthorizationPermissionMismatch</Code><Message>no</Message></Error>",
      },
      "denied",
      "azure://acct/c: get k: status 403, AuthorizationPermissionMismatch, no",
    ],
  ] as const
) {
  Deno.test(`azure: ${what}`, async () => {
    const error = await assertRejects(() => storageOf(fakeHttp(answer)).get("k", 0), ImageStoreError);
    assertEquals([error.reason, error.message], [reason, said]);
  });
}
