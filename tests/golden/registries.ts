/**
 * The image registries of recorded cases.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { MEDIA_TYPES, type MemoryImageStore } from "../kit/image_store.ts";
import { startRegistry, type TestRegistry } from "../kit/registry.ts";

/** One registry of a case. */
export interface RegistrySpec {
  readonly name: string;
  /** The same seed and format give the same image. */
  readonly images?: readonly {
    readonly repo: string;
    readonly tag: string;
    readonly seed: string;
    readonly format?: string;
  }[];
  readonly rejectOCI?: boolean;
  readonly failPuts?: number;
  /** `user:password` of basic authentication. */
  readonly auth?: string;
}

/** Tags and untagged manifests of each registry, as the recording names them: `repo:tag` with digest and `oci` or `docker`. */
export type RegistryContent = Readonly<Record<string, { readonly tags: Readonly<Record<string, string>> }>>;

/** What of a case is about registries. */
interface WithRegistries {
  readonly registries?: readonly RegistrySpec[];
}

/** What of a recorded case is about registries. */
interface RecordedWithRegistries {
  readonly case: WithRegistries;
  readonly result: { readonly registries?: RegistryContent };
}

/** Adds an image to a store; gives its digest. */
async function addImage(
  store: MemoryImageStore,
  { repo, tag, seed, format }: NonNullable<RegistrySpec["images"]>[number],
): Promise<string> {
  const add = async (content: string) => ({
    size: new TextEncoder().encode(content).length,
    digest: await store.addBlob(repo, content),
  });
  const mediaType = format === "oci" ? MEDIA_TYPES.manifest : MEDIA_TYPES.docker;
  const value = {
    schemaVersion: 2,
    mediaType,
    config: await add(JSON.stringify({ architecture: "amd64", os: "linux", seed })),
    layers: [await add(`contents of ${seed}`)],
  };
  return await store.addManifest(repo, mediaType, value, tag);
}

/**
 * The case with the digests of our images in place of those of the recording, whose layers were compressed by another library. The hosts of
 * registries are still placeholders.
 */
export async function withOwnDigests<G extends RecordedWithRegistries>(golden: G): Promise<G> {
  const { registries = [] } = golden.case;
  if (registries.length === 0) return golden;
  let text = JSON.stringify(golden);
  const unused = startRegistry();
  for (const { name, images = [] } of registries) {
    for (const image of images) {
      const digest = await addImage(unused.store, image);
      const place = `${image.repo}:${image.tag}`;
      const [recorded = ""] = golden.result.registries?.[name]?.tags[place]?.split(" ") ?? [];
      text = text.replaceAll(`\${DIGEST:${name}:${place}}`, digest).replaceAll(recorded, digest);
    }
  }
  await unused.close();
  return JSON.parse(text);
}

/** The registries of a case, running. */
export interface CaseRegistries<C> {
  /** The case with their hosts in place of the placeholders. */
  readonly case: C;
  /** A result with the placeholders back in place, and what lies in the registries now. */
  describe<R extends object>(result: R): R & { readonly registries: RegistryContent };
  close(): Promise<void>;
}

/** Starts the registries of a case; `undefined` when it has none. */
export async function startRegistries<C extends WithRegistries>(
  golden: C,
): Promise<CaseRegistries<C> | undefined> {
  const { registries = [] } = golden;
  if (registries.length === 0) return undefined;
  const started = new Map<string, TestRegistry>();
  let text = JSON.stringify(golden);
  for (const { name, images = [], rejectOCI = false, failPuts = 0, auth } of registries) {
    const [username = "", password = ""] = auth?.split(":") ?? [];
    const registry = startRegistry({
      rejectOci: rejectOCI,
      failPuts,
      ...(auth === undefined ? {} : { login: { kind: "basic", username, password } }),
    });
    for (const image of images) await addImage(registry.store, image);
    started.set(name, registry);
    text = text.replaceAll(`\${REG:${name}}`, registry.host);
  }
  return {
    case: JSON.parse(text),
    describe(result) {
      let text = JSON.stringify(result);
      for (const [name, { host }] of started) text = text.replaceAll(host, `\${REG:${name}}`);
      const registries = Object.fromEntries(
        [...started].map(([name, registry]) => [name, { tags: shortTypes(registry.content()) }]),
      );
      return { ...JSON.parse(text), registries };
    },
    async close() {
      for (const registry of started.values()) await registry.close();
    },
  };
}

function shortTypes(content: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content).map(([place, text]) => [
      place,
      text.replace(MEDIA_TYPES.manifest, "oci").replace(MEDIA_TYPES.docker, "docker"),
    ]),
  );
}

/** What of a registry's state two implementations must agree about. */
export function comparableRegistries(registries: RegistryContent): JsonObject {
  return Object.fromEntries(Object.entries(registries).map(([name, { tags }]) => [name, { ...tags }]));
}
