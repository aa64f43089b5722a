/**
 * Services that keep objects, on 127.0.0.1: an S3 and a Google Cloud Storage in memory, built by `build_tools.ts`, and Azurite from npm.
 *
 * @module
 */

import { createHttpClient, discard } from "../../images/http.ts";
import { createAzureStorage } from "../../images/object_storage/azure/azure.ts";
import { sharedKey } from "../../images/object_storage/azure/shared_key.ts";
import { createGcsStorage } from "../../images/object_storage/gcs/gcs.ts";
import type { ObjectStorage } from "../../images/object_storage/object_storage.ts";
import { type AwsKeys, createS3Storage } from "../../images/object_storage/s3/s3.ts";
import type { Time } from "../../cluster/live/time.ts";
import { faultInSignature, type SigningKeys } from "../kit/sigv4.ts";
import type { ProxyFault } from "../kit/fault_proxy.ts";
import { freeHost } from "../kit/free_host.ts";
import { until } from "../velero/api.ts";
import { type Child, start } from "../velero/child.ts";
import { tool } from "../velero/tools.ts";

/** A running service. */
export interface ObjectService {
  /** An address of the loopback network, with its port. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Pauses are over at once; the idle limit is what it is. */
export const HASTY: Time = {
  now: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds === 60_000 ? milliseconds : 0);
    return () => clearTimeout(timer);
  },
};

/** The keys that requests to S3 are signed with. */
export const KEYS: SigningKeys = {
  accessKeyId: "AKID",
  secretAccessKey: "marker-secret",
  region: "eu-test-1",
};

/** For a proxy in front of an S3: refuses what is not signed with the keys that `current` gives. */
export function signaturesChecked(current: () => SigningKeys = () => KEYS): ProxyFault {
  return {
    when: ({ url, method, headers }) => {
      const { pathname, search } = new URL(url);
      return faultInSignature(
        { method, target: pathname + search, header: (name) => headers.get(name) },
        current(),
      ) !==
        undefined;
    },
    times: Infinity,
    answer: { status: 403, body: "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>" },
  };
}

/** The bucket `b` of an S3. */
export function s3Of(
  host: string,
  keys: (renew: boolean) => Promise<AwsKeys> = () => Promise.resolve(KEYS),
): ObjectStorage {
  return createS3Storage({
    bucket: "b",
    region: KEYS.region,
    endpoint: `http://${host}`,
    pathStyle: true,
    http: createHttpClient({ time: HASTY }),
    keys,
    time: HASTY,
  });
}

/** Starts an S3 with the bucket `b`. */
export async function startS3(folder: string): Promise<ObjectService> {
  const { host } = freeHost();
  return await started(
    host,
    await start("s3server", tool("s3server"), { args: ["-listen", host], log: `${folder}/s3.log` }),
  );
}

/** Starts a Google Cloud Storage with a bucket. */
export async function startGcs(folder: string): Promise<ObjectService & { readonly storage: ObjectStorage }> {
  const { host, hostname, port } = freeHost();
  const args = [
    "-scheme",
    "http",
    "-host",
    hostname,
    "-port",
    String(port),
    "-backend",
    "memory",
    "-external-url",
    `http://${host}`,
  ];
  const child = await start("fakegcs", tool("fakegcs"), { args, log: `${folder}/gcs.log` });
  const service = await started(host, child);
  const http = createHttpClient({ time: HASTY });
  await discard(
    await http({
      method: "POST",
      url: `http://${host}/storage/v1/b`,
      headers: { "content-type": "application/json" },
      body: new TextEncoder().encode('{"name":"bucket"}'),
    }),
  );
  const token = () => Promise.resolve("token");
  return {
    ...service,
    storage: createGcsStorage({ bucket: "bucket", endpoint: `http://${host}`, http, token, time: HASTY }),
  };
}

const ACCOUNT = "devstoreaccount1";
// Azurite's own; everybody has it.
const ACCOUNT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Starts Azurite, which checks signatures, with a container. */
export async function startAzure(
  folder: string,
): Promise<ObjectService & { readonly storage: ObjectStorage }> {
  const { host, hostname, port } = freeHost();
  const child = await start("azurite", Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--no-config", "--no-lock", "npm:azurite@3.35.0/azurite-blob"],
      ...[
        "--blobHost",
        hostname,
        "--blobPort",
        String(port),
        "--location",
        `${folder}/azurite`,
        "--silent",
        "--disableTelemetry",
      ],
    ],
    log: `${folder}/azurite.log`,
  });
  const service = await started(host, child);
  const http = createHttpClient({ time: HASTY });
  const endpoint = `http://${host}/${ACCOUNT}`;
  const request = {
    method: "PUT",
    url: `${endpoint}/container?restype=container`,
    headers: { "x-ms-version": "2021-12-02", "x-ms-date": new Date().toUTCString() },
  } as const;
  const authorization = await sharedKey(request, ACCOUNT, ACCOUNT_KEY);
  await discard(await http({ ...request, headers: { ...request.headers, authorization } }));
  const credential = () => Promise.resolve({ key: ACCOUNT_KEY });
  return {
    ...service,
    storage: createAzureStorage({
      account: ACCOUNT,
      container: "container",
      endpoint,
      http,
      credential,
      time: HASTY,
    }),
  };
}

async function started(host: string, child: Child): Promise<ObjectService> {
  await until(`${child.name} answers`, async () => {
    if (child.ended() !== undefined) throw new Error(`${child.name} ended: ${child.logTail()}`);
    const answer = await fetch(`http://${host}/`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer !== undefined;
  }, 120);
  return { host, stop: () => child.stop() };
}
