/**
 * Copies that are only looked at: what would be copied, how large it is and what is there already. Nothing is written.
 *
 * @module
 */

import { systemTime, type Time } from "../cluster/live/time.ts";
import { nameOf, namespaceOf } from "../objects/object.ts";
import { createCopier } from "./copy.ts";
import { digestOf } from "./digest.ts";
import type { CopiedImage, CopyOptions, ImageCopy, Images } from "./images.ts";
import type { RecordedCopy } from "./recorded_copy.ts";
import { type ImageStore, ImageStoreError, type Manifest } from "./store.ts";

/** What a recording needs. */
export interface RecordingOptions {
  readonly note: (copy: RecordedCopy, log: CopyOptions["log"]) => void;
  readonly time?: Time;
}

/** The same images, but copies are handed to `note` instead of being made. Later copies see what earlier ones would have stored. */
export function recordImages(inner: Images, { note, time = systemTime }: RecordingOptions): Images {
  const stores = new Map<ImageStore, ImageStore>();
  // One attempt: what is slow or broken right now is told, and the preview goes on.
  const { copy } = createCopier({ time, random: () => 0, attempts: 1 });
  const recorded = (store: ImageStore): ImageStore => {
    const known = stores.get(store) ?? recordingStore(store);
    stores.set(store, known);
    return known;
  };

  return {
    backupByDefault: inner.backupByDefault,
    registry: (access) => inner.registry(access),
    storage: (access, options) => inner.storage(access, options),
    stop: () => undefined,
    async copy(image, options) {
      const { from, to, later } = image;
      const looked: ImageCopy = {
        from: { ...from, store: recorded(from.store) },
        to: { ...to, store: recorded(to.store) },
        ...(later === undefined ? {} : { later }),
      };
      try {
        const found = await copy(looked, options);
        const { copied, existing, mounted } = found.blobs;
        const present = existing + mounted;
        const figures = { blobs: copied, bytes: found.bytes, present, complete: found.complete };
        note({ ...placesOf(image), ...figures }, options.log);
        return found;
      } catch (error) {
        if (!(error instanceof ImageStoreError) || !HIDDEN.has(error.reason)) throw error;
        note({ ...placesOf(image), ...NOTHING, unknown: error.message }, options.log);
        return assumed(image);
      }
    },
  };
}

// The registry of a cluster need not be reachable from where a preview runs, nor its user be Velero's.
const HIDDEN: ReadonlySet<string> = new Set(["unreachable", "failed", "denied"]);

/** Images of a preview without a cluster: no place is looked at. */
export function assumeImages(note: RecordingOptions["note"], backupByDefault: boolean): Images {
  const store = (name: string) => Promise.resolve({ name } as ImageStore);
  const unknown = "registries and object storage are not asked in a preview without a cluster";
  return {
    backupByDefault,
    registry: ({ host }) => store(host),
    stop: () => undefined,
    storage: ({ location }) => store(`bsl://${namespaceOf(location)}/${nameOf(location)}`),
    copy(image, { log }) {
      note({ ...placesOf(image), ...NOTHING, unknown }, log);
      return Promise.resolve(assumed(image));
    },
  };
}

const NOTHING = { blobs: 0, bytes: 0, present: 0, complete: false };

function assumed({ from }: ImageCopy): CopiedImage {
  const blobs = { copied: 0, mounted: 0, existing: 0 };
  return { digest: from.reference, blobs, bytes: 0, complete: false };
}

function placesOf({ from, to }: ImageCopy): Pick<RecordedCopy, "from" | "to"> {
  return {
    from: `${from.store.name}/${from.repository}@${from.reference}`,
    to: `${to.store.name}/${to.repository}${to.reference === undefined ? "" : `:${to.reference}`}`,
  };
}

/** Reads a store, and keeps to itself what is written. */
function recordingStore(inner: ImageStore): ImageStore {
  const manifests = new Map<string, Manifest>();
  const blobs = new Set<string>();
  const key = (repo: string, what: string) => `${repo} ${what}`;

  const store: ImageStore = {
    name: inner.name,
    async resolve(repo, ref, options) {
      const written = manifests.get(key(repo, ref));
      if (written === undefined) return await inner.resolve(repo, ref, options);
      const { digest, mediaType, bytes } = written;
      return { digest, mediaType, size: bytes.length };
    },
    getManifest: async (repo, ref, options) =>
      manifests.get(key(repo, ref)) ?? await inner.getManifest(repo, ref, options),
    hasBlob: async (repo, digest, options) =>
      blobs.has(key(repo, digest)) || await inner.hasBlob(repo, digest, options),
    async mountBlob(repo, digest, fromRepo, options) {
      if (!await store.hasBlob(fromRepo, digest, options)) return false;
      blobs.add(key(repo, digest));
      return true;
    },
    async getBlob(repo, digest, options) {
      if (!await store.hasBlob(repo, digest, options)) {
        throw new ImageStoreError(`${inner.name}/${repo}: blob ${digest} is not there`, "blob-unknown");
      }
      return { size: undefined, body: new ReadableStream() };
    },
    async putBlob(repo, digest, _size, body) {
      await body.cancel();
      blobs.add(key(repo, digest));
    },
    putManifest(repo, ref, mediaType, bytes) {
      const digest = digestOf(bytes);
      for (const name of [ref, digest]) manifests.set(key(repo, name), { digest, mediaType, bytes });
      return Promise.resolve(digest);
    },
  };
  return store;
}
