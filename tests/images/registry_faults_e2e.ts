/** Copies between real registries, with a proxy between that goes wrong: nothing half is left behind, and a repeat mends what is missing. */

import { assertEquals, assertRejects } from "@std/assert";
import type { ImageCopy, Images } from "../../images/images.ts";
import { createLiveImages } from "../../images/live.ts";
import { ImageStoreError } from "../../images/store.ts";
import { type FaultProxy, startFaultProxy } from "../kit/fault_proxy.ts";
import { digestOf } from "../kit/image_store.ts";
import { instantTime } from "../kit/instant_time.ts";
import {
  layer,
  LOGIN,
  pulled,
  pushImage,
  pushIndex,
  type RealRegistry,
  startRealRegistry,
  startTokenService,
  type TokenService,
} from "./real_registry.ts";
import { present } from "../velero/tools.ts";

const ignore = !present("registry");
const LAYERS = [layer(3_000_000, 1), layer(200_000, 2)];

let folder: string;
let source: RealRegistry;
let target: RealRegistry;
let proxy: FaultProxy;
let digest: string;

if (!ignore) {
  Deno.test.beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "images-e2e-" });
    source = await startRealRegistry(`${folder}/source`);
    target = await startRealRegistry(`${folder}/target`);
    digest = (await pushImage(source.host, "shop/web", LAYERS, "v1")).digest;
  });
  Deno.test.afterAll(async () => {
    await source?.stop();
    await target?.stop();
    await Deno.remove(folder, { recursive: true });
  });
}

/** Images whose pauses take no time; those of the limit for silent servers are real. */
function images(): Omit<Images, "backupByDefault"> {
  const { now, after } = instantTime();
  return createLiveImages({
    authorization: () => Promise.resolve(undefined),
    openStorage: () => Promise.reject(new Error("not asked")),
    serviceCa: "/none",
    random: () => 0.25,
    time: {
      now,
      after: (milliseconds, call) => {
        if (milliseconds < 30_000) return after(milliseconds, call);
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    },
  });
}

interface Ends {
  readonly from?: string;
  readonly to?: string;
  readonly repository?: string;
  readonly login?: typeof LOGIN;
  readonly image?: string;
  readonly signal?: AbortSignal;
  readonly of?: ReturnType<typeof images>;
}

const lines: string[] = [];

async function copy(
  {
    from = source.host,
    to = target.host,
    repository = "shop/web",
    login,
    image = digest,
    signal,
    of = images(),
  }: Ends = {},
) {
  const open = (host: string) =>
    of.registry({
      host,
      caFile: "",
      insecure: false,
      plainHttp: false,
      ...(login === undefined ? {} : { credentials: login }),
    });
  const request: ImageCopy = {
    from: { store: await open(from), repository: "shop/web", reference: image },
    to: { store: await open(to), repository, reference: "v1" },
  };
  return await of.copy(request, {
    signal: signal ?? new AbortController().signal,
    log: { info: (text) => void lines.push(text), warn: () => {} },
    concurrency: 8,
    count: () => {},
  });
}

Deno.test({
  name: "images: an index of two platforms comes over byte for byte, and is not sent twice",
  ignore,
  async fn() {
    const children = [];
    for (const seed of [7, 8]) {
      children.push(await pushImage(source.host, "shop/web", [LAYERS[0]!, layer(10_000, seed)]));
    }
    const index = await pushIndex(source.host, "shop/web", children, "multi");
    const first = await copy({ image: index.digest, repository: "a/multi" });
    assertEquals([first.digest, first.blobs], [index.digest, { copied: 4, mounted: 0, existing: 2 }]);
    const all = await pulled(target.host, "a/multi", "v1");
    assertEquals(all, await pulled(source.host, "shop/web", "multi"));
    assertEquals(all.length, 9);
    proxy = await startFaultProxy(target.host);
    const again = await copy({ image: index.digest, repository: "a/multi", to: proxy.host });
    assertEquals([again.complete, proxy.requests.map((line) => line.split(" ")[0])], [true, ["GET", "HEAD"]]);
    // Another repository of the same registry takes the blobs from the first.
    const of = images();
    await copy({ image: index.digest, repository: "a/multi", to: proxy.host, of });
    const mounted = await copy({ image: digest, repository: "a/other", to: proxy.host, of });
    assertEquals(mounted.blobs.copied + mounted.blobs.mounted, 3);
    await proxy.close();
  },
});

interface FaultRow {
  readonly about: string;
  readonly at: "source" | "target";
  readonly faults: Parameters<FaultProxy["setFaults"]>;
  /** Why it fails for good; absent: it succeeds. */
  readonly fails?: string;
  /**
   * The registry has got bytes that it has told nobody of, and refuses to delete their upload: its own purge does, after a week.
   */
  readonly leaves?: true;
  /** At least so many repeats are told. */
  readonly repeats?: number;
}

const FAULTS: readonly FaultRow[] = [
  {
    about: "429 with Retry-After, at any request",
    at: "target",
    faults: ["GET", "HEAD", "POST", "PATCH", "PUT"].map((method) => ({
      method,
      answer: { status: 429, headers: { "retry-after": "1" } },
    })),
    repeats: 5,
  },
  {
    about: "500 at the source",
    at: "source",
    faults: [{ path: /blobs/, times: 2, answer: { status: 500 } }],
    repeats: 2,
  },
  {
    about: "500 at the end of an upload",
    at: "target",
    faults: [{ method: "PUT", path: /uploads/, times: 2, answer: { status: 500 } }],
    repeats: 2,
  },
  {
    about: "a connection that is cut in the middle of a blob at the source",
    at: "source",
    faults: [{ path: /blobs/, times: 3, cutAnswer: 150_000 }],
    leaves: true,
    repeats: 2,
  },
  {
    about: "a connection that is cut in the middle of a blob at the target",
    at: "target",
    faults: [{ method: "PATCH", times: 3, cutRequest: 150_000 }],
    repeats: 2,
  },
  {
    about: "a blob with another byte",
    at: "source",
    faults: [{ path: /blobs/, times: 3, spoilAnswer: 10 }],
    leaves: true,
    fails: "the digest of its bytes is",
  },
  {
    about: "a manifest with another byte",
    at: "source",
    faults: [{ path: /manifests/, spoilAnswer: 10 }],
    fails: "the digest of its bytes is",
  },
  {
    about: "a blob that is missing at the source",
    at: "source",
    faults: [{ path: /blobs/, times: 1, answer: { status: 404 } }],
    fails: "status 404",
  },
  {
    about: "a missing right",
    at: "target",
    faults: [{ method: "POST", times: Infinity, answer: { status: 403 } }],
    fails: "do not allow to push",
  },
  {
    about: "a server that is down",
    at: "target",
    faults: [{ method: "PUT", path: /manifests/, times: Infinity, answer: { status: 503 } }],
    fails: "status 503",
    repeats: 6,
  },
];

for (const [index, { about, at, faults, fails, leaves = false, repeats = 0 }] of FAULTS.entries()) {
  Deno.test({
    name: `images: ${about} ${fails === undefined ? "is overcome" : "fails, and the next copy mends it"}`,
    ignore,
    async fn() {
      const repository = `faults/n${index}`;
      const fault = await startFaultProxy(at === "source" ? source.host : target.host);
      const ends = { repository, ...(at === "source" ? { from: fault.host } : { to: fault.host }) };
      fault.setFaults(...faults);
      lines.length = 0;
      if (fails === undefined) assertEquals((await copy(ends)).digest, digest);
      else {
        await assertRejects(() => copy(ends), ImageStoreError, fails);
        assertEquals(await pulled(target.host, repository, "v1"), ["v1: 404"], "no half image has a tag");
        fault.setFaults();
        assertEquals((await copy(ends)).digest, digest);
      }
      assertEquals(
        lines.filter((line) => line.includes("next attempt")).length >= repeats,
        true,
        lines.join("\n"),
      );
      assertEquals(await pulled(target.host, repository, "v1"), await pulled(source.host, "shop/web", "v1"));
      if (!leaves) assertEquals(await leftUploads(`${folder}/target/content`, repository), []);
      await fault.close();
    },
  });
}

/** Data of uploads of a repository that were neither ended nor taken back. The registry itself leaves empty folders behind. */
async function leftUploads(content: string, repository: string): Promise<string[]> {
  const folder = `${content}/docker/registry/v2/repositories/${repository}/_uploads`;
  const left: string[] = [];
  for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
    if (await Deno.stat(`${folder}/${name}/data`).then(() => true, () => false)) left.push(name);
  }
  return left;
}

Deno.test({
  name: "images: an aborted copy ends at once, leaves no upload, and a repeat goes on from what is there",
  ignore,
  async fn() {
    const fault = await startFaultProxy(target.host);
    const controller = new AbortController();
    fault.setFaults({
      method: "PATCH",
      when: ({ headers }) => headers.get("content-length") === "3000000",
      hang: true,
    });
    const copying = copy({ repository: "aborted", to: fault.host, signal: controller.signal });
    const ended = () => fault.requests.filter((line) => /^PUT .*uploads.* -> 201/.test(line)).length;
    while (ended() < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort(new Error("enough"));
    await assertRejects(() => copying, Error, "enough");
    assertEquals(await leftUploads(`${folder}/target/content`, "aborted"), []);
    const { blobs } = await copy({ repository: "aborted" });
    assertEquals([blobs.copied >= 1, blobs.copied + blobs.existing + blobs.mounted], [true, 3]);
    await fault.close();
  },
});

Deno.test({
  name: "images: a registry that wants a name and a password",
  ignore,
  async fn() {
    const registry = await startRealRegistry(`${folder}/basic`, { login: "basic" });
    assertEquals((await copy({ to: registry.host, login: LOGIN })).digest, digest);
    const error = await assertRejects(
      () => copy({ to: registry.host, repository: "b", login: { ...LOGIN, password: "x" } }),
      ImageStoreError,
    );
    assertEquals([error.reason, error.message.includes("do not allow to pull")], ["denied", true]);
    assertEquals(
      (await assertRejects(() => copy({ to: registry.host, repository: "b" }), ImageStoreError)).reason,
      "denied",
    );
    await registry.stop();
  },
});

Deno.test({
  name: "images: a registry with a token service, whose tokens end in the middle",
  ignore,
  async fn() {
    const service: TokenService = await startTokenService(`${folder}/tokens`);
    const registry = await startRealRegistry(`${folder}/token`, { login: service });
    assertEquals((await copy({ to: registry.host, login: LOGIN })).digest, digest);
    assertEquals(service.issued() >= 2, true, "401 first, then a token for each right");
    // Valid when it is given out, and no longer when it is used.
    const of = images();
    service.setLifetime(-1);
    const error = await assertRejects(
      () => copy({ to: registry.host, repository: "late", login: LOGIN, of }),
      ImageStoreError,
    );
    assertEquals(error.reason, "denied");
    service.setLifetime(300);
    assertEquals((await copy({ to: registry.host, repository: "late", login: LOGIN, of })).digest, digest);
    await registry.stop();
    await service.stop();
  },
});

const root = Deno.uid() === 0;

Deno.test({
  name: `images: a disk that is full fails the copy, and room mends it${
    root ? "" : " (needs root for a small disk)"
  }`,
  ignore: ignore || !root,
  async fn() {
    const disk = `${folder}/disk`;
    await Deno.mkdir(disk);
    const mount = async (...args: string[]) =>
      (await new Deno.Command("mount", { args, stderr: "null" }).output()).success;
    if (!await mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", disk)) {
      throw new Error("no small disk can be mounted");
    }
    const registry = await startRealRegistry(`${folder}/full`, { storage: disk });
    try {
      const error = await assertRejects(() => copy({ to: registry.host }), ImageStoreError);
      assertEquals([error.repeatable, await pulled(registry.host, "shop/web", "v1")], [true, ["v1: 404"]]);
      assertEquals(await mount("-o", "remount,size=20m", disk), true);
      assertEquals((await copy({ to: registry.host })).digest, digest);
      assertEquals(
        await pulled(registry.host, "shop/web", "v1"),
        await pulled(source.host, "shop/web", "v1"),
      );
    } finally {
      await registry.stop();
      await new Deno.Command("umount", { args: [disk] }).output();
    }
  },
});

Deno.test({
  name: "images: digests of the test are what they say",
  ignore,
  async fn() {
    assertEquals(
      (await pulled(source.host, "shop/web", "v1")).slice(2),
      await Promise.all(LAYERS.map(digestOf)),
    );
  },
});
