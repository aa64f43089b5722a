/**
 * An image store in memory, and images to put into it, for tests.
 *
 * @module
 */

import { type BlobContent, type ImageStore, ImageStoreError } from "../../images/store.ts";

/** Media types of manifests, by short names. */
export const MEDIA_TYPES = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  docker: "application/vnd.docker.distribution.manifest.v2+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  schema1: "application/vnd.docker.distribution.manifest.v1+prettyjws",
} as const;

const encoder = new TextEncoder();

/** `sha256:` and the digest of bytes or text. */
export async function digestOf(content: Uint8Array | string): Promise<string> {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  return `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)).toHex()}`;
}

/** A repository's content; keys are digests, for `tags` names. */
export interface Repository {
  readonly tags: Map<string, string>;
  readonly manifests: Map<string, { mediaType: string; bytes: Uint8Array }>;
  readonly blobs: Map<string, Uint8Array>;
}

/** A store in memory. */
export interface MemoryImageStore extends ImageStore {
  readonly repositories: Map<string, Repository>;
  /** Requests in order, such as `getBlob n/s sha256:…`; for `mountBlob` the other repository follows. */
  readonly requests: string[];
  /** Called before each request with its line; what it throws is the answer. */
  fault: (request: string) => void;
  /** True: blobs of other repositories can be mounted. Default. */
  mounts: boolean;
  /** Makes the repository when it is not there. */
  repository(name: string): Repository;
  /** Adds a blob; gives its digest. */
  addBlob(repo: string, content: Uint8Array | string): Promise<string>;
  /** Adds a manifest, which may be incomplete; gives its digest. */
  addManifest(repo: string, mediaType: string, value: unknown, tag?: string): Promise<string>;
  /** Adds an image of one configuration and one layer for each text; gives the manifest's digest. */
  addImage(repo: string, layers: readonly string[], tag?: string): Promise<string>;
  /** Adds an index of manifests that are there, or not; gives its digest. */
  addIndex(repo: string, children: readonly string[], tag?: string): Promise<string>;
}

/** Makes an empty store. Like a registry it refuses manifests whose parts it has not got. */
export function createMemoryImageStore(name = "memory:5000"): MemoryImageStore {
  const repositories = new Map<string, Repository>();
  const known = (repo: string) => repositories.get(repo);
  const request = (...words: string[]) => {
    const line = words.join(" ");
    store.requests.push(line);
    store.fault(line);
  };
  const manifestOf = (repo: string, ref: string) => {
    const digest = known(repo)?.tags.get(ref) ?? ref;
    const manifest = known(repo)?.manifests.get(digest);
    return manifest === undefined ? undefined : { digest, ...manifest };
  };
  const store: MemoryImageStore = {
    name,
    repositories,
    requests: [],
    fault: () => {},
    mounts: true,

    resolve(repo, ref, { signal } = {}) {
      return answer(signal, () => {
        request("resolve", repo, ref);
        const found = manifestOf(repo, ref);
        if (found === undefined) return undefined;
        return { digest: found.digest, mediaType: found.mediaType, size: found.bytes.length };
      });
    },
    getManifest(repo, ref, { signal } = {}) {
      return answer(signal, () => {
        request("getManifest", repo, ref);
        const found = manifestOf(repo, ref);
        if (found !== undefined) return found;
        throw new ImageStoreError(`${name}/${repo}: manifest ${ref} is unknown`, "manifest-unknown");
      });
    },
    hasBlob(repo, digest, { signal } = {}) {
      return answer(signal, () => {
        request("hasBlob", repo, digest);
        return known(repo)?.blobs.has(digest) ?? false;
      });
    },
    mountBlob(repo, digest, fromRepo, { signal } = {}) {
      return answer(signal, () => {
        request("mountBlob", repo, digest, fromRepo);
        const blob = known(fromRepo)?.blobs.get(digest);
        if (!store.mounts || blob === undefined) return false;
        store.repository(repo).blobs.set(digest, blob);
        return true;
      });
    },
    getBlob(repo, digest, { signal } = {}) {
      return answer(signal, (): BlobContent => {
        request("getBlob", repo, digest);
        const bytes = known(repo)?.blobs.get(digest);
        if (bytes !== undefined) return { size: bytes.length, body: ReadableStream.from([bytes]) };
        throw new ImageStoreError(`${name}/${repo}: blob ${digest} is unknown`, "blob-unknown");
      });
    },
    async putBlob(repo, digest, size, body, { signal } = {}) {
      const bytes = new Uint8Array(
        await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
      );
      await answer(signal, () => request("putBlob", repo, digest));
      if (bytes.length !== size || await digestOf(bytes) !== digest) {
        throw new ImageStoreError(
          `${name}/${repo}: ${digest} is not the digest of the bytes`,
          "digest-mismatch",
        );
      }
      store.repository(repo).blobs.set(digest, bytes);
    },
    async putManifest(repo, ref, mediaType, bytes, { signal } = {}) {
      await answer(signal, () => request("putManifest", repo, ref));
      const { manifests, blobs, tags } = store.repository(repo);
      const { manifests: children = [], config, layers = [] } = JSON.parse(new TextDecoder().decode(bytes));
      const parts = [...(config === undefined ? [] : [config]), ...layers]
        .filter(({ urls }: { urls?: unknown }) => urls === undefined);
      const missing = children.some((child: { digest: string }) => !manifests.has(child.digest)) ||
        parts.some((part: { digest: string }) => !blobs.has(part.digest));
      if (missing) {
        throw new ImageStoreError(`${name}/${repo}: a blob of ${ref} is unknown`, "manifest-blob-unknown");
      }
      const digest = await digestOf(bytes);
      manifests.set(digest, { mediaType, bytes });
      if (ref !== digest) tags.set(ref, digest);
      return digest;
    },

    repository(repo) {
      const found = repositories.get(repo) ?? { tags: new Map(), manifests: new Map(), blobs: new Map() };
      repositories.set(repo, found);
      return found;
    },
    async addBlob(repo, content) {
      const bytes = typeof content === "string" ? encoder.encode(content) : content;
      const digest = await digestOf(bytes);
      store.repository(repo).blobs.set(digest, bytes);
      return digest;
    },
    async addManifest(repo, mediaType, value, tag) {
      const bytes = encoder.encode(JSON.stringify(value));
      const digest = await digestOf(bytes);
      const { manifests, tags } = store.repository(repo);
      manifests.set(digest, { mediaType, bytes });
      if (tag !== undefined) tags.set(tag, digest);
      return digest;
    },
    async addImage(repo, layers, tag) {
      const add = async (mediaType: string, content: string) => ({
        mediaType,
        size: encoder.encode(content).length,
        digest: await store.addBlob(repo, content),
      });
      const value = {
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.manifest,
        config: await add(
          "application/vnd.oci.image.config.v1+json",
          JSON.stringify({ architecture: "amd64", os: "linux", layers }),
        ),
        layers: await Promise.all(
          layers.map((text) => add("application/vnd.oci.image.layer.v1.tar+gzip", text)),
        ),
      };
      return await store.addManifest(repo, MEDIA_TYPES.manifest, value, tag);
    },
    addIndex(repo, children, tag) {
      const architectures = ["amd64", "arm64", "s390x", "ppc64le"];
      const manifests = children.map((digest, index) => ({
        mediaType: MEDIA_TYPES.manifest,
        digest,
        size: known(repo)?.manifests.get(digest)?.bytes.length ?? 100,
        platform: { os: "linux", architecture: architectures[index] ?? `other${index}` },
      }));
      const value = { schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests };
      return store.addManifest(repo, MEDIA_TYPES.index, value, tag);
    },
  };
  return store;
}

async function answer<T>(signal: AbortSignal | undefined, work: () => T): Promise<T> {
  await Promise.resolve();
  signal?.throwIfAborted();
  return work();
}
