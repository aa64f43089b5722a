import { assertEquals, assertRejects } from "@std/assert";
import { startFaultProxy } from "../../tests/kit/fault_proxy.ts";
import { digestOf, MEDIA_TYPES } from "../../tests/kit/image_store.ts";
import { instantTime } from "../../tests/kit/instant_time.ts";
import { type RegistryBehaviour, startRegistry, type TestRegistry } from "../../tests/kit/registry.ts";
import { systemTime } from "../../cluster/live/time.ts";
import { type ImageStore, ImageStoreError, type StoreReason } from "../store.ts";
import type { Login } from "./authorization.ts";
import { createRegistryStore } from "./registry.ts";
import { connectTo } from "./trust.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";

interface Given {
  readonly login?: Login;
  readonly openShift?: boolean;
  /** Of the store; default the registry's. */
  readonly host?: string;
}

/** A registry and the store of it, for one test. */
async function withRegistry(
  behaviour: RegistryBehaviour,
  test: (store: ImageStore, registry: TestRegistry) => Promise<void>,
  { login, openShift = false, host }: Given = {},
): Promise<void> {
  const registry = startRegistry(behaviour);
  try {
    await test(
      await storeOf(host ?? registry.host, { ...(login === undefined ? {} : { login }), openShift }),
      registry,
    );
  } finally {
    await registry.close();
  }
}

async function storeOf(host: string, { login, openShift = false }: Given = {}): Promise<ImageStore> {
  return createRegistryStore({
    host,
    plainHttp: true,
    connection: await connectTo({ caFile: "", insecure: false }, { time: systemTime, serviceCa: "" }),
    login: () => Promise.resolve(login),
    openShift,
    time: instantTime(),
  });
}

async function textOf({ body }: { body: ReadableStream<Uint8Array> }): Promise<string> {
  return await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
}

const LOGIN = { username: "u", password: "p" };

Deno.test({
  name: "registry: manifests and blobs are read and written with the requests of openshift 10.2",
  ignore,
  fn: () =>
    withRegistry({}, async (store, registry) => {
      const digest = await registry.store.addImage("n/web", ["layer"], "v1");
      const layer = await digestOf("layer");
      const { bytes, mediaType } = registry.store.repository("n/web").manifests.get(digest)!;
      assertEquals(await store.resolve("n/web", "v1"), { digest, mediaType, size: bytes.length });
      assertEquals(await store.resolve("n/web", "v2"), undefined);
      assertEquals(await store.getManifest("n/web", digest), { digest, mediaType, bytes });
      assertEquals(await store.hasBlob("n/web", layer), true);
      assertEquals(await store.hasBlob("n/new", layer), false);
      const content = await store.getBlob("n/web", layer);
      assertEquals([content.size, await textOf(content)], [5, "layer"]);
      await store.putBlob("n/new", await digestOf("ab"), 2, streamOf("a", "b"));
      assertEquals(await store.mountBlob("n/new", layer, "n/web"), true);
      assertEquals(await store.mountBlob("n/new", await digestOf("?"), "n/web"), false);
      for (
        const blob of JSON.parse(new TextDecoder().decode(bytes)).layers.concat({
          digest: await config(registry, digest),
        })
      ) {
        await store.mountBlob("n/new", blob.digest, "n/web");
      }
      assertEquals(await store.putManifest("n/new", "v1", mediaType, bytes), digest);
      assertEquals(registry.content()["n/new:v1"], `${digest} ${mediaType}`);
      assertEquals(registry.uploads(), 0, "an upload that a refused mount began is taken back");
      assertEquals(registry.requests.slice(0, 10), [
        "GET /v2/",
        "HEAD /v2/n/web/manifests/v1",
        "HEAD /v2/n/web/manifests/v2",
        `GET /v2/n/web/manifests/${digest}`,
        `HEAD /v2/n/web/blobs/${layer}`,
        `HEAD /v2/n/new/blobs/${layer}`,
        `GET /v2/n/web/blobs/${layer}`,
        "POST /v2/n/new/blobs/uploads/",
        "PATCH /v2/n/new/blobs/uploads/ID",
        "PUT /v2/n/new/blobs/uploads/ID",
      ]);
    }),
});

async function config({ store }: TestRegistry, digest: string): Promise<string> {
  const { bytes } = await store.getManifest("n/web", digest);
  return JSON.parse(new TextDecoder().decode(bytes)).config.digest;
}

Deno.test({
  name: "registry: relative addresses of uploads, and heads without a digest",
  ignore,
  fn: () =>
    withRegistry({ relative: true, noDigest: true }, async (store, registry) => {
      const digest = await registry.store.addImage("n/web", [], "v1");
      const found = await store.resolve("n/web", "v1");
      assertEquals([found?.digest, found?.size], [
        digest,
        (await store.getManifest("n/web", "v1")).bytes.length,
      ]);
      await store.putBlob("n/web", await digestOf("ab"), 2, streamOf("ab"));
      assertEquals(await store.hasBlob("n/web", await digestOf("ab")), true);
    }),
});

Deno.test({
  name: "registry: a blob comes by way of storage, which gets no credentials",
  ignore,
  fn: async () => {
    const seen: (string | null)[] = [];
    const storage = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      seen.push(request.headers.get("authorization"));
      return request.url.includes("/blob/") ? new Response("stored") : new Response(null, { status: 404 });
    });
    const redirectBlobs = `http://127.0.0.1:${storage.addr.port}`;
    await withRegistry({ redirectBlobs, login: { kind: "basic", ...LOGIN } }, async (store, registry) => {
      const digest = await registry.store.addBlob("n/web", "stored");
      assertEquals(await textOf(await store.getBlob("n/web", digest)), "stored");
      assertEquals(registry.authorizations.slice(1), [`Basic ${btoa("u:p")}`]);
      assertEquals(seen, [null]);
    }, { login: LOGIN });
    await storage.shutdown();
  },
});

Deno.test({
  name: "registry: a redirect that leads nowhere is refused",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host);
    const digest = await registry.store.addBlob("n/web", "x");
    for (const headers of [{}, { location: "http://[" }, { location: `/v2/n/web/blobs/${digest}` }]) {
      proxy.setFaults({
        path: /blobs/,
        answer: { status: 307, headers: headers as Record<string, string> },
        times: 9,
      });
      const error = await assertRejects(() => store.getBlob("n/web", digest), ImageStoreError);
      assertEquals([error.reason, error.message.includes("leads nowhere")], ["refused", true]);
    }
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: anonymous, by password, and by the token of a token service",
  ignore,
  fn: async () => {
    const rows: [
      about: string,
      behaviour: RegistryBehaviour,
      login: Login | undefined,
      header: string | undefined,
    ][] = [
      ["open", {}, LOGIN, ""],
      ["basic", { login: { kind: "basic", ...LOGIN } }, LOGIN, `Basic ${btoa("u:p")}`],
      ["token", { login: { kind: "token", ...LOGIN } }, LOGIN, "Bearer token-1"],
      ["openshift", { openShiftToken: "p" }, LOGIN, "Bearer p"],
      ["basic, no login", { login: { kind: "basic", ...LOGIN } }, undefined, undefined],
      ["token, no login", { login: { kind: "token", ...LOGIN } }, undefined, undefined],
      ["openshift, no login", { openShiftToken: "p" }, undefined, undefined],
      [
        "basic, another login",
        { login: { kind: "basic", ...LOGIN } },
        { ...LOGIN, password: "x" },
        undefined,
      ],
      ["openshift, another token", { openShiftToken: "p" }, { ...LOGIN, password: "x" }, undefined],
    ];
    for (const [about, behaviour, login, header] of rows) {
      await withRegistry(behaviour, async (store, registry) => {
        const digest = await registry.store.addImage("n/web", [], "v1");
        const found = await store.resolve("n/web", "v1").catch((error: ImageStoreError) => error.reason);
        assertEquals(
          typeof found === "string" ? found : found?.digest,
          header === undefined ? "denied" : digest,
          about,
        );
        if (header !== undefined) assertEquals(registry.authorizations.at(-1), header, about);
      }, login === undefined ? {} : { login });
    }
  },
});

Deno.test({
  name: "registry: one token for each repository, for reading until something is written",
  ignore,
  fn: () =>
    withRegistry({ login: { kind: "token", ...LOGIN } }, async (store, registry) => {
      await registry.store.addImage("n/web", [], "v1");
      for (const tag of ["v1", "v1", "v2"]) await store.resolve("n/web", tag);
      await store.putBlob("n/web", await digestOf("x"), 1, streamOf("x"));
      await store.resolve("n/web", "v1");
      assertEquals(await store.mountBlob("n/new", await digestOf("x"), "n/web"), true);
      assertEquals(registry.requests.filter((line) => line.endsWith("/token")).length, 3);
    }, { login: LOGIN }),
});

Deno.test({
  name: "registry: a token or a credential that has expired is renewed once (openshift IMP-53)",
  ignore,
  fn: async () => {
    await withRegistry({ login: { kind: "token", ...LOGIN } }, async (store, registry) => {
      const digest = await registry.store.addImage("n/web", [], "v1");
      await store.resolve("n/web", "v1");
      registry.expireTokens();
      assertEquals((await store.resolve("n/web", "v1"))?.digest, digest);
      assertEquals(registry.authorizations.at(-1), "Bearer token-2");
    }, { login: LOGIN });

    const registry = startRegistry({ openShiftToken: "one" });
    const asked: boolean[] = [];
    const store = createRegistryStore({
      host: registry.host,
      plainHttp: true,
      connection: await connectTo({ caFile: "", insecure: false }, { time: systemTime, serviceCa: "" }),
      login: (renew) => {
        asked.push(renew);
        return Promise.resolve({ username: "ignored", password: renew ? "two" : "one" });
      },
      openShift: true,
      time: instantTime(),
    });
    const digest = await registry.store.addImage("n/web", [], "v1");
    registry.behaviour.openShiftToken = "two";
    assertEquals((await store.resolve("n/web", "v1"))?.digest, digest);
    registry.behaviour.openShiftToken = "three";
    const error = await assertRejects(() => store.resolve("n/web", "v1"), ImageStoreError);
    assertEquals([error.reason, asked], ["denied", [true, true]]);
    await registry.close();
  },
});

Deno.test({
  name: "registry: a token that ends while a blob is sent lets the blob be sent again",
  ignore,
  fn: async () => {
    const registry = startRegistry({ login: { kind: "token", ...LOGIN } });
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host, { login: LOGIN });
    const challenge = `Bearer realm="http://${registry.host}/token",service="test"`;
    proxy.setFaults({ method: "PATCH", answer: { status: 401, headers: { "www-authenticate": challenge } } });
    const put = async () => await store.putBlob("n/web", await digestOf("x"), 1, streamOf("x"));
    const error = await assertRejects(put, ImageStoreError);
    assertEquals([error.reason, registry.uploads()], ["failed", 0]);
    await put();
    assertEquals(await store.hasBlob("n/web", await digestOf("x")), true);
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: what each status means, and which right is missing (openshift 10.2)",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const errors = (code: string) => JSON.stringify({ errors: [{ code, message: "text\u0007\n" }] });
    const rows: [status: number, body: string, reason: StoreReason, text: string][] = [
      [400, errors("MANIFEST_BLOB_UNKNOWN"), "manifest-blob-unknown", "MANIFEST_BLOB_UNKNOWN: text"],
      [404, errors("BLOB_UNKNOWN"), "manifest-blob-unknown", "status 404"],
      [404, "", "manifest-blob-unknown", "status 404"],
      [400, errors("DIGEST_INVALID"), "digest-mismatch", "DIGEST_INVALID"],
      [404, errors("BLOB_UPLOAD_UNKNOWN"), "failed", "BLOB_UPLOAD_UNKNOWN"],
      [400, errors("BLOB_UPLOAD_INVALID"), "failed", "BLOB_UPLOAD_INVALID"],
      [416, errors("RANGE_INVALID"), "failed", "RANGE_INVALID"],
      [400, "<html>", "refused", "status 400"],
      [403, errors("DENIED"), "denied", '"update" on imagestreams/layers in namespace n'],
      [413, "", "refused", "status 413"],
      [415, errors("MANIFEST_INVALID"), "refused", "MANIFEST_INVALID"],
      ...[408, 425, 429, 500, 502, 503, 504].map((status): [number, string, StoreReason, string] => [
        status,
        "",
        "failed",
        `status ${status}`,
      ]),
      [501, "", "refused", "status 501"],
    ];
    const store = await storeOf(proxy.host, { openShift: true });
    for (const [status, body, reason, text] of rows) {
      proxy.setFaults({ method: "PUT", answer: { status, body } });
      const error = await assertRejects(
        () => store.putManifest("n/web", "v1", MEDIA_TYPES.manifest, new TextEncoder().encode("{}")),
        ImageStoreError,
      );
      assertEquals(
        [error.reason, error.message.includes(text)],
        [reason, true],
        `${status} ${error.message}`,
      );
      assertEquals(/\p{Cc}/u.test(error.message), false);
    }
    proxy.setFaults({ answer: { status: 403 }, times: 9 });
    await assertRejects(
      () => store.getManifest("n/web", "v1"),
      ImageStoreError,
      `get manifest v1 of ${proxy.host}/n/web: status 403; grant Velero's service account "get" on imagestreams/layers in namespace n`,
    );
    const other = await storeOf(proxy.host);
    await assertRejects(
      () => other.getManifest("n/web", "v1"),
      ImageStoreError,
      "the registry refuses every request",
    );
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: Retry-After in seconds and as a date",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host);
    const rows: [header: string, expected: (wait: number | undefined) => boolean][] = [
      ["7", (wait) => wait === 7000],
      [new Date(Date.now() + 100_000).toUTCString(), (wait) => wait! > 60_000 && wait! <= 100_000],
      [new Date(0).toUTCString(), (wait) => wait === 0],
      ["soon", (wait) => wait === undefined],
    ];
    for (const [header, expected] of rows) {
      proxy.setFaults({ method: "HEAD", answer: { status: 429, headers: { "retry-after": header } } });
      const error = await assertRejects(() => store.resolve("n/web", "v1"), ImageStoreError);
      assertEquals([error.repeatable, expected(error.retryAfter)], [true, true], header);
    }
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: a blob that is unknown, a manifest with another digest, one without end",
  ignore,
  fn: () =>
    withRegistry({}, async (store, registry) => {
      const missing = await digestOf("none");
      assertEquals(
        (await assertRejects(() => store.getBlob("n/web", missing), ImageStoreError)).reason,
        "blob-unknown",
      );
      assertEquals(
        (await assertRejects(() => store.getManifest("n/web", missing), ImageStoreError)).reason,
        "manifest-unknown",
      );
      registry.store.repository("n/web").manifests.set(missing, { mediaType: "x", bytes: new Uint8Array(2) });
      const error = await assertRejects(() => store.getManifest("n/web", missing), ImageStoreError);
      assertEquals([error.reason, error.message.includes(await digestOf(new Uint8Array(2)))], [
        "digest-mismatch",
        true,
      ]);
      const bytes = new Uint8Array(9_000_000);
      registry.store.repository("n/web").manifests.set(missing, { mediaType: "x", bytes });
      await assertRejects(
        () => store.getManifest("n/web", missing),
        ImageStoreError,
        "longer than 8388608 bytes",
      );
    }),
});

Deno.test({
  name: "registry: an upload that fails or is aborted is deleted, and the source's own error is thrown",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host);
    const digest = await digestOf("abc");
    const put = async (body: ReadableStream<Uint8Array>, signal?: AbortSignal) =>
      await store.putBlob("n/web", digest, 3, body, signal === undefined ? {} : { signal });

    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new ImageStoreError("the source broke off", "unreachable")),
    });
    await assertRejects(() => put(broken), ImageStoreError, "the source broke off");

    const controller = new AbortController();
    const stuck = new ReadableStream<Uint8Array>({
      pull: () => {
        controller.abort(new Error("enough"));
        return new Promise(() => {});
      },
    }, { highWaterMark: 0 });
    await assertRejects(() => put(stuck, controller.signal), Error, "enough");

    proxy.setFaults({ method: "PUT", answer: { status: 503 } });
    await assertRejects(() => put(streamOf("abc")), ImageStoreError, "status 503");
    proxy.setFaults({ method: "PATCH", cutRequest: 200_000 });
    const large = ["abc", ...Array.from({ length: 100 }, () => "x".repeat(65_536))];
    const size = 3 + 100 * 65_536;
    const cut = () => store.putBlob("n/web", digest, size, streamOf(...large));
    assertEquals((await assertRejects(cut, ImageStoreError)).reason, "unreachable");
    assertEquals(proxy.requests.filter((line) => line.startsWith("DELETE")).length, 4);
    assertEquals([registry.uploads(), registry.store.repositories.size], [0, 0]);
    await put(streamOf("abc"));
    assertEquals(await store.hasBlob("n/web", digest), true);
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: a connection that is cut in the middle of a blob is no end of it",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host);
    const digest = await registry.store.addBlob("n/web", "0123456789".repeat(1000));
    proxy.setFaults({ method: "GET", path: /blobs/, cutAnswer: 5000 });
    const content = await store.getBlob("n/web", digest);
    assertEquals((await assertRejects(() => textOf(content), ImageStoreError)).reason, "unreachable");
    assertEquals((await textOf(await store.getBlob("n/web", digest))).length, 10_000);
    await proxy.close();
    await registry.close();
  },
});

Deno.test({
  name: "registry: the address is looked for once, and an error is not kept",
  ignore,
  fn: async () => {
    const registry = startRegistry();
    const proxy = await startFaultProxy(registry.host);
    const store = await storeOf(proxy.host);
    proxy.setFaults({ path: /^\/v2\/$/, answer: { status: 503 } });
    await assertRejects(
      () => store.resolve("n/web", "v1"),
      ImageStoreError,
      "ask for the registry: status 503",
    );
    await Promise.all([1, 2, 3].map(() => store.resolve("n/web", "v1")));
    assertEquals(proxy.requests.filter((line) => line.startsWith("GET /v2/ ")).length, 2);
    await proxy.close();
    await registry.close();
  },
});
