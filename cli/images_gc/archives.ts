/**
 * The backups of a bucket, and the images that they name (openshift IMP-57).
 *
 * @module
 */

import { readResumed } from "../../images/object_storage/layout/resumed.ts";
import type { ObjectStorage } from "../../images/object_storage/object_storage.ts";
import { type ArchiveLimits, LIMITS, readItems } from "../../preview/archive/read.ts";

// Only one item is in memory, so a large backup is no danger.
const WHOLE: ArchiveLimits = { ...LIMITS, total: Infinity, entries: Infinity };

/** One backup's folder in the bucket. */
export interface BackupFolder {
  /** Its key, such as `velero/backups/nightly/nightly.tar.gz`. */
  readonly archive: string;
}

// Of any root directory. It has very many objects, and no backups.
const LAYOUT = "docker/registry/v2/";

// What Velero has beside `backups/`. A bucket may have very many objects in these.
const OTHERS = new Set(["restores", "restic", "kopia", "metadata", "plugins"]);

/**
 * The backups of all storage locations of the bucket. Images are shared by all of them, because the layout lies outside of their prefixes
 * (openshift 9.6).
 */
export async function* findBackups(
  storage: ObjectStorage,
  prefix = "",
): AsyncGenerator<BackupFolder> {
  const folders: string[] = [];
  for await (const page of storage.list(prefix, { folders: true })) folders.push(...page.folders);
  const names = folders.map((folder) => folder.slice(prefix.length, -1));
  const isLocation = names.includes("backups");
  for (const [index, folder] of folders.entries()) {
    const name = names[index] ?? "";
    if (folder.endsWith(LAYOUT) || name === "") continue;
    if (name === "backups") yield* backupsIn(storage, folder);
    else if (!isLocation || !OTHERS.has(name)) yield* findBackups(storage, folder);
  }
}

async function* backupsIn(storage: ObjectStorage, folder: string): AsyncGenerator<BackupFolder> {
  for await (const { folders } of storage.list(folder, { folders: true })) {
    for (const backup of folders) {
      const name = backup.slice(folder.length, -1);
      if (name !== "") yield { archive: `${backup}${name}.tar.gz` };
    }
  }
}

const DIGESTS = /sha256:([0-9a-f]{64})/g;

/**
 * Gives every digest that an ImageStream of the backup names, wherever in the object, to `mark`, as 64 hexadecimal digits.
 *
 * @returns How many ImageStreams there are; `undefined` when the backup has no archive, because it failed before Velero wrote one.
 * @throws {TypeError} when the archive is broken, and {@link ImageStoreError} when it cannot be fetched.
 */
export async function markImages(
  storage: ObjectStorage,
  { archive }: BackupFolder,
  mark: (hex: string) => unknown,
): Promise<number | undefined> {
  const content = await readResumed(storage, archive);
  if (content === undefined) return undefined;
  let streams = 0;
  const decoder = new TextDecoder();
  const items = readItems(content.body, { limits: WHOLE, resource: "imagestreams.image.openshift.io" });
  for await (const { bytes } of items) {
    streams++;
    for (const [, hex = ""] of decoder.decode(bytes).matchAll(DIGESTS)) mark(hex);
  }
  return streams;
}
