/**
 * Images in a bucket, in the layout of a registry, so that backups of openshift-velero-plugin can be restored and it can restore ours
 * (openshift 10.3).
 *
 * @module
 */

import type { Time } from "../../../cluster/live/time.ts";
import { eachAtOnce } from "../../at_once.ts";
import { digestOf } from "../../digest.ts";
import { type ImageStore, ImageStoreError, type Manifest, type StoreOptions } from "../../store.ts";
import type { ObjectStorage, StoredObject } from "../object_storage.ts";
import { hexOf, isDigest, layoutKeys } from "./keys.ts";
import { partsOf } from "./manifest.ts";
import { readResumed } from "./resumed.ts";

/** What a layout lies in. */
export interface LayoutOptions {
  readonly storage: ObjectStorage;
  /** Names the store in messages. */
  readonly name: string;
  /** The folder in the bucket below which the layout begins; empty for its root. */
  readonly rootDirectory: string;
  readonly time?: Time;
}

// What a registry takes as a manifest (distribution's own bound).
const LARGEST_MANIFEST = 4 * 1024 * 1024;

const UNKNOWN = "application/octet-stream";

/**
 * Makes the store.
 *
 * A blob belongs to the whole bucket. Its link in a repository is written with the manifest that names it, so that one request tells whether a
 * blob must be sent, and a copy that breaks off leaves no links to what is missing.
 */
export function createLayout({ storage, name, rootDirectory, time }: LayoutOptions): ImageStore {
  const keys = layoutKeys(rootDirectory);
  const inStore = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ImageStoreError)) throw error;
      const { message, reason, retryAfter } = error;
      throw new ImageStoreError(`${name}: ${what}: ${message}`, reason, { retryAfter, cause: error });
    }
  };

  // Older writers for Azure have put a slash in front of each key (openshift 10.3).
  const spellings = (key: string) => storage.slashedKeys ? [key, `/${key}`] : [key];
  const head = async (key: string, options: StoreOptions): Promise<StoredObject | undefined> => {
    for (const spelling of spellings(key)) {
      const found = await storage.head(spelling, options);
      if (found !== undefined) return found;
    }
  };
  const read = async (key: string, options: StoreOptions) => {
    for (const spelling of spellings(key)) {
      const found = await readResumed(storage, spelling, {
        ...options,
        ...(time === undefined ? {} : { time }),
      });
      if (found !== undefined) return found;
    }
  };
  const readWhole = async (
    key: string,
    limit: number,
    options: StoreOptions,
  ): Promise<Uint8Array | undefined> => {
    const found = await read(key, options);
    if (found === undefined) return undefined;
    if (found.size > limit) {
      await found.body.cancel();
      throw new ImageStoreError(`${key} has ${found.size} bytes, more than ${limit}`, "refused");
    }
    return new Uint8Array(
      await new Response(found.body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
  };

  const linkedDigest = async (
    repo: string,
    ref: string,
    options: StoreOptions,
  ): Promise<string | undefined> => {
    const digest = isDigest(ref);
    const key = digest ? keys.revisionLink(repo, ref) : keys.tagLink(repo, ref);
    const link = await readWhole(key, 1024, options);
    if (link === undefined) return undefined;
    const text = new TextDecoder().decode(link).trim();
    hexOf(text);
    return digest ? ref : text;
  };
  const manifest = async (
    repo: string,
    ref: string,
    options: StoreOptions,
  ): Promise<Manifest | undefined> => {
    const digest = await linkedDigest(repo, ref, options);
    if (digest === undefined) return undefined;
    const bytes = await readWhole(keys.blob(digest), LARGEST_MANIFEST, options);
    if (bytes === undefined) return undefined;
    if (digestOf(bytes) !== digest) {
      throw new ImageStoreError(`the bytes stored for ${digest} have another digest`, "digest-mismatch");
    }
    return { digest, mediaType: partsOf(bytes)?.mediaType ?? UNKNOWN, bytes };
  };

  return {
    name,
    resolve: (repo, ref, options = {}) =>
      inStore(`${repo}: resolve ${ref}`, async () => {
        const found = await manifest(repo, ref, options);
        return found === undefined
          ? undefined
          : { digest: found.digest, mediaType: found.mediaType, size: found.bytes.length };
      }),
    getManifest: (repo, ref, options = {}) =>
      inStore(`${repo}: manifest ${ref}`, async () => {
        const found = await manifest(repo, ref, options);
        if (found === undefined) throw new ImageStoreError("it is not there", "manifest-unknown");
        return found;
      }),
    hasBlob: (repo, digest, options = {}) =>
      inStore(`${repo}: blob ${digest}`, async () => {
        const stored = await head(keys.blob(digest), options);
        return stored !== undefined && stored.size === (options.size ?? stored.size);
      }),
    // A blob is there for all repositories, so hasBlob has said it already.
    mountBlob: () => Promise.resolve(false),
    getBlob: (repo, digest, options = {}) =>
      inStore(`${repo}: blob ${digest}`, async () => {
        const found = await read(keys.blob(digest), options);
        if (found === undefined) throw new ImageStoreError("it is not there", "blob-unknown");
        return found;
      }),
    async putBlob(repo, digest, size, body, options = {}) {
      const source = watched(body);
      try {
        await inStore(`${repo}: put blob ${digest}`, async () => {
          const sha256 = hexOf(digest);
          const stored = await head(keys.blob(digest), options);
          if (stored?.size === size) return;
          await storage.putLarge(keys.blob(digest), { size, sha256, stream: source.stream }, options);
        });
      } catch (error) {
        throw source.failure() ?? error;
      } finally {
        if (!source.stream.locked) await source.stream.cancel().catch(() => {});
      }
    },
    putManifest: (repo, ref, _mediaType, bytes, options = {}) =>
      inStore(`${repo}: put manifest ${ref}`, async () => {
        const digest = digestOf(bytes);
        if (isDigest(ref) && ref !== digest) {
          throw new ImageStoreError(`the bytes have the digest ${digest}`, "digest-mismatch");
        }
        const link = (key: string, target: string) =>
          storage.put(key, new TextEncoder().encode(target), options);
        // Whatever is read in between finds everything that it follows (openshift 10.3).
        await eachAtOnce(partsOf(bytes)?.blobs ?? [], (blob) => link(keys.layerLink(repo, blob), blob));
        const stored = await head(keys.blob(digest), options);
        if (stored?.size !== bytes.length) await storage.put(keys.blob(digest), bytes, options);
        await link(keys.revisionLink(repo, digest), digest);
        if (!isDigest(ref)) {
          await link(keys.tagIndexLink(repo, ref, digest), digest);
          await link(keys.tagLink(repo, ref), digest);
        }
        return digest;
      }),
  };
}

/** The same stream, which remembers the error with which it broke off. */
function watched(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  let failed: unknown;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        failed = error;
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { stream, failure: () => failed };
}
