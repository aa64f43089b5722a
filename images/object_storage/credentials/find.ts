/**
 * Where the credentials of a BackupStorageLocation are (openshift IMP-56): in its own Secret, else in the file that Velero writes from it, else
 * in the Secret that OADP's operator makes.
 *
 * @module
 */

import type { Cluster } from "../../../cluster/cluster.ts";
import { stringAt } from "../../../objects/object.ts";
import { ImageStoreError } from "../../store.ts";
import { decoded, type SecretKey, type StorageLocation } from "../location.ts";

/** What is read through. */
export interface CredentialSources {
  readonly cluster: Pick<Cluster, "get">;
  /** Reads a file of this process; for tests. */
  readonly readFile?: (path: string) => Promise<string>;
  readonly signal?: AbortSignal | undefined;
}

/** What was found. */
export type Found =
  /** The text of a credential file, and where it was. */
  | { readonly text: string; readonly from: string }
  /** A function that gives the values of OADP's registry Secret by their keys; empty when it has none. */
  | { readonly registry: (key: string) => string; readonly from: string };

const SECRETS = { group: "", version: "v1", resource: "secrets" };

/**
 * Finds the credentials.
 *
 * @throws {ImageStoreError} `denied` when there are none; the text names the places. What a Secret holds is in no text.
 * @throws {ClusterError} when a Secret cannot be read.
 */
export async function findCredentials(location: StorageLocation, sources: CredentialSources): Promise<Found> {
  const { namespace, name, credential, credentialsFile, registrySecret, provider } = location;
  const text = await secretText(namespace, credential, sources);
  if (text !== undefined) {
    return { text, from: `key ${credential.key} of Secret ${namespace}/${credential.name}` };
  }
  const { readFile = Deno.readTextFile } = sources;
  const file = await readFile(credentialsFile).catch(() => undefined);
  if (file !== undefined) return { text: file, from: credentialsFile };
  // OADP's operator makes none for Google.
  const data = provider === "gcp" ? undefined : await secret(namespace, registrySecret, sources);
  if (data === undefined) {
    const places = [
      `key ${credential.key} of Secret ${namespace}/${credential.name}`,
      credentialsFile,
      ...(provider === "gcp" ? [] : [`Secret ${namespace}/${registrySecret}`]),
    ];
    throw new ImageStoreError(
      `BackupStorageLocation ${namespace}/${name}: there are no credentials: looked for ${
        places.join(", then ")
      }`,
      "denied",
    );
  }
  const from = `Secret ${namespace}/${registrySecret}`;
  return { registry: (key) => valueOf(data, key, from) ?? "", from };
}

/** The text of one key of a Secret; `undefined` when Secret or key are absent. */
export async function secretText(
  namespace: string,
  { name, key }: SecretKey,
  sources: CredentialSources,
): Promise<string | undefined> {
  const data = await secret(namespace, name, sources);
  return data === undefined ? undefined : valueOf(data, key, `Secret ${namespace}/${name}`);
}

async function secret(namespace: string, name: string, { cluster, signal }: CredentialSources) {
  return await cluster.get(SECRETS, namespace, name, signal === undefined ? {} : { signal });
}

function valueOf(data: Parameters<typeof stringAt>[0], key: string, from: string): string | undefined {
  const encoded = stringAt(data, "data", key);
  return encoded === undefined
    ? undefined
    : decoded(encoded, () => new ImageStoreError(`${from}: ${key} is not base64`, "refused"));
}
