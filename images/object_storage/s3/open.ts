/**
 * The bucket of a BackupStorageLocation of AWS, or of what speaks like it (openshift 9.6).
 *
 * @module
 */

import type { HttpClient } from "../../http.ts";
import { ImageStoreError } from "../../store.ts";
import { type CredentialSources, findCredentials } from "../credentials/find.ts";
import { parseIni } from "../credentials/files.ts";
import type { StorageLocation } from "../location.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { type Credential, renewed } from "../renewed.ts";
import { awsEndpoint, lookUpRegion } from "./region.ts";
import { type AwsKeys, createS3Storage, type S3Bucket } from "./s3.ts";
import { assumeRole } from "./web_identity.ts";

/** How the services are reached. */
export interface S3Access extends CredentialSources {
  /** For the bucket. */
  readonly http: HttpClient;
  /** For what gives out credentials; it always verifies certificates. */
  readonly trusted: HttpClient;
  /** The URL of a service of AWS in a region; for tests. */
  readonly endpointOf?: typeof awsEndpoint;
}

/** Opens the bucket; without `region` in its config it is looked up. */
export async function openS3(location: StorageLocation, access: S3Access): Promise<ObjectStorage> {
  const { http, trusted, readFile = Deno.readTextFile, endpointOf = awsEndpoint } = access;
  const bucket = await s3Bucket(location, access);
  // The signal is that of opening; the store outlives it.
  const { signal: _, ...sources } = access;
  const keys = renewed(async (): Promise<Credential<AwsKeys>> => {
    const found = await findCredentials(location, sources);
    const credentials = "text" in found
      ? keysOfProfile(found.text, location.config.profile ?? "default", found.from)
      : registryKeys(found.registry, found.from);
    if (!("role" in credentials)) return { value: credentials };
    const token = (await readFile(credentials.tokenFile).catch((cause) => {
      throw new ImageStoreError(
        `cannot read web_identity_token_file "${credentials.tokenFile}", which ${found.from} names`,
        "denied",
        { cause },
      );
    })).trim();
    return await assumeRole({ ...credentials, token, url: endpointOf("sts", bucket.region), http: trusted });
  });
  return createS3Storage({ ...bucket, http, keys });
}

/** Where the bucket is (openshift T13.10.13, T13.10.14). */
export async function s3Bucket(
  { namespace, name, bucket, config }: StorageLocation,
  { http, endpointOf = awsEndpoint, signal }: Pick<S3Access, "http" | "endpointOf" | "signal">,
): Promise<S3Bucket> {
  const { s3Url, region } = config;
  const where = `BackupStorageLocation ${namespace}/${name}`;
  if (s3Url === undefined) {
    const found = region ?? await lookUpRegion(bucket, { http, endpointOf, signal }).catch((cause) => {
      signal?.throwIfAborted();
      throw new ImageStoreError(`${where}: ${cause.message}; set config.region`, "refused", { cause });
    });
    return {
      bucket,
      region: found,
      endpoint: endpointOf("s3", found),
      // Certificates of AWS do not cover a host with more dots.
      pathStyle: config.s3ForcePathStyle === "true" || bucket.includes("."),
    };
  }
  if (region === undefined) {
    throw new ImageStoreError(`${where}: region not found in backupstoragelocation spec`, "refused");
  }
  const endpoint = s3Url.includes("://") ? s3Url : `https://${s3Url}`;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new ImageStoreError(`${where}: config.s3Url is "${s3Url}", which is no URL`, "refused");
  }
  return { bucket, region, endpoint, pathStyle: true };
}

/** A role that is assumed with the token in a file. */
export interface WebIdentity {
  readonly role: string;
  readonly tokenFile: string;
  readonly session: string;
}

/** What a profile of a credential file says. Its values are in no error. */
export function keysOfProfile(text: string, profile: string, from: string): AwsKeys | WebIdentity {
  const section = parseIni(text).get(profile);
  if (section === undefined) {
    throw new ImageStoreError(`${from} has no profile [${profile}] (openshift IMP-56)`, "denied");
  }
  const value = (key: string) => section.get(key) || undefined;
  const [accessKeyId, secretAccessKey] = [value("aws_access_key_id"), value("aws_secret_access_key")];
  const [role, tokenFile] = [value("role_arn"), value("web_identity_token_file")];
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = value("aws_session_token");
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  }
  if (role !== undefined && tokenFile !== undefined) {
    return { role, tokenFile, session: value("role_session_name") ?? "velero-plugin-for-workloads" };
  }
  throw new ImageStoreError(
    `profile [${profile}] of ${from} has neither aws_access_key_id and aws_secret_access_key nor role_arn and web_identity_token_file`,
    "denied",
  );
}

function registryKeys(value: (key: string) => string, from: string): AwsKeys {
  const [accessKeyId, secretAccessKey] = [value("access_key"), value("secret_key")];
  if (accessKeyId !== "" && secretAccessKey !== "") return { accessKeyId, secretAccessKey };
  throw new ImageStoreError(`${from} has not both access_key and secret_key`, "denied");
}
