/**
 * Images copied with the engine, and pulled with requests of the tests' own.
 *
 * @module
 */

import { createLiveImages } from "../../images/live.ts";
import type { ImageStore } from "../../images/store.ts";
import { digestOf, MEDIA_TYPES } from "../kit/image_store.ts";
import { HASTY } from "./object_services.ts";

/** The repository when none is named. */
export const REPO = "shop/web";

/** Copies images by digest to a tag each, with the engine that production uses; a warning is an error. */
export async function copyAll(
  from: ImageStore,
  to: ImageStore,
  images: readonly { ref: string; digest: string }[],
  repository = REPO,
) {
  const { copy } = createLiveImages({
    authorization: () => Promise.resolve(undefined),
    openStorage: () => Promise.reject(new Error("not asked")),
    time: HASTY,
  });
  for (const { ref, digest } of images) {
    await copy(
      {
        from: { store: from, repository, reference: digest },
        to: { store: to, repository, reference: ref },
      },
      {
        signal: new AbortController().signal,
        log: {
          info: () => {},
          warn: (text) => {
            throw new Error(text);
          },
        },
        concurrency: 8,
        count: () => {},
      },
    );
  }
}

/** The store of a registry without TLS. */
export async function registryStore(host: string): Promise<ImageStore> {
  const images = createLiveImages({
    authorization: () => Promise.resolve(undefined),
    openStorage: () => Promise.reject(new Error("not asked")),
    serviceCa: "/none",
  });
  return await images.registry({ host, caFile: "", insecure: false, plainHttp: true });
}

/** What `docker pull` would fetch, with requests of our own: the digests of what really comes. */
export async function pulled(host: string, ref: string, repository = REPO): Promise<string[]> {
  const accept = Object.values(MEDIA_TYPES).join(", ");
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${ref}`, { headers: { accept } });
  const text = await answer.text();
  if (!answer.ok) return [`${ref}: ${answer.status} ${text}`];
  const { config, layers = [], manifests = [] } = JSON.parse(text);
  const found = [await digestOf(text)];
  for (const { digest } of manifests) found.push(...await pulled(host, digest, repository));
  for (const { digest } of config === undefined ? layers : [config, ...layers]) {
    const blob = await fetch(`http://${host}/v2/${repository}/blobs/${digest}`);
    found.push(await digestOf(new Uint8Array(await blob.arrayBuffer())));
  }
  return found;
}
