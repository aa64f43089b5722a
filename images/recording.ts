/**
 * Copies that are only looked at: what would be copied, how large it is and what is there already. Nothing is written.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { systemTime, type Time } from "../cluster/live/time.ts";
import { nameOf, namespaceOf } from "../objects/object.ts";
import { createCopier } from "./copy.ts";
import type { CopiedImage, ImageCopy, Images } from "./images.ts";
import { type ImageStore, ImageStoreError, type Manifest } from "./store.ts";

/** A copy that would be made. */
export interface RecordedCopy {
  /** `registry.example.com:5000/shop/web@sha256:…` */
  readonly from: string;
  /** `bsl://velero/default/shop/web:1`; without a tag by digest only. */
  readonly to: string;
  /** Blobs that would be sent, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that are there already, or in another repository of the same place. */
  readonly present: number;
  /** Why the figures are not known: a place cannot be looked at from here. */
  readonly unknown?: string;
}

/** What a recording needs. */
export interface RecordingOptions {
  readonly note: (copy: RecordedCopy) => void;
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
        note({ ...placesOf(image), blobs: copied, bytes: found.bytes, present: existing + mounted });
        return found;
      } catch (error) {
        if (!(error instanceof ImageStoreError) || !HIDDEN.has(error.reason)) throw error;
        note({ ...placesOf(image), blobs: 0, bytes: 0, present: 0, unknown: error.message });
        return assumed(image);
      }
    },
  };
}

// The registry of a cluster need not be reachable from where a preview runs, nor its user be Velero's.
const HIDDEN: ReadonlySet<string> = new Set(["unreachable", "failed", "denied"]);

/** Images of a preview without a cluster: no place is looked at. */
export function assumeImages(note: (copy: RecordedCopy) => void, backupByDefault: boolean): Images {
  const store = (name: string) => Promise.resolve({ name } as ImageStore);
  const unknown = "registries and object storage are not asked in a preview without a cluster";
  return {
    backupByDefault,
    registry: ({ host }) => store(host),
    storage: ({ location }) => store(`bsl://${namespaceOf(location)}/${nameOf(location)}`),
    copy(image) {
      note({ ...placesOf(image), blobs: 0, bytes: 0, present: 0, unknown });
      return Promise.resolve(assumed(image));
    },
  };
}

function assumed({ from }: ImageCopy): CopiedImage {
  return { digest: from.reference, blobs: { copied: 0, mounted: 0, existing: 0 }, bytes: 0 };
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
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      for (const name of [ref, digest]) manifests.set(key(repo, name), { digest, mediaType, bytes });
      return Promise.resolve(digest);
    },
  };
  return store;
}
