/**
 * The archive of a backup, fetched from a live cluster as `velero backup download` fetches it: a DownloadRequest, which Velero's server
 * answers with a signed URL. The request is the only thing that a preview ever writes. It is deleted afterwards; where that is not
 * allowed, the server does it when it has expired.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { absentWhenNotServed, type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { Pause } from "../run/wait.ts";
import { InputError } from "./input_error.ts";

/** What is fetched, and how long it may take. */
export interface DownloadOptions {
  /** Where the request is written. */
  readonly cluster: Cluster;
  /** Velero's. */
  readonly namespace: string;
  /** Name of the Backup. */
  readonly backup: string;
  /** Bound of the wait for the URL, and of each wait for the object store, in milliseconds. */
  readonly timeout: number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Remembers to delete the request when the process is interrupted. */
  readonly atEnd?: (end: () => Promise<void>) => void;
  /** PEM text of the authority of the object store, where the storage location names none. */
  readonly cacert?: string;
}

const velero = (resource: string) => ({ group: "velero.io", version: "v1", resource });

// Velero restores from no other (protocol 4.7 begins with a backup that has ended).
const ENDED = ["Completed", "PartiallyFailed"];

const SECOND = 1000;

/**
 * Opens the archive.
 *
 * @throws {InputError} when there is no such backup or it has not ended, when the request may not be made or is not answered in time,
 * and when the object store refuses. The URL is in no text: whoever has it can read the backup.
 */
export async function downloadBackup(options: DownloadOptions): Promise<ReadableStream<Uint8Array>> {
  const { cluster, namespace, backup, cacert } = options;
  try {
    const found = await absentWhenNotServed(cluster.get(velero("backups"), namespace, backup, options));
    if (found === undefined) {
      throw new InputError(`There is no Backup "${backup}" in namespace "${namespace}"`);
    }
    const phase = stringAt(found, "status", "phase") ?? "New";
    if (!ENDED.includes(phase)) {
      throw new InputError(
        `Backup "${backup}" is ${phase}; Velero restores only from backups that are ${ENDED.join(" or ")}`,
      );
    }
    const url = await signedUrl(options);
    return await fetchArchive(url, cacert ?? await authorityOf(found, options), options);
  } catch (cause) {
    if (!(cause instanceof ClusterError)) throw cause;
    throw new InputError(`Cannot fetch backup "${backup}": ${cause.message}`, { cause });
  }
}

async function signedUrl(options: DownloadOptions): Promise<string> {
  const { cluster, namespace, backup, timeout, pause, signal, atEnd } = options;
  const kind = velero("downloadrequests");
  // A name of an object has 253 characters at most; Velero finds the backup by the target.
  const name = `${backup.slice(0, 200).replace(/[.-]+$/, "")}-preview-${crypto.randomUUID()}`;
  await cluster.create(kind, {
    apiVersion: "velero.io/v1",
    kind: "DownloadRequest",
    metadata: { name, namespace },
    spec: { target: { kind: "BackupContents", name: backup } },
  }, { signal });
  // Velero's server forgets it anyway, so it is asked once and not for long.
  let removal: Promise<void> | undefined;
  const remove = () =>
    removal ??= cluster.delete(kind, namespace, name, { signal: AbortSignal.timeout(2 * SECOND) })
      .then(() => {}, () => {});
  atEnd?.(remove);
  try {
    for (let waited = 0; waited <= timeout; waited += SECOND) {
      const request = await cluster.get(kind, namespace, name, { signal });
      if (request === undefined) {
        throw new InputError(`DownloadRequest "${namespace}/${name}" was deleted before Velero answered it`);
      }
      const url = stringAt(request, "status", "downloadURL") ?? "";
      if (url !== "") return url;
      await pause(SECOND);
    }
  } finally {
    await remove();
  }
  throw new InputError(
    `Velero did not answer DownloadRequest "${namespace}/${name}" within ${timeout / SECOND} s. ` +
      "Check that its server is running and that the backup's storage location is available",
  );
}

async function authorityOf(
  backup: JsonObject,
  { cluster, namespace, signal }: DownloadOptions,
): Promise<string | undefined> {
  const name = stringAt(backup, "spec", "storageLocation");
  if (name === undefined) return undefined;
  const location = await cluster.get(velero("backupstoragelocations"), namespace, name, { signal });
  const encoded = stringAt(location, "spec", "objectStorage", "caCert");
  return encoded === undefined ? undefined : atob(encoded);
}

async function fetchArchive(
  url: string,
  cacert: string | undefined,
  { backup, signal, timeout }: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const host = URL.canParse(url) ? new URL(url).host : "no host";
  const fail = (why: string, cause?: unknown) =>
    new InputError(`Cannot download backup "${backup}" from ${host}: ${why}`, { cause });
  const patience = createPatience(Math.max(timeout, SECOND));
  let response: Response;
  try {
    const client = Deno.createHttpClient({ ...(cacert === undefined ? {} : { caCerts: [cacert] }) });
    // The archive itself is gzipped; a server that packs it once more would not be undone.
    response = await fetch(url, {
      client,
      signal: AbortSignal.any([signal, patience.signal]),
      headers: { "accept-encoding": "identity" },
    });
  } catch (cause) {
    patience.end();
    if (patience.signal.aborted) {
      throw fail(`the object store did not answer within ${timeout / SECOND} s`, cause);
    }
    throw fail(
      "it does not answer, or its certificate is not trusted. Name its certificate authority with --cacert FILE",
      cause,
    );
  }
  if (response.ok && response.body !== null) return response.body.pipeThrough(patience.stream(fail));
  patience.end();
  await response.body?.cancel();
  throw fail(`the object store answered with status ${response.status}`);
}

/** Ends a download in which nothing comes for that long. */
function createPatience(milliseconds: number) {
  const stopping = new AbortController();
  let timer = setTimeout(() => stopping.abort(), milliseconds);
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stopping.abort(), milliseconds);
  };
  return {
    signal: stopping.signal,
    end: () => clearTimeout(timer),
    stream: (fail: (why: string) => Error) => {
      again();
      return new TransformStream<Uint8Array, Uint8Array>({
        start: (controller) =>
          stopping.signal.addEventListener("abort", () => {
            controller.error(fail(`no more data came for ${milliseconds / SECOND} s`));
          }),
        transform(chunk, controller) {
          again();
          controller.enqueue(chunk);
        },
        flush: () => clearTimeout(timer),
        cancel: () => clearTimeout(timer),
      });
    },
  };
}
