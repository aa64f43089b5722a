/**
 * A place that holds images: a registry, or a backup's object storage in the layout of one (openshift 10.1).
 *
 * @module
 */

/** What every request takes. */
export interface StoreOptions {
  /** Ends the request early; the reason of the signal is thrown. */
  readonly signal?: AbortSignal;
}

/** What a manifest or blob is, without its bytes. */
export interface Descriptor {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
}

/** A manifest or index, byte for byte as it is stored. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A blob that is being read. Whoever gets it reads `body` to its end or cancels it. */
export interface BlobContent {
  /** In bytes, as the store announces it; `undefined` when it does not. The bytes are not verified here. */
  readonly size: number | undefined;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Images by repository, `namespace/stream`, and reference, which is a tag or a digest.
 *
 * Each function makes one attempt and throws an {@link ImageStoreError}; whoever copies repeats what may be repeated
 * (`retry.ts`). An implementation repeats by itself only what the caller cannot, such as one part of a large upload.
 */
export interface ImageStore {
  /** Names the store in messages and keys what is known about it: `registry.example.com:5000` or `bsl://velero/default`. */
  readonly name: string;
  /** What a reference names; `undefined` when the store has no such manifest. */
  resolve(repo: string, ref: string, options?: StoreOptions): Promise<Descriptor | undefined>;
  /**
   * A manifest. When `ref` is a digest, the bytes have that digest.
   *
   * @throws {ImageStoreError} `manifest-unknown` when it is not there, `digest-mismatch` when the bytes are not those named.
   */
  getManifest(repo: string, ref: string, options?: StoreOptions): Promise<Manifest>;
  /**
   * True when the repository has the blob.
   *
   * @param options `size`, in bytes: storage that does not verify what it holds takes a blob of another size for absent.
   */
  hasBlob(
    repo: string,
    digest: string,
    options?: StoreOptions & { readonly size?: number },
  ): Promise<boolean>;
  /** Lets the repository have a blob of another one without sending it; false when the store does not do that. */
  mountBlob(repo: string, digest: string, fromRepo: string, options?: StoreOptions): Promise<boolean>;
  /** @throws {ImageStoreError} `blob-unknown` when it is not there. */
  getBlob(repo: string, digest: string, options?: StoreOptions): Promise<BlobContent>;
  /**
   * Stores a blob. When `body` fails, because the source broke off or its bytes are not those of the digest, or when the signal
   * aborts, nothing is stored, what was begun is taken back, and the error of `body` is thrown as it is.
   *
   * @param size In bytes; `body` ends after exactly so many, or fails.
   */
  putBlob(
    repo: string,
    digest: string,
    size: number,
    body: ReadableStream<Uint8Array>,
    options?: StoreOptions,
  ): Promise<void>;
  /**
   * Stores a manifest under a tag or a digest; gives the digest under which the store has it.
   *
   * @throws {ImageStoreError} `manifest-blob-unknown` when the store misses what the manifest names.
   */
  putManifest(
    repo: string,
    ref: string,
    mediaType: string,
    bytes: Uint8Array,
    options?: StoreOptions,
  ): Promise<string>;
}

/**
 * Why a store did not do what was asked. `denied` is a missing right or a credential that is not accepted; `unreachable` means that
 * there was no answer; `refused` is every other answer that a repeat would not change, and `failed` one that it may.
 */
export type StoreReason =
  | "manifest-unknown"
  | "blob-unknown"
  | "manifest-blob-unknown"
  | "digest-mismatch"
  | "denied"
  | "unsupported"
  | "unreachable"
  | "refused"
  | "failed";

const REPEATABLE: ReadonlySet<StoreReason> = new Set<StoreReason>(["unreachable", "failed"]);

/** A request that a store did not serve. The message names store, repository and digest or tag, and never a credential. */
export class ImageStoreError extends Error {
  readonly reason: StoreReason;
  /** True when the same request may succeed later. */
  readonly repeatable: boolean;
  /** How long the store asks to wait before a repeat, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    reason: StoreReason,
    options: { readonly retryAfter?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ImageStoreError";
    this.reason = reason;
    this.repeatable = REPEATABLE.has(reason);
    this.retryAfter = options.retryAfter;
  }
}
