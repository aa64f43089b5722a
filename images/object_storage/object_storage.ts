/**
 * Objects in a bucket, whichever service keeps it: what the layout of images and the removal of old ones need.
 *
 * @module
 */

import type { SizedStream } from "../http.ts";

/** What every request takes. */
export interface ObjectOptions {
  /** Ends the request early; the reason of the signal is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** An object without its bytes. */
export interface StoredObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** When it was written last. */
  readonly modified: Date;
}

/** An object that is being read. Whoever gets it reads `body` to its end or cancels it. */
export interface ObjectContent {
  /** Of the whole object, in bytes. */
  readonly size: number;
  /** The bytes from where they were asked for. */
  readonly body: ReadableStream<Uint8Array>;
}

/** A large object that is written. */
export interface LargeObject extends SizedStream {
  /** SHA-256 of the bytes as 64 hexadecimal digits; a service that can verifies it. */
  readonly sha256: string;
}

/** One page of a list. */
export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** With `folders`: the prefixes in which further objects lie, each with a slash at its end. */
  readonly folders: readonly string[];
}

/** An upload in parts that was begun and neither completed nor aborted. Its parts cost as much as an object, and no list shows them. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly id: string;
  readonly begun: Date;
}

/** How a list is read. */
export interface ListOptions extends ObjectOptions {
  /** List what lies directly below the prefix, and name the folders there, instead of everything in them. */
  readonly folders?: boolean;
}

/**
 * The objects of one bucket. Keys have no slash in front.
 *
 * Every function makes one attempt and throws an `ImageStoreError`, but pages of lists and parts of large objects are repeated.
 */
export interface ObjectStorage {
  /** Names the bucket in messages: `s3://bucket`. */
  readonly name: string;
  /** True where older writers have put a slash in front of keys: what is not found is looked for there (openshift 10.3). */
  readonly slashedKeys: boolean;
  head(key: string, options?: ObjectOptions): Promise<StoredObject | undefined>;
  /** An object from that byte on; `undefined` when it does not exist. */
  get(key: string, from: number, options?: ObjectOptions): Promise<ObjectContent | undefined>;
  /** Writes or replaces a small object. */
  put(key: string, bytes: Uint8Array, options?: ObjectOptions): Promise<void>;
  /**
   * Writes or replaces an object of any size and holds no more of it in memory than one part or two. When the stream fails or the signal
   * aborts, nothing is stored, what was begun is taken back, and that error is thrown as it is.
   */
  putLarge(key: string, object: LargeObject, options?: ObjectOptions): Promise<void>;
  /** The objects below a prefix, page by page. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectPage>;
  /** Deletes an object, which need not exist. */
  delete(key: string, options?: ObjectOptions): Promise<void>;
  /** Uploads that a killed process has left. Absent where the service deletes them by itself after a week, as Azure and Google do. */
  readonly unfinished?: {
    /** Those below a prefix, page by page. */
    list(prefix: string, options?: ObjectOptions): AsyncIterable<readonly UnfinishedUpload[]>;
    /** Aborts an upload, which need not exist. */
    abort(upload: UnfinishedUpload, options?: ObjectOptions): Promise<void>;
  };
}
