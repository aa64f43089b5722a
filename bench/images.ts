/**
 * Copies of images on the loopback interface: megabytes per second and peak memory of one large layer, and the requests that a copy makes
 * when everything is there. Needs the programs `registry` and `s3server` of tests/velero.
 *
 * `--size` is the size of the layer in MiB, default 2048. Every copy is a process of its own, started with the plugin's V8 flags.
 *
 * @module
 */

// deno-lint-ignore-file no-console

import { createHash } from "node:crypto";
import { createLiveImages } from "../images/live.ts";
import { createLayout } from "../images/object_storage/layout/layout.ts";
import type { ImageStore } from "../images/store.ts";
import { startFaultProxy } from "../tests/kit/fault_proxy.ts";
import { digestOf, MEDIA_TYPES } from "../tests/kit/image_store.ts";
import { s3Of, startS3 } from "../tests/images/object_services.ts";
import { startRealRegistry } from "../tests/images/real_registry.ts";
import { present } from "../tests/velero/tools.ts";

const MIB = 1024 * 1024;
const FLAGS = "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512";
const REPO = "bench/image";

/** A copy that a child process makes. */
interface Job {
  readonly from: string;
  /** A host; `s3` writes our layout to it. */
  readonly to: string;
  readonly kind: "registry" | "s3";
  readonly digest: string;
}

const images = () =>
  createLiveImages({
    authorization: () => Promise.resolve(undefined),
    openStorage: () => Promise.reject(new Error("not asked")),
    serviceCa: "/none",
  });

const registryAt = (host: string) =>
  images().registry({ host, caFile: "", insecure: false, plainHttp: true });

async function storeOf({ kind, to }: Job): Promise<ImageStore> {
  if (kind === "registry") return await registryAt(to);
  return createLayout({ storage: s3Of(to), name: "bsl://bench/s3", rootDirectory: "" });
}

async function runJob(job: Job): Promise<void> {
  const [from, to] = [await registryAt(job.from), await storeOf(job)];
  const began = performance.now();
  const { bytes } = await images().copy(
    {
      from: { store: from, repository: REPO, reference: job.digest },
      to: { store: to, repository: REPO, reference: "v1" },
    },
    {
      signal: new AbortController().signal,
      log: { info: () => {}, warn: () => {} },
      concurrency: 8,
      count: () => {},
    },
  );
  const seconds = (performance.now() - began) / 1000;
  const [, peak] = /VmHWM:\s+(\d+)/.exec(await Deno.readTextFile("/proc/self/status")) ?? [];
  console.log(JSON.stringify({ bytes, seconds, peak: Number(peak) / 1024 }));
  Deno.exit(0);
}

/** A layer that no part repeats, made anew each time it is read. */
function layer(size: number): ReadableStream<Uint8Array> {
  const block = new Uint8Array(MIB);
  for (let at = 0; at < MIB; at += 65536) crypto.getRandomValues(block.subarray(at, at + 65536));
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const chunk = block.slice(0, Math.min(left, MIB));
      new DataView(chunk.buffer).setFloat64(0, left);
      left -= chunk.length;
      controller.enqueue(chunk);
    },
  });
}

async function pushImage(host: string, size: number): Promise<string> {
  const store = await registryAt(host);
  const hash = createHash("sha256");
  // The digest is needed before the upload, so the layer goes through a file.
  const path = await Deno.makeTempFile();
  {
    using file = await Deno.open(path, { write: true });
    for await (const chunk of layer(size)) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
  }
  const digest = `sha256:${hash.digest("hex")}`;
  await store.putBlob(REPO, digest, size, (await Deno.open(path)).readable);
  await Deno.remove(path);
  const config = '{"architecture":"amd64","os":"linux"}';
  const configDigest = await digestOf(config);
  await store.putBlob(
    REPO,
    configDigest,
    config.length,
    ReadableStream.from([new TextEncoder().encode(config)]),
  );
  const manifest = new TextEncoder().encode(JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: configDigest,
      size: config.length,
    },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size }],
  }));
  return await store.putManifest(REPO, "v1", MEDIA_TYPES.manifest, manifest);
}

async function child(job: Job): Promise<{ bytes: number; seconds: number; peak: number }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", FLAGS, new URL(import.meta.url).pathname, JSON.stringify(job)],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Makes the copy, and once more when everything is there. */
async function measure(job: Job): Promise<string> {
  const { bytes, seconds, peak } = await child(job);
  const [from, to] = [await startFaultProxy(job.from), await startFaultProxy(job.to)];
  try {
    await child({ ...job, from: from.host, to: to.host });
    const again = `${from.requests.length} requests to the source, ${to.requests.length} to the destination`;
    return `${(bytes / 1e6 / seconds).toFixed(0)} MB/s, peak ${peak.toFixed(0)} MiB; again: ${again}`;
  } finally {
    await from.close();
    await to.close();
  }
}

async function main(size: number): Promise<void> {
  if (!present("registry", "s3server")) {
    throw new Error("build the programs first: deno run -A tests/velero/build_tools.ts registry s3server");
  }
  const folder = await Deno.makeTempDir({ prefix: "bench-images-" });
  const stops: (() => Promise<void>)[] = [];
  const kept = <T extends { stop(): Promise<void> }>(service: T): T => {
    stops.push(service.stop);
    return service;
  };
  try {
    const source = kept(await startRealRegistry(`${folder}/source`));
    const target = kept(await startRealRegistry(`${folder}/target`));
    const [s3, behind] = [kept(await startS3(folder)), kept(await startS3(folder))];
    const ofS3 = kept(await startRealRegistry(`${folder}/front`, { s3: behind.host }));
    const digest = await pushImage(source.host, size);
    const rows: [string, "registry" | "s3", string][] = [
      ["registry to registry", "registry", target.host],
      ["registry to S3, our layout", "s3", s3.host],
      ["registry to S3 through a registry, as openshift-velero-plugin does", "registry", ofS3.host],
    ];
    for (const [what, kind, host] of rows) {
      const job = { from: source.host, to: host, kind, digest };
      try {
        console.log(`${what}: ${await measure(job)}`);
      } catch (error) {
        console.log(`${what}: failed: ${/ImageStoreError: (.*)/.exec(String(error))?.[1] ?? error}`);
      }
    }
  } finally {
    for (const stop of stops.reverse()) await stop();
    await Deno.remove(folder, { recursive: true });
  }
}

const [first = "", second = ""] = Deno.args;
if (first.startsWith("{")) await runJob(JSON.parse(first));
else await main((first === "--size" ? Number(second) : 2048) * MIB);
