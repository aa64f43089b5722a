/**
 * Marks what the images of backups consist of, and deletes the rest (openshift IMP-57).
 *
 * @module
 */

import { eachAtOnce } from "../../images/at_once.ts";
import { partsOf } from "../../images/object_storage/layout/manifest.ts";
import type { LayoutKeys } from "../../images/object_storage/layout/keys.ts";
import type { ObjectStorage, StoredObject } from "../../images/object_storage/object_storage.ts";
import { retry } from "../../images/retry.ts";
import { systemTime } from "../../cluster/live/time.ts";
import { type LayoutKey, readLayoutKey } from "./layout_keys.ts";
import type { Marks } from "./marks.ts";

/** The layout that is cleaned. */
export interface Layout {
  readonly storage: ObjectStorage;
  readonly keys: LayoutKeys;
}

/** What of the layout stays. */
export interface Keep {
  readonly marks: Marks;
  /** Of those the manifests that were read for what they name. */
  readonly followed: Marks;
  /** Whatever was written since then. */
  readonly since: Date;
}

/** What was deleted, or would be. */
export interface Swept {
  blobs: number;
  /** Of the blobs. */
  bytes: number;
  links: number;
  /** Uploads that were begun and never ended. */
  uploads: number;
  /** Blobs that stay, and their bytes. */
  kept: number;
  keptBytes: number;
}

const AT_ONCE = 8;
const LARGEST_MANIFEST = 4 * 1024 * 1024;

/** Marks manifests with everything that they name. */
export async function markAll(layout: Layout, keep: Keep, hexes: Iterable<string>): Promise<void> {
  await eachAtOnce(hexes, (hex) => markWithParts(layout, keep, hex));
}

/** Marks a manifest with everything that it names, at any depth. */
async function markWithParts(layout: Layout, keep: Keep, hex: string): Promise<void> {
  const { marks, followed } = keep;
  marks.add(hex);
  if (!followed.add(hex)) return;
  const bytes = await readSmall(layout, layout.keys.blob(`sha256:${hex}`), LARGEST_MANIFEST);
  const parts = bytes === undefined ? undefined : partsOf(bytes);
  const hexOf = (digest: string) => /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  for (const digest of parts?.blobs ?? []) {
    const part = hexOf(digest);
    if (part !== undefined) marks.add(part);
  }
  for (const digest of parts?.manifests ?? []) {
    const child = hexOf(digest);
    if (child !== undefined) await markWithParts(layout, keep, child);
  }
}

/** Marks what links name that were written since then: a copy may be under way, or its backup not be written yet. */
export async function markRecent(layout: Layout, keep: Keep): Promise<void> {
  const { marks, since } = keep;
  for await (const { key, object } of keysBelow(layout, "repositories/")) {
    if (object.modified < since || key.kind === "blob") continue;
    if (key.kind === "link" && !key.manifest) marks.add(key.hex);
    else {
      const hex = key.kind === "link" ? key.hex : await linkedBy(layout, object);
      if (hex !== undefined) await markWithParts(layout, keep, hex);
    }
  }
}

/** How the sweep is told what happens. */
export interface SweepOptions {
  /** Delete, instead of only counting. */
  readonly delete: boolean;
  /** One blob that goes. */
  readonly gone: (hex: string, object: StoredObject) => void;
  /** Called before each hundred deletions; what it throws ends the sweep. */
  readonly check: () => Promise<void>;
}

/**
 * Deletes what is not kept: first links, then blobs, so that a sweep that is cut off leaves no link to what is missing.
 *
 * @throws {ImageStoreError} when an object cannot be deleted.
 */
export async function sweep(
  layout: Layout,
  { marks, since }: Omit<Keep, "followed">,
  options: SweepOptions,
): Promise<Swept> {
  const swept: Swept = { blobs: 0, bytes: 0, links: 0, uploads: 0, kept: 0, keptBytes: 0 };
  const { storage } = layout;
  let deletions = 0;
  let waiting: string[] = [];
  const flush = async () => {
    const keys = waiting;
    waiting = [];
    await Promise.all(keys.map((key) => retry(() => storage.delete(key), { time: systemTime })));
  };
  const remove = async (key: string) => {
    if (!options.delete) return;
    if (deletions++ % 100 === 0) await options.check();
    waiting.push(key);
    if (waiting.length >= AT_ONCE) await flush();
  };
  for await (const { key, object } of keysBelow(layout, "repositories/")) {
    if (object.modified >= since || key.kind === "blob") continue;
    const hex = key.kind === "link" ? key.hex : await linkedBy(layout, object);
    // A tag that names nothing that can be understood is left to people.
    if (hex === undefined || marks.has(hex)) continue;
    swept.links++;
    await remove(object.key);
  }
  await flush();
  for await (const { key, object } of keysBelow(layout, "blobs/")) {
    if (key.kind !== "blob") continue;
    if (object.modified >= since || marks.has(key.hex)) {
      swept.kept++;
      swept.keptBytes += object.size;
      continue;
    }
    swept.blobs++;
    swept.bytes += object.size;
    options.gone(key.hex, object);
    await remove(object.key);
  }
  await flush();
  return swept;
}

async function* keysBelow(
  { storage, keys }: Layout,
  folder: "blobs/" | "repositories/",
): AsyncGenerator<{ key: LayoutKey; object: StoredObject }> {
  for (const root of storage.slashedKeys ? [keys.root, `/${keys.root}`] : [keys.root]) {
    for await (const { objects } of storage.list(root + folder)) {
      for (const object of objects) {
        const key = readLayoutKey(object.key.slice(root.length));
        if (key !== undefined) yield { key, object };
      }
    }
  }
}

async function linkedBy(layout: Layout, { key, size }: StoredObject): Promise<string | undefined> {
  if (size > 1024) return undefined;
  const bytes = await readOne(layout, key, 1024);
  return /^sha256:([0-9a-f]{64})$/.exec(new TextDecoder().decode(bytes).trim())?.[1];
}

async function readSmall(layout: Layout, key: string, limit: number): Promise<Uint8Array | undefined> {
  for (const spelling of layout.storage.slashedKeys ? [key, `/${key}`] : [key]) {
    const found = await readOne(layout, spelling, limit);
    if (found !== undefined) return found;
  }
}

/** An object that is no larger than that. */
async function readOne({ storage }: Layout, key: string, limit: number): Promise<Uint8Array | undefined> {
  return await retry(async () => {
    const found = await storage.get(key, 0);
    if (found === undefined) return undefined;
    if (found.size > limit) {
      await found.body.cancel();
      return undefined;
    }
    return new Uint8Array(
      await new Response(found.body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
    );
  }, { time: systemTime });
}
