/**
 * Aborts uploads that a killed process has left in the bucket (openshift IMP-57).
 *
 * @module
 */

import { systemTime } from "../../cluster/live/time.ts";
import type { UnfinishedUpload } from "../../images/object_storage/object_storage.ts";
import { retry } from "../../images/retry.ts";
import { ImageStoreError } from "../../images/store.ts";
import { readLayoutKey } from "./layout_keys.ts";
import type { Layout } from "./sweep.ts";

// An upload of another cluster may be under way. None takes so long, because a copy has a time limit of hours.
const LEAST_AGE = 24 * 3_600_000;

/** How uploads are looked for. */
export interface UploadsOptions {
  /** What was begun later stays. */
  readonly since: Date;
  readonly now: Date;
  /** Abort, instead of only saying so. */
  readonly delete: boolean;
  /** Called before the first is aborted; what it throws ends the command. */
  readonly check: () => Promise<void>;
  /** Takes one line. */
  readonly print: (line: string) => void;
}

/**
 * Aborts unfinished uploads of blobs that are older than the limit, and at least a day old. A bucket that does not tell of them is no
 * reason to fail.
 *
 * @returns How many there were.
 * @throws {ImageStoreError} when one cannot be aborted.
 */
export async function abortUploads({ storage, keys }: Layout, options: UploadsOptions): Promise<number> {
  const { unfinished } = storage;
  if (unfinished === undefined) return 0;
  const limit = Math.min(options.since.getTime(), options.now.getTime() - LEAST_AGE);
  const old: { readonly hex: string; readonly upload: UnfinishedUpload }[] = [];
  try {
    for await (const page of unfinished.list(`${keys.root}blobs/`)) {
      for (const upload of page) {
        const key = readLayoutKey(upload.key.slice(keys.root.length));
        // A date that cannot be read is no proof of age.
        if (key?.kind === "blob" && upload.begun.getTime() < limit) old.push({ hex: key.hex, upload });
      }
    }
  } catch (error) {
    if (!(error instanceof ImageStoreError)) throw error;
    options.print(
      `unfinished uploads cannot be listed: ${error.message}; allow s3:ListBucketMultipartUploads, ` +
        "or let a lifecycle rule of the bucket abort them",
    );
    return 0;
  }
  if (options.delete && old.length > 0) await options.check();
  for (const { hex, upload } of old) {
    const verb = options.delete ? "abort" : "would abort";
    options.print(`${verb} the upload of sha256:${hex}, begun ${upload.begun.toISOString().slice(0, 10)}`);
    if (options.delete) await retry(() => unfinished.abort(upload), { time: systemTime });
  }
  return old.length;
}
