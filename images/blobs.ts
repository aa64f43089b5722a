/**
 * The blobs of images on their way: at most so many at once, none twice, none that the destination can get more cheaply
 * (openshift 10.2 and 10.4).
 *
 * @module
 */

import type { BlobResult, CopyOptions, ImagePlace } from "./images.ts";
import type { Progress } from "./progress.ts";
import { createPlaces } from "./places.ts";
import { type Descriptor, ImageStoreError } from "./store.ts";
import { verified } from "./verified.ts";

/** Blobs of one image by how they came to the destination, and the bytes that were sent. */
export interface BlobCounts {
  copied: number;
  mounted: number;
  existing: number;
  bytes: number;
}

/** The blobs to copy. */
export interface BlobCopies {
  readonly from: ImagePlace;
  readonly to: ImagePlace;
  readonly blobs: readonly Descriptor[];
  readonly options: CopyOptions;
  /** Repeats what may pass. */
  readonly again: <T>(work: () => Promise<T>) => Promise<T>;
  readonly progress: Progress;
  readonly counts: BlobCounts;
}

/** What a process knows of blobs. */
export interface Blobs {
  /** Brings all blobs to the destination; the first that fails ends it, when those under way have ended. */
  copyAll(copies: BlobCopies): Promise<void>;
  /** Takes back what is known of these blobs at a destination. */
  forget(to: ImagePlace, blobs: readonly Descriptor[]): void;
}

/** Blobs of one image under way at once. */
const AT_ONCE = 4;

// Repositories that a blob is mounted from before it is sent.
const MOST_MOUNTS = 3;

const MOST_KNOWN = 20_000;

/** Makes it; one for each process. */
export function createBlobs(): Blobs {
  const places = createPlaces();
  // For each store and digest the repositories that have it, as far as this process has seen.
  const known = new Map<string, Set<string>>();
  const underWay = new Map<string, Promise<unknown>>();

  const keyOf = ({ store }: ImagePlace, digest: string) => `${store.name} ${digest}`;
  const seen = (place: ImagePlace, digest: string) => {
    const key = keyOf(place, digest);
    const repositories = known.get(key) ?? new Set();
    known.delete(key);
    known.set(key, repositories.add(place.repository));
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value ?? "");
  };

  async function bring(blob: Descriptor, copies: BlobCopies): Promise<Exclude<BlobResult, "failed">> {
    const { to, from, options: { signal }, again } = copies;
    const { digest, size } = blob;
    const key = keyOf(to, digest);
    let asked = false;
    while (true) {
      if (known.get(key)?.has(to.repository) === true) return "existing";
      // One that is on its way to this store, for whatever repository, is not sent twice.
      const other = underWay.get(key);
      if (other !== undefined) {
        await orAbort(other, signal);
        continue;
      }
      if (!asked && await again(() => to.store.hasBlob(to.repository, digest, { signal, size }))) {
        return "existing";
      }
      asked = true;
      const candidates = new Set(known.get(key));
      if (from.store.name === to.store.name) candidates.add(from.repository);
      candidates.delete(to.repository);
      for (const repository of [...candidates].slice(-MOST_MOUNTS)) {
        if (await again(() => to.store.mountBlob(to.repository, digest, repository, { signal }))) {
          return "mounted";
        }
      }
      // While this copy asked, another may have begun.
      if (!underWay.has(key)) break;
    }
    const sending = again(() => send(blob, copies)).then(() => seen(to, digest));
    underWay.set(key, sending.catch(() => {}));
    try {
      await sending;
    } finally {
      underWay.delete(key);
    }
    return "copied";
  }

  return {
    async copyAll(copies) {
      const { options, counts, to } = copies;
      const left = [...copies.blobs];
      let failed: { error: unknown } | undefined;
      const worker = async () => {
        for (let blob = left.shift(); blob !== undefined && failed === undefined; blob = left.shift()) {
          try {
            const leave = await places.enter(options.concurrency, options.signal);
            let result: Exclude<BlobResult, "failed">;
            try {
              result = await bring(blob, copies);
            } finally {
              leave();
            }
            seen(to, blob.digest);
            counts[result]++;
            if (result === "copied") counts.bytes += blob.size;
            options.count(result, result === "copied" ? blob.size : 0);
          } catch (error) {
            if (!options.signal.aborted) options.count("failed", 0);
            failed ??= { error };
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      if (failed !== undefined) throw failed.error;
    },
    forget(to, blobs) {
      for (const { digest } of blobs) known.get(keyOf(to, digest))?.delete(to.repository);
    },
  };
}

function orAbort(other: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, reject } = Promise.withResolvers<never>();
  const aborted = () => reject(signal.reason);
  signal.addEventListener("abort", aborted, { once: true });
  return Promise.race([other, promise]).finally(() => signal.removeEventListener("abort", aborted));
}

/** One attempt to send a blob from store to store. */
async function send({ digest, size }: Descriptor, copies: BlobCopies): Promise<void> {
  const { from, to, progress, options: { signal } } = copies;
  progress.expect(size);
  let sent = 0;
  try {
    const content = await from.store.getBlob(from.repository, digest, { signal });
    const what = `blob ${digest} of ${from.store.name}/${from.repository}`;
    if (content.size !== undefined && content.size !== size) {
      await content.body.cancel();
      const text = `${what} has ${content.size} bytes, and its manifest says ${size}`;
      throw new ImageStoreError(text, "digest-mismatch");
    }
    const body = verified(content.body, { what, digest, size }, (bytes) => {
      sent += bytes;
      progress.sent(bytes);
    });
    await to.store.putBlob(to.repository, digest, size, body, { signal });
  } catch (error) {
    progress.sent(-sent);
    progress.expect(-size);
    throw error;
  }
}
