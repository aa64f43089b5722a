/**
 * The bucket of a BackupStorageLocation of Google (openshift 9.6).
 *
 * @module
 */

import { stringAt } from "../../../objects/object.ts";
import type { HttpClient } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { type CredentialSources, findCredentials } from "../credentials/find.ts";
import type { StorageLocation } from "../location.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { renewed } from "../renewed.ts";
import { googleToken, parseGoogleFile } from "./credentials.ts";
import { createGcsStorage } from "./gcs.ts";

/** How the services are reached. */
export interface GcsAccess extends CredentialSources {
  /** For the bucket. */
  readonly http: HttpClient;
  /** For what gives out credentials; it always verifies certificates. */
  readonly trusted: HttpClient;
  /** The URL of the storage service in a universe; for tests. */
  readonly endpointOf?: (universe: string) => string;
}

/** Opens the bucket. The credentials are read now, because they name the universe. */
export async function openGcs(location: StorageLocation, access: GcsAccess): Promise<ObjectStorage> {
  const { signal: _, ...sources } = access;
  const read = async (from: CredentialSources) => {
    const found = await findCredentials(location, from);
    // OADP's operator makes no registry Secret for Google, so there is always a text.
    if (!("text" in found)) throw new ImageStoreError(`${found.from} is not for Google`, "denied");
    return { file: parseGoogleFile(found.text, found.from), from: found.from };
  };
  const { file } = await read(access);
  const { endpointOf = (universe) => `https://storage.${universe}`, trusted, readFile } = access;
  return createGcsStorage({
    bucket: location.bucket,
    endpoint: endpointOf(stringAt(file, "universe_domain") || "googleapis.com"),
    http: access.http,
    token: renewed(async () => {
      const { file, from } = await read(sources);
      return await googleToken(file, {
        http: trusted,
        from,
        ...(readFile === undefined ? {} : { readFile }),
      });
    }),
  });
}
