/**
 * Images as actions see them: a store for each place, and the copy of one image between two places (openshift 10.1).
 *
 * @module
 */

import type { Cluster } from "../cluster/cluster.ts";
import type { JsonObject } from "../objects/json.ts";
import type { ImageStore } from "./store.ts";

/** How a registry is reached. */
export interface RegistryAccess {
  /** Host with port. */
  readonly host: string;
  /**
   * `service-account`: the token with which this process talks to the API server, read anew as it is renewed (openshift IMP-53).
   * Only for the registry of that cluster. Absent: anonymous.
   */
  readonly credentials?: "service-account" | { readonly username: string; readonly password: string };
  /** A file with further certificates of authorities; empty for none. The system's and the cluster's are always trusted. */
  readonly caFile: string;
  /** Do not verify the server's certificate. */
  readonly insecure: boolean;
  /** Speak plain HTTP when the server does not speak TLS. */
  readonly plainHttp: boolean;
}

/** How the object storage of a backup is reached (openshift 9.6). */
export interface StorageAccess {
  /** The BackupStorageLocation. */
  readonly location: JsonObject;
  /** Reads the Secrets that hold its credentials. */
  readonly cluster: Pick<Cluster, "get">;
  /** Folder in the bucket below which the layout begins; empty for its root. */
  readonly rootDirectory: string;
}

/** Opens the store of a BackupStorageLocation. */
export type OpenStorage = (
  access: StorageAccess,
  options: { readonly signal?: AbortSignal },
) => Promise<ImageStore>;

/** One end of a copy. */
export interface ImagePlace {
  readonly store: ImageStore;
  /** `namespace/stream` */
  readonly repository: string;
  /** A tag or digest. Absent at a destination: by digest only (openshift IMP-50). */
  readonly reference?: string;
}

/** One image to copy, with all its platforms. */
export interface ImageCopy {
  /** `reference` is a digest. */
  readonly from: ImagePlace & { readonly reference: string };
  readonly to: ImagePlace;
  /**
   * Digests that the tag gets after this image. A tag that names one of them already does not go back, as long as this image is
   * there by its digest.
   */
  readonly later?: readonly string[];
}

/** How a blob came to its destination. */
export type BlobResult = "copied" | "mounted" | "existing" | "failed";

/** What a copy gets from the call that it belongs to. */
export interface CopyOptions {
  readonly signal: AbortSignal;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** At most so many blobs under way in the whole process. */
  readonly concurrency: number;
  /** Counts a blob; `bytes` are those sent. */
  readonly count: (result: BlobResult, bytes: number) => void;
}

/** A copy that was made, or in a preview one that would be made. */
export interface CopiedImage {
  /** Of the manifest at the destination; another than at the source only when not all platforms could be kept. */
  readonly digest: string;
  /** Blobs by how they came there. A blob that the image names twice counts once. */
  readonly blobs: Readonly<Record<Exclude<BlobResult, "failed">, number>>;
  /** Bytes of the blobs that were sent. */
  readonly bytes: number;
  /** The whole image was there before. */
  readonly complete: boolean;
}

/** The images of the world outside: what `context.images` is. */
export interface Images {
  /** What `OPENSHIFT_IMAGESTREAM_BACKUP` said when the process began. */
  readonly backupByDefault: boolean;
  /** The store of a registry. Nothing is asked of it yet. */
  registry(access: RegistryAccess): Promise<ImageStore>;
  /**
   * The store of a BackupStorageLocation, opened once per version of it (openshift IMP-18).
   *
   * @throws {ImageStoreError} when its provider is not known or its credentials are missing.
   */
  storage(access: StorageAccess, options: { readonly signal?: AbortSignal }): Promise<ImageStore>;
  /**
   * Copies one image. In a preview the copy is only recorded: both stores are read and nothing is written.
   *
   * What a copy that fails has already stored stays there, and the next one goes on from it.
   *
   * @throws {ImageStoreError} when the image cannot be copied, and the reason of an aborted signal.
   */
  copy(image: ImageCopy, options: CopyOptions): Promise<CopiedImage>;
  /** Aborts the copies under way, because the process ends; settles when their uploads are taken back. Nothing when there are none. */
  stop(): Promise<void> | undefined;
}
