/**
 * Backups and restores through Velero's API, with what they left behind.
 *
 * @module
 */

import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { type Json, until } from "./api.ts";
import type { Testbed } from "./testbed.ts";

/** The messages of a run, all scopes together, and its phase. */
export interface Run {
  readonly phase: string;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The Backup or Restore at its end. */
  readonly object: Json;
}

const VELERO = "/apis/velero.io/v1/namespaces/velero";
const ENDED = /^(Completed|PartiallyFailed|Failed|FailedValidation)$/;

/** Backs namespaces up and waits for the end. */
export async function backup(bed: Testbed, name: string, spec: Json, metadata: Json = {}): Promise<Run> {
  await bed.api.create(`${VELERO}/backups`, {
    apiVersion: "velero.io/v1",
    kind: "Backup",
    metadata: { ...metadata, name },
    spec: { storageLocation: "default", snapshotVolumes: false, ...spec },
  });
  const object = await ended(bed, `backups/${name}`);
  return await report(bed, object, `backups/${name}/${name}-results.gz`);
}

/**
 * What {@link restore} leaves out unless told otherwise: Velero finds every CRD that is still there different from the stored one, and
 * warns; the operators' CRDs are there to stay.
 */
export const NOT_RESTORED = ["customresourcedefinitions.apiextensions.k8s.io"];

/** Restores a backup, all but CRDs, and waits for the end. */
export async function restore(bed: Testbed, name: string, spec: Json, metadata: Json = {}): Promise<Run> {
  await bed.api.create(`${VELERO}/restores`, {
    apiVersion: "velero.io/v1",
    kind: "Restore",
    metadata: { ...metadata, name },
    spec: { excludedResources: NOT_RESTORED, ...spec },
  });
  const object = await ended(bed, `restores/${name}`);
  return await report(bed, object, `restores/${name}/restore-${name}-results.gz`);
}

function ended(bed: Testbed, path: string): Promise<Json> {
  return until(`${path} has ended`, async () => {
    const object = await bed.api.get(`${VELERO}/${path}`);
    return ENDED.test(object?.["status"]?.phase ?? "") && object;
  }, 180);
}

async function report(bed: Testbed, object: Json, results: string): Promise<Run> {
  const { phase, validationErrors = [] } = object["status"];
  const file = await Deno.open(`${bed.folder}/store/b1/${results}`).catch(() => undefined);
  if (file === undefined) return { phase, errors: validationErrors, warnings: [], object };
  const parsed: Json = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).json();
  const flat = (
    { velero = [], cluster = [], namespaces = {} }: Json,
  ): string[] => [...velero ?? [], ...cluster ?? [], ...Object.values<string[]>(namespaces ?? {}).flat()];
  return { phase, errors: flat(parsed["errors"] ?? {}), warnings: flat(parsed["warnings"] ?? {}), object };
}

/** The objects in a backup's archive by path, got as a user gets it: `velero backup download`. */
export async function archive(bed: Testbed, name: string): Promise<Map<string, Json>> {
  const path = `${bed.folder}/tmp/${name}.tar.gz`;
  await bed.velero("backup", "download", name, "--force", "-o", path);
  const found = new Map<string, Json>();
  for await (const entry of createReadStream(path).pipe(createGunzip()).pipe(extract())) {
    const chunks: string[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of entry) chunks.push(decoder.decode(chunk as Uint8Array, { stream: true }));
    if (entry.header.name.endsWith(".json")) found.set(entry.header.name, JSON.parse(chunks.join("")));
  }
  return found;
}

/** Deletes a namespace and waits until nothing of it is left. */
export async function deleteNamespace(bed: Testbed, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await bed.api.delete(path);
  await until(`namespace ${name} is gone`, async () => await bed.api.get(path) === undefined);
}
