/**
 * Images in memory for tests of actions: a store for each host and storage location, and real copies between them.
 *
 * @module
 */

import { createCopier } from "../../images/copy.ts";
import type { ImageCopy, Images, RegistryAccess, StorageAccess } from "../../images/images.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import { createMemoryImageStore, type MemoryImageStore } from "./image_store.ts";
import { instantTime } from "./instant_time.ts";

/** Images of a test. */
export interface TestImages extends Images {
  /** The store of a host, or of `bsl://namespace/name`; made at the first call. */
  at(name: string): MemoryImageStore;
  /** How registries were reached, in order. */
  readonly accesses: RegistryAccess[];
  /** Which storage was opened, in order. */
  readonly storages: StorageAccess[];
  /** Copies in order, such as `a:5000/n/s@sha256:… -> b:5000/n/s:t`. */
  readonly copies: string[];
}

/** Makes empty ones. */
export function createTestImages({ backupByDefault = false } = {}): TestImages {
  const stores = new Map<string, MemoryImageStore>();
  const { copy } = createCopier({ time: instantTime(), random: () => 0.25, attempts: 1 });
  const at = (name: string) => {
    const store = stores.get(name) ?? createMemoryImageStore(name);
    stores.set(name, store);
    return store;
  };
  const images: TestImages = {
    backupByDefault,
    at,
    accesses: [],
    storages: [],
    copies: [],
    stop: () => undefined,
    registry: (access) => {
      images.accesses.push(access);
      return Promise.resolve(at(access.host));
    },
    storage: (access) => {
      images.storages.push(access);
      return Promise.resolve(at(`bsl://${namespaceOf(access.location)}/${nameOf(access.location)}`));
    },
    copy: (image, options) => {
      images.copies.push(told(image));
      return copy(image, options);
    },
  };
  return images;
}

function told({ from, to }: ImageCopy): string {
  const tag = to.reference === undefined ? "" : `:${to.reference}`;
  return `${from.store.name}/${from.repository}@${from.reference} -> ${to.store.name}/${to.repository}${tag}`;
}
