/**
 * The copy of one image: manifest, the children of an index, blobs, and the manifest again at its destination, byte for byte
 * (openshift 9.4, 10.2 and 10.4).
 *
 * @module
 */

import type { Time } from "../cluster/live/time.ts";
import { type BlobCounts, createBlobs } from "./blobs.ts";
import type { CopiedImage, CopyOptions, ImageCopy, Images } from "./images.ts";
import { type ImageParts, type IndexChild, nodePlatform, partsOf } from "./manifest.ts";
import { reportProgress } from "./progress.ts";
import { retry } from "./retry.ts";
import { ImageStoreError, type Manifest } from "./store.ts";

/** What copies are made with. */
export interface CopierOptions {
  readonly time: Time;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Attempts for each request; default 7. */
  readonly attempts?: number;
}

// A registry may need a moment until it knows a blob that it has just taken.
const WRITES = 3;

/** Makes the copies of one process, which share what they know of blobs. */
export function createCopier({ time, random, attempts = 7 }: CopierOptions): Pick<Images, "copy"> {
  const blobs = createBlobs();

  return {
    async copy(image, options) {
      const progress = reportProgress(describe(image), time, options.log);
      try {
        const again = <T>(work: () => Promise<T>): Promise<T> =>
          retry(work, {
            time,
            random,
            attempts,
            signal: options.signal,
            onRetry: (error, wait) =>
              options.log.info(`${error.message}; the next attempt is in ${Math.round(wait / 1000)} s`),
          });
        return await copyImage({ image, options, progress, again, blobs });
      } finally {
        progress.end();
      }
    },
  };
}

/** One copy under way. */
interface Work {
  readonly image: ImageCopy;
  readonly options: CopyOptions;
  readonly progress: ReturnType<typeof reportProgress>;
  /** Repeats what may pass. */
  readonly again: <T>(work: () => Promise<T>) => Promise<T>;
  readonly blobs: ReturnType<typeof createBlobs>;
}

function describe({ from, to }: ImageCopy): string {
  const tag = to.reference === undefined ? "" : `:${to.reference}`;
  return `${from.store.name}/${from.repository}@${from.reference} to ${to.store.name}/${to.repository}${tag}`;
}

async function copyImage(work: Work): Promise<CopiedImage> {
  const { image: { from, to }, options: { signal }, again } = work;
  const counts: BlobCounts = { copied: 0, mounted: 0, existing: 0, bytes: 0 };
  const done = (digest: string, complete = false): CopiedImage => {
    const { bytes, ...rest } = counts;
    return { digest, blobs: rest, bytes, complete };
  };
  if (await isThere(work)) return done(from.reference, true);
  const manifest = await again(() => from.store.getManifest(from.repository, from.reference, { signal }));
  const parts = partsOf(manifest, from);
  const ref = to.reference ?? manifest.digest;
  if (parts.kind === "image") {
    await putImage(work, manifest, parts, ref, counts);
    return done(manifest.digest);
  }
  const missing = await putChildren(work, parts.children, counts, 0);
  const put = () => to.store.putManifest(to.repository, ref, manifest.mediaType, manifest.bytes, { signal });
  try {
    return done(await again(put));
  } catch (error) {
    if (!(error instanceof ImageStoreError) || error.reason !== "manifest-blob-unknown") throw error;
    return done(await putOwnPlatform(work, parts.children, missing, counts, error));
  }
}

// A manifest is written last, so what names it has everything else.
async function isThere(
  { image: { from, to, later = [] }, options: { signal }, again }: Work,
): Promise<boolean> {
  const look = (ref: string) => again(() => to.store.resolve(to.repository, ref, { signal }));
  const found = await look(to.reference ?? from.reference);
  if (found?.digest === from.reference) return true;
  // The tag has gone on to a newer image, and must not go back to pass through this one again.
  if (found === undefined || !later.includes(found.digest)) return false;
  return await look(from.reference) !== undefined;
}

/** Copies blobs and writes the manifest. */
async function putImage(
  work: Work,
  manifest: Manifest,
  { blobs }: ImageParts,
  ref: string,
  counts: BlobCounts,
): Promise<void> {
  const { image: { from, to }, options, again } = work;
  const { signal } = options;
  const copyBlobs = () =>
    work.blobs.copyAll({ from, to, blobs, options, again, progress: work.progress, counts });
  await copyBlobs();
  for (let left = WRITES - 1;; left--) {
    try {
      await again(() =>
        to.store.putManifest(to.repository, ref, manifest.mediaType, manifest.bytes, { signal })
      );
      return;
    } catch (error) {
      const unknown = error instanceof ImageStoreError && error.reason === "manifest-blob-unknown";
      if (!unknown || left === 0) throw error;
      // What was taken for there is looked for again, and sent again where it is missing.
      work.blobs.forget(to, blobs);
      await copyBlobs();
    }
  }
}

// Deeper than any index that a builder makes.
const DEEPEST = 4;

/** Copies the children of an index, each by its digest; gives the digests that the source does not have. */
async function putChildren(
  work: Work,
  children: readonly IndexChild[],
  counts: BlobCounts,
  depth: number,
): Promise<string[]> {
  const { image: { from, to }, options: { signal }, again } = work;
  const missing: string[] = [];
  for (const { digest } of children) {
    if (await again(() => to.store.resolve(to.repository, digest, { signal })) !== undefined) continue;
    let manifest: Manifest;
    try {
      manifest = await again(() => from.store.getManifest(from.repository, digest, { signal }));
    } catch (error) {
      if (!(error instanceof ImageStoreError) || error.reason !== "manifest-unknown") throw error;
      missing.push(digest);
      continue;
    }
    const parts = partsOf(manifest, from);
    if (parts.kind === "image") {
      await putImage(work, manifest, parts, digest, counts);
    } else if (depth === DEEPEST) {
      throw new ImageStoreError(
        `${from.repository}@${digest}: indexes within indexes within indexes`,
        "unsupported",
      );
    } else {
      missing.push(...await putChildren(work, parts.children, counts, depth + 1));
      await again(() =>
        to.store.putManifest(to.repository, digest, manifest.mediaType, manifest.bytes, { signal })
      );
    }
  }
  return missing;
}

/** Stores the child of the node's platform in place of an index that the destination refuses (openshift 10.2). */
async function putOwnPlatform(
  work: Work,
  children: readonly IndexChild[],
  missing: readonly string[],
  counts: BlobCounts,
  refused: ImageStoreError,
): Promise<string> {
  const { image: { from, to }, options: { signal, log }, again } = work;
  const platform = nodePlatform();
  const child = children.find((one) => one.platform === platform && !missing.includes(one.digest));
  if (child === undefined) throw refused;
  const manifest = await again(() => from.store.getManifest(from.repository, child.digest, { signal }));
  const parts = partsOf(manifest, from);
  if (parts.kind !== "image") throw refused;
  await putImage(work, manifest, parts, to.reference ?? child.digest, counts);
  log.warn(
    `${from.repository}@${from.reference}: only the image of ${platform} was copied, as ${child.digest}. ` +
      `${missing.length} of ${children.length} platforms are not at the source, and the destination refuses the index: ${refused.message}`,
  );
  return child.digest;
}
