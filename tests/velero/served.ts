/**
 * Waits for what the API server makes of CustomResourceDefinitions. A definition that is established is not there for clients at once: for
 * a moment requests for its objects get 404 or 429, and discovery, which Velero reads at its start and then only every five minutes, names
 * it last of all.
 *
 * @module
 */

import { type Api, type Json, until } from "./api.ts";

function paths(definitions: readonly Json[]): string[] {
  return definitions.flatMap(({ spec }) =>
    spec.versions.filter(({ served }: Json) => served)
      .map(({ name }: Json) => `/apis/${spec.group}/${name}/${spec.names.plural}`)
  );
}

/** Waits until clients find the resources of all these definitions and get answers about their objects. */
export async function untilServed(api: Api, definitions: readonly Json[]): Promise<void> {
  const wanted = paths(definitions);
  await until("discovery names the resources of all definitions", async () => {
    const found = await api.discover();
    return wanted.every((path) => found.has(path));
  });
  await Promise.all(wanted.map((path) =>
    until(`${path} is answered`, async () => {
      try {
        return await api.get(`${path}?limit=1`) !== undefined;
      } catch (error) {
        // "storage is (re)initializing"
        if (/: 429 /.test((error as Error).message)) return false;
        throw error;
      }
    })
  ));
}

/** Waits until clients do not find these resources any more, after their definitions were deleted. */
export async function untilGone(api: Api, definitions: readonly Json[]): Promise<void> {
  const unwanted = paths(definitions);
  await until("discovery does not name the resources of deleted definitions", async () => {
    const found = await api.discover();
    return !unwanted.some((path) => found.has(path));
  });
}
