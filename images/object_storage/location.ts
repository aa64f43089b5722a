/**
 * What a BackupStorageLocation says about its bucket (openshift 9.6). Everything is made anew for each location: nothing of one can appear in
 * another.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { ImageStoreError } from "../store.ts";

/** The providers whose buckets can hold images. */
export type Provider = "aws" | "azure" | "gcp";

/** A key of a Secret in the namespace of the location. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** A bucket and where its credentials are. */
export interface StorageLocation {
  readonly namespace: string;
  readonly name: string;
  readonly provider: Provider;
  readonly bucket: string;
  /** Below which Velero keeps its backups, without slashes at its ends; images are not below it. */
  readonly prefix: string;
  /** `spec.config`, which means something else for each provider; what is no text or empty is left out. */
  readonly config: Readonly<Record<string, string>>;
  /** Certificates in PEM. */
  readonly caCert?: string;
  /** A Secret with such certificates, where {@link caCert} is absent. */
  readonly caCertRef?: SecretKey;
  /** Do not verify the certificate of the service. */
  readonly insecure: boolean;
  readonly credential: SecretKey;
  /** Where Velero writes that Secret for its own plugins. */
  readonly credentialsFile: string;
  /** The Secret that OADP's operator makes from it. */
  readonly registrySecret: string;
}

const PROVIDERS: Readonly<Record<Provider, string>> = {
  aws: "cloud-credentials",
  azure: "cloud-credentials-azure",
  gcp: "cloud-credentials-gcp",
};

/**
 * Reads a BackupStorageLocation.
 *
 * @throws {ImageStoreError} `unsupported` for another provider, `refused` when it names no bucket or its certificate is not base64.
 */
export function toLocation(object: JsonObject): StorageLocation {
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  const fail = (text: string, reason: "unsupported" | "refused" = "refused") =>
    new ImageStoreError(`BackupStorageLocation ${namespace}/${name}: ${text}`, reason);
  const text = (...path: string[]) => stringAt(object, "spec", ...path) ?? "";

  const provider = text("provider").replace(/^velero\.io\//, "");
  if (!isProvider(provider)) throw fail(`unsupported provider "${text("provider")}"`, "unsupported");
  const bucket = text("objectStorage", "bucket");
  if (bucket === "") throw fail("spec.objectStorage.bucket is empty");
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries(objectAt(object, "spec", "config") ?? {})) {
    if (typeof value === "string" && value !== "") config[key] = value;
  }
  const secretKey = (field: readonly string[], name: string, key: string): SecretKey => ({
    name: text(...field, "name") || name,
    key: text(...field, "key") || key,
  });
  const credential = secretKey(["credential"], PROVIDERS[provider], "cloud");
  const encoded = text("objectStorage", "caCert");
  const reference = secretKey(["objectStorage", "caCertRef"], "", "");
  return {
    namespace,
    name,
    provider,
    bucket,
    prefix: text("objectStorage", "prefix").replaceAll(/^\/+|\/+$/g, ""),
    config,
    ...(encoded === ""
      ? {}
      : { caCert: decoded(encoded, () => fail("spec.objectStorage.caCert is not base64")) }),
    ...(reference.name === "" ? {} : { caCertRef: reference }),
    insecure: config.insecureSkipTLSVerify === "true",
    credential,
    credentialsFile: `/tmp/credentials/${namespace}/${credential.name}-${credential.key}`,
    registrySecret: `oadp-${name}-${provider}-registry-secret`,
  };
}

function isProvider(text: string): text is Provider {
  return Object.hasOwn(PROVIDERS, text);
}

/** The text that base64 stands for, as in the data of a Secret. */
export function decoded(base64: string, failure: () => Error): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    throw failure();
  }
}
