/**
 * Images copied with the engine.
 *
 * @module
 */

import { createLiveImages } from "../../images/live.ts";
import type { ImageStore } from "../../images/store.ts";
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
