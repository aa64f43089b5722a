/**
 * Removes images that no backup of a bucket needs any more (openshift IMP-57).
 *
 * @module
 */

import { BACKUPS } from "../../actions/openshift/kinds.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { layoutKeys } from "../../images/object_storage/layout/keys.ts";
import type { ObjectStorage } from "../../images/object_storage/object_storage.ts";
import { nameOf, stringAt } from "../../objects/object.ts";
import { counted } from "../../preview/report/lines.ts";
import { type BackupFolder, findBackups, markImages } from "./archives.ts";
import { createMarks, type Marks } from "./marks.ts";
import { type Layout, markAll, markRecent, sweep, type Swept } from "./sweep.ts";
import { abortUploads } from "./uploads.ts";

/** What the command is told. */
export interface GcOptions {
  readonly storage: ObjectStorage;
  /** Folder in the bucket below which the layout lies; empty for its root. */
  readonly rootDirectory: string;
  /** Where Velero's Backups are. */
  readonly cluster: Pick<Cluster, "list">;
  readonly veleroNamespace: string;
  /** Delete, instead of only saying what would be deleted. */
  readonly delete: boolean;
  /** What is younger than so many milliseconds stays. */
  readonly olderThan: number;
  readonly now: () => Date;
  /** Takes one line. */
  readonly print: (line: string) => void;
}

/** Why nothing is deleted, or no more. */
export class GcError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "GcError";
  }
}

const ENDED = new Set(["Completed", "PartiallyFailed", "Failed", "FailedValidation", "Deleting"]);

/**
 * Does it. Every digest that an ImageStream in any backup of the bucket names stays, with what its manifest names; so does what was written
 * lately. The rest goes.
 *
 * @throws {GcError} when a backup cannot be read or is under way; nothing has been deleted then, or no more is.
 */
export async function collectImages(options: GcOptions): Promise<Swept> {
  const { storage, print, now } = options;
  const layout: Layout = { storage, keys: layoutKeys(options.rootDirectory) };
  const since = new Date(now().getTime() - options.olderThan);
  await refuseWhileRunning(options);
  const named = createMarks();
  const backups = await readBackups(options, named);
  print(
    `${storage.name}: found ${counted(named.size, "digest")} in ${
      counted(backups.streams, "ImageStream")
    } of ${counted(backups.archives, "backup")}`,
  );
  if (backups.without > 0) {
    print(`Velero cannot restore ${counted(backups.without, "backup")}, for want of an archive`);
  }
  const keep = { marks: createMarks(), followed: createMarks(), since };
  await markAll(layout, keep, named.values());
  await markRecent(layout, keep);
  const verb = options.delete ? "delete" : "would delete";
  const swept = await sweep(layout, keep, {
    delete: options.delete,
    gone: (hex, { size, modified }) =>
      print(`${verb} sha256:${hex} (${inWords(size)}, written ${modified.toISOString().slice(0, 10)})`),
    check: () => refuseWhileRunning(options),
  });
  swept.uploads = await abortUploads(layout, {
    since,
    now: now(),
    delete: options.delete,
    check: () => refuseWhileRunning(options),
    print,
  });
  print(
    `${options.delete ? "deleted" : "would delete"} ${counted(swept.blobs, "blob")} (${
      inWords(swept.bytes)
    }) and ${counted(swept.links, "link")}, and ${options.delete ? "kept" : "would keep"} ${
      counted(swept.kept, "blob")
    } (${inWords(swept.keptBytes)})`,
  );
  return swept;
}

/** Reads all backups of the bucket; the digests that they name go into `named`. */
async function readBackups({ storage, print }: GcOptions, named: Marks) {
  const unreadable: string[] = [];
  let [archives, streams, without] = [0, 0, 0];
  for await (const backup of findBackups(storage)) {
    try {
      const count = await markImages(storage, backup, named.add);
      if (count === undefined) without++;
      else [archives, streams] = [archives + 1, streams + count];
    } catch (error) {
      print(`${backup.archive}: ${error instanceof Error ? error.message : error}`);
      unreadable.push(nameIn(backup));
    }
  }
  if (unreadable.length > 0) {
    throw new GcError(
      `nothing was deleted, because the command cannot read ${
        counted(unreadable.length, "backup")
      }, which may need any image: ${
        unreadable.slice(0, 10).join(", ")
      }; delete such backups with \`velero backup delete\`, or run the command again when the bucket can be read`,
    );
  }
  return { archives, streams, without };
}

function nameIn({ archive }: BackupFolder): string {
  return archive.slice(archive.lastIndexOf("/") + 1, -".tar.gz".length);
}

// A backup that runs may rely on images that no archive names yet.
async function refuseWhileRunning({ cluster, veleroNamespace, delete: deleting }: GcOptions): Promise<void> {
  if (!deleting) return;
  for await (const backup of cluster.list(BACKUPS, { namespace: veleroNamespace })) {
    const phase = stringAt(backup, "status", "phase") ?? "New";
    if (ENDED.has(phase)) continue;
    throw new GcError(
      `nothing more was deleted, because Backup ${veleroNamespace}/${
        nameOf(backup)
      } is ${phase} and may need any image; ` +
        "run the command again when it has ended",
    );
  }
}

/** `1.5 GB`; decimal units, as storage is paid for. */
export function inWords(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const amount = bytes / 1000 ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
}
