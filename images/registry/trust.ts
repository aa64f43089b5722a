/**
 * Connections to registries, with the authorities whose certificates are accepted (openshift IMP-54).
 *
 * @module
 */

import type { Time } from "../../cluster/live/time.ts";
import { createHttpClient, type HttpClient } from "../http.ts";
import type { RegistryAccess } from "../images.ts";
import { ImageStoreError } from "../store.ts";

/** Two ways to send: as usual, and to a server that may need minutes for its answer. */
export interface Connection {
  readonly send: HttpClient;
  readonly sendPatiently: HttpClient;
}

/** The authority of OpenShift's services, which signs the internal registry's certificate. */
export const SERVICE_CA = "/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt";

// Where the systems of containers keep theirs; the first that is there holds.
const SYSTEM_CAS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s[^-]+-----END CERTIFICATE-----/g;

// A registry on object storage copies the whole blob once more before it says that it has it.
const PATIENCE = 15 * 60_000;

/**
 * Connects to registries. Certificates go unverified only where a setting says so by name.
 *
 * @throws {ImageStoreError} when the file with further authorities cannot be used.
 */
export async function connectTo(
  { caFile, insecure }: Pick<RegistryAccess, "caFile" | "insecure">,
  { time, serviceCa = SERVICE_CA }: { readonly time: Time; readonly serviceCa?: string },
): Promise<Connection> {
  const caCerts = insecure ? [] : [
    ...await firstOf(SYSTEM_CAS),
    ...await firstOf([serviceCa]),
    ...(caFile === "" ? [] : await named(caFile)),
  ];
  const options = { caCerts, verify: !insecure, time };
  return { send: createHttpClient(options), sendPatiently: createHttpClient({ ...options, idle: PATIENCE }) };
}

async function firstOf(paths: readonly string[]): Promise<string[]> {
  for (const path of paths) {
    try {
      return (await Deno.readTextFile(path)).match(CERTIFICATE) ?? [];
    } catch {
      // Not on this system.
    }
  }
  return [];
}

async function named(path: string): Promise<string[]> {
  const refuse = (why: string, cause?: unknown) =>
    new ImageStoreError(`openshift.registry.ca-file "${path}": ${why}`, "refused", { cause });
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw refuse("it cannot be read", cause);
  });
  const found = text.match(CERTIFICATE);
  if (found === null) throw refuse("it has no certificate in PEM format");
  return found;
}
