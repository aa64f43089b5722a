/**
 * A registry as a store: the OCI distribution API (openshift 10.2).
 *
 * @module
 */

import type { Time } from "../../cluster/live/time.ts";
import { digestOf } from "../digest.ts";
import { discard, type HttpAnswer } from "../http.ts";
import { type ImageStore, ImageStoreError, type Manifest } from "../store.ts";
import { createAuthorization, type LoginSource } from "./authorization.ts";
import { createRequests, type RequestsOptions, type Subject } from "./requests.ts";
import { startUpload, takeBack, upload } from "./upload.ts";

/** What a registry's store is made of. */
export interface RegistryOptions extends Omit<RequestsOptions, "authorization"> {
  readonly login: LoginSource;
  readonly time: Time;
}

const ACCEPT = {
  accept: [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
  ].join(", "),
};

// Registries themselves take no larger ones.
const LONGEST_MANIFEST = 8 * 1024 * 1024;

/** Makes the store of a registry. Nothing is asked yet. */
export function createRegistryStore(options: RegistryOptions): ImageStore {
  const { host, login, time, connection } = options;
  const authorization = createAuthorization({ host, login, send: connection.send, time });
  const requests = createRequests({ ...options, authorization });

  async function manifest(repo: string, ref: string, signal: AbortSignal | undefined): Promise<Manifest> {
    const subject: Subject = { repo, right: "pull", what: `get manifest ${ref}`, absent: "manifest-unknown" };
    const path = `manifests/${ref}`;
    const answer = await requests.send(subject, {
      method: "GET",
      path,
      headers: ACCEPT,
      expect: [200],
      signal,
    });
    const bytes = await limitedBytes(answer, requests.describe(subject));
    const digest = digestOf(bytes);
    if (ref.includes(":") && ref !== digest) {
      const text = `${requests.describe(subject)}: the digest of its bytes is ${digest}`;
      throw new ImageStoreError(text, "digest-mismatch");
    }
    return { digest, mediaType: mediaTypeOf(answer), bytes };
  }

  return {
    name: host,

    async resolve(repo, ref, { signal } = {}) {
      const subject: Subject = { repo, right: "pull", what: `look for manifest ${ref}` };
      const path = `manifests/${ref}`;
      const init = { method: "HEAD", path, headers: ACCEPT, expect: [200, 404], signal } as const;
      const answer = await requests.send(subject, init);
      await discard(answer);
      if (answer.status === 404) return undefined;
      const digest = answer.header("docker-content-digest");
      if (digest !== undefined) {
        const size = Number(answer.header("content-length") ?? 0);
        return { digest, mediaType: mediaTypeOf(answer), size };
      }
      const { bytes, ...found } = await manifest(repo, ref, signal);
      return { ...found, size: bytes.length };
    },

    getManifest: (repo, ref, { signal } = {}) => manifest(repo, ref, signal),

    async hasBlob(repo, digest, { signal } = {}) {
      const subject: Subject = { repo, right: "pull", what: `look for blob ${digest}` };
      const init = { method: "HEAD", path: `blobs/${digest}`, expect: [200, 404], signal } as const;
      const answer = await requests.send(subject, init);
      await discard(answer);
      return answer.status === 200;
    },

    async mountBlob(repo, digest, fromRepo, { signal } = {}) {
      const subject: Subject = { repo, right: "push", what: `mount blob ${digest}`, fromRepo };
      const mount = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(fromRepo)}`;
      try {
        const { created, location } = await startUpload(requests, subject, { signal, mount });
        // The registry has begun an ordinary upload instead.
        if (!created && location !== undefined) await takeBack(requests, subject, location);
        return created;
      } catch (error) {
        // Without the right to read the other repository, the blob is sent.
        if (error instanceof ImageStoreError && error.reason === "denied") return false;
        throw error;
      }
    },

    async getBlob(repo, digest, { signal } = {}) {
      const subject: Subject = { repo, right: "pull", what: `get blob ${digest}`, absent: "blob-unknown" };
      const init = { method: "GET", path: `blobs/${digest}`, expect: [200], signal } as const;
      const answer = await requests.send(subject, init);
      const length = answer.header("content-length");
      return { size: length === undefined ? undefined : Number(length), body: answer.body };
    },

    async putBlob(repo, digest, size, stream, { signal } = {}) {
      const subject: Subject = { repo, right: "push", what: `put blob ${digest}` };
      await upload(requests, subject, digest, { size, stream }, { signal });
    },

    async putManifest(repo, ref, mediaType, bytes, { signal } = {}) {
      const what = `put manifest ${ref}`;
      const subject: Subject = { repo, right: "push", what, absent: "manifest-blob-unknown" };
      const headers = { "content-type": mediaType };
      const path = `manifests/${ref}`;
      const answer = await requests.send(subject, {
        method: "PUT",
        path,
        headers,
        body: bytes,
        expect: [201],
        signal,
      });
      await discard(answer);
      const local = digestOf(bytes);
      const digest = answer.header("docker-content-digest") ?? local;
      if (digest === local) return digest;
      const text = `${
        requests.describe(subject)
      }: the registry has stored it as ${digest} instead of ${local}`;
      throw new ImageStoreError(text, "digest-mismatch");
    },
  };
}

function mediaTypeOf(answer: HttpAnswer): string {
  return (answer.header("content-type") ?? "").split(";")[0]?.trim() ?? "";
}

async function limitedBytes({ body }: HttpAnswer, what: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > LONGEST_MANIFEST) {
      throw new ImageStoreError(`${what}: it is longer than ${LONGEST_MANIFEST} bytes`, "refused");
    }
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
