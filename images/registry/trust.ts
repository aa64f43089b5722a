/**
 * Connections to registries, with the authorities whose certificates are accepted (openshift IMP-54).
 *
 * @module
 */

import type { Time } from "../../cluster/live/time.ts";
import { CERTIFICATE, knownAuthorities, SERVICE_CA } from "../authorities.ts";
import { createHttpClient, type HttpClient } from "../http.ts";
import type { RegistryAccess } from "../images.ts";
import { ImageStoreError } from "../store.ts";

/** Two ways to send: as usual, and to a server that may need minutes for its answer. */
export interface Connection {
  readonly send: HttpClient;
  readonly sendPatiently: HttpClient;
}

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
    ...await knownAuthorities(serviceCa),
    ...(caFile === "" ? [] : await named(caFile)),
  ];
  const options = { caCerts, verify: !insecure, time };
  return { send: createHttpClient(options), sendPatiently: createHttpClient({ ...options, idle: PATIENCE }) };
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
