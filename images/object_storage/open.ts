/**
 * The image store of a BackupStorageLocation.
 *
 * @module
 */

import { knownAuthorities } from "../authorities.ts";
import { createHttpClient } from "../http.ts";
import type { OpenStorage, StorageAccess } from "../images.ts";
import { ImageStoreError } from "../store.ts";
import { secretText } from "./credentials/find.ts";
import { createLayout } from "./layout/layout.ts";
import { type StorageLocation, toLocation } from "./location.ts";
import type { ObjectOptions, ObjectStorage } from "./object_storage.ts";

/**
 * Opens the store; credentials are read when the first request needs them.
 *
 * @throws {ImageStoreError} when the provider is not supported, or the location does not say what is needed.
 */
export const openStorage: OpenStorage = async ({ location, cluster, rootDirectory }, { signal }) => {
  const found = toLocation(location);
  const storage = await openBucket(found, { cluster, signal });
  return createLayout({ storage, name: `bsl://${found.namespace}/${found.name}`, rootDirectory });
};

/** Opens the bucket of a location. */
export async function openBucket(
  location: StorageLocation,
  { cluster, signal }: Pick<StorageAccess, "cluster"> & ObjectOptions,
): Promise<ObjectStorage> {
  const caCerts = [...await knownAuthorities(), ...await authorities(location, { cluster, signal })];
  const access = {
    cluster,
    http: createHttpClient({ caCerts, verify: !location.insecure }),
    trusted: createHttpClient({ caCerts }),
    signal,
  };
  switch (location.provider) {
    case "aws":
      return await (await import("./s3/open.ts")).openS3(location, access);
    case "azure":
      return (await import("./azure/open.ts")).openAzure(location, access);
    case "gcp":
      return (await import("./gcs/open.ts")).openGcs(location, access);
  }
}

async function authorities(
  { namespace, name, caCert, caCertRef }: StorageLocation,
  sources: Pick<StorageAccess, "cluster"> & ObjectOptions,
): Promise<string[]> {
  if (caCert !== undefined) return [caCert];
  if (caCertRef === undefined) return [];
  const text = await secretText(namespace, caCertRef, sources);
  if (text !== undefined) return [text];
  throw new ImageStoreError(
    `BackupStorageLocation ${namespace}/${name}: there is no key ${caCertRef.key} in Secret ${namespace}/${caCertRef.name}, which spec.objectStorage.caCertRef names`,
    "refused",
  );
}
