import { assertEquals, assertRejects } from "@std/assert";
import { createMemoryImageStore } from "../tests/kit/image_store.ts";
import { startFaultProxy } from "../tests/kit/fault_proxy.ts";
import { startRegistry } from "../tests/kit/registry.ts";
import type { StorageAccess } from "./images.ts";
import { createLiveImages, isLoopback } from "./live.ts";
import { ImageStoreError } from "./store.ts";

const ignore = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state !== "granted";

const anonymous = () => Promise.resolve(undefined);

// openshift IMP-18
Deno.test("storage() opens a location once for each version of it, and not for good when that fails", async () => {
  const opened: string[] = [];
  const images = createLiveImages({
    authorization: anonymous,
    openStorage: ({ location, rootDirectory }) => {
      const { namespace, name, resourceVersion } = location.metadata as Record<string, string>;
      opened.push(`${namespace}/${name}@${resourceVersion}${rootDirectory}`);
      if (name === "broken") throw new ImageStoreError("unsupported provider", "refused");
      return Promise.resolve(createMemoryImageStore(name));
    },
  });
  const access = (name: string, resourceVersion: string, rootDirectory = ""): StorageAccess => ({
    location: { metadata: { namespace: "velero", name, resourceVersion } },
    cluster: { get: () => Promise.resolve(undefined) },
    rootDirectory,
  });
  const one = images.storage(access("a", "1"), {});
  assertEquals(await images.storage(access("a", "1"), {}) === await one, true);
  for (const other of [access("b", "1"), access("a", "2"), access("a", "1", "/x")]) {
    assertEquals(await images.storage(other, {}) === await one, false);
  }
  // A call that has ended cannot ask for credentials any more.
  const call = new AbortController();
  const ended = await images.storage(access("c", "1"), { signal: call.signal });
  call.abort();
  assertEquals(await images.storage(access("c", "1"), {}) === ended, false);
  for (let i = 0; i < 2; i++) {
    await assertRejects(async () => await images.storage(access("broken", "1"), {}), ImageStoreError);
  }
  assertEquals(opened, [
    "velero/a@1",
    "velero/b@1",
    "velero/a@2",
    "velero/a@1/x",
    "velero/c@1",
    "velero/c@1",
    "velero/broken@1",
    "velero/broken@1",
  ]);
});

Deno.test({
  name: "registry() gives the token of this process only where it is asked to, read anew (openshift IMP-53)",
  ignore,
  fn: async () => {
    const registry = startRegistry({ openShiftToken: "one" });
    let token = "one";
    const images = createLiveImages({
      authorization: () => Promise.resolve(`Bearer ${token}`),
      openStorage: () => Promise.reject(new Error("not asked")),
      serviceCa: "/none",
    });
    const access = { host: registry.host, caFile: "", insecure: false, plainHttp: false };
    const digest = await registry.store.addImage("n/web", [], "v1");
    const store = await images.registry({ ...access, credentials: "service-account" });
    assertEquals((await store.resolve("n/web", "v1"))?.digest, digest);
    registry.behaviour.openShiftToken = token = "two";
    assertEquals((await store.resolve("n/web", "v1"))?.digest, digest);
    const other = await images.registry(access);
    const error = await assertRejects(() => other.resolve("n/web", "v1"), ImageStoreError);
    assertEquals(error.reason, "denied");
    await registry.close();
  },
});

Deno.test({
  name: "stop() ends copies under way and takes their uploads back, and a repeat mends what is missing",
  ignore,
  fn: async () => {
    const [source, target] = [startRegistry(), startRegistry()];
    const proxy = await startFaultProxy(target.host);
    const images = createLiveImages({
      authorization: anonymous,
      openStorage: () => Promise.reject(new Error("not asked")),
      serviceCa: "/none",
    });
    assertEquals(images.stop(), undefined);
    const digest = await source.store.addImage("n/web", ["layer"]);
    const open = (host: string) => images.registry({ host, caFile: "", insecure: false, plainHttp: false });
    const [from, to] = [await open(source.host), await open(proxy.host)];
    const lines: string[] = [];
    const copy = () =>
      images.copy({
        from: { store: from, repository: "n/web", reference: digest },
        to: { store: to, repository: "n/web", reference: "v1" },
      }, {
        signal: new AbortController().signal,
        log: { info: (text) => void lines.push(text), warn: () => {} },
        concurrency: 8,
        count: () => {},
      });
    proxy.setFaults({ method: "PATCH", hang: true, times: 2 });
    const copying = copy();
    while (proxy.requests.filter((line) => line.startsWith("PATCH")).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const stopped = images.stop();
    await assertRejects(() => copying, Error, "the process ends");
    await stopped;
    assertEquals([target.uploads(), target.store.repositories.size], [0, 0]);
    await assertRejects(copy, Error, "the process ends");

    const next = createLiveImages({
      authorization: anonymous,
      openStorage: () => Promise.reject(new Error("not asked")),
      serviceCa: "/none",
    });
    const copied = await next.copy({
      from: { store: from, repository: "n/web", reference: digest },
      to: { store: to, repository: "n/web", reference: "v1" },
    }, {
      signal: new AbortController().signal,
      log: { info: (text) => void lines.push(text), warn: () => {} },
      concurrency: 8,
      count: () => {},
    });
    assertEquals([copied.digest, target.store.repository("n/web").tags.get("v1")], [digest, digest]);
    assertEquals(lines, [
      `copied to ${proxy.host}/n/web:v1 (${digest}): 2 blobs, 0.0 MB; 0 were there already`,
    ]);
    await proxy.close();
    await source.close();
    await target.close();
  },
});

Deno.test("isLoopback() knows addresses of this machine, and names that only look like one", () => {
  const own = ["127.0.0.1", "127.1.2.3:5000", "localhost", "localhost:5000", "[::1]:5000"];
  const other = [
    "127.0.0.1.example.com",
    "localhost.example.com",
    "10.0.0.1:127",
    "registry:5000",
    "[::2]",
    "",
  ];
  assertEquals([own.filter(isLoopback), other.filter(isLoopback)], [own, []]);
});
