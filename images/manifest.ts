/**
 * What a manifest names. Its bytes are copied as they are; this only reads them.
 *
 * @module
 */

import type { JsonObject } from "../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../objects/object.ts";
import type { ImagePlace } from "./images.ts";
import { objectIn } from "./json_text.ts";
import { type Descriptor, ImageStoreError, type Manifest } from "./store.ts";

/** An image for one platform. */
export interface ImageParts {
  readonly kind: "image";
  /** Configuration and layers, each digest once, without layers that lie elsewhere (openshift 9.5). */
  readonly blobs: readonly Descriptor[];
}

/** An image for several platforms. */
export interface IndexParts {
  readonly kind: "index";
  readonly children: readonly IndexChild[];
}

/** One entry of an index. */
export interface IndexChild {
  readonly digest: string;
  /** Such as `linux/amd64`; empty when the index does not say. */
  readonly platform: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

/**
 * The parts of a manifest.
 *
 * @throws {ImageStoreError} `unsupported` for a legacy manifest of schema 1, and for what is no manifest.
 */
export function partsOf(manifest: Manifest, { store, repository }: ImagePlace): ImageParts | IndexParts {
  const where = `${store.name}/${repository}@${manifest.digest}`;
  const refuse = (why: string) => new ImageStoreError(`${where}: ${why}`, "unsupported");
  const value = objectIn(new TextDecoder().decode(manifest.bytes));
  if (value === undefined) throw refuse("this is no manifest");
  if (SCHEMA_1.test(manifest.mediaType) || value.schemaVersion === 1) {
    throw refuse(
      "legacy manifests of schema 1 cannot be copied; push the image again with a current builder",
    );
  }
  if (Array.isArray(value.manifests)) {
    const children = objectsAt(value, "manifests").map((child): IndexChild => ({
      digest: digestOf(child) ?? fail(refuse("an entry of the index has no SHA-256 digest")),
      platform: platformOf(child),
    }));
    return { kind: "index", children };
  }
  const config = objectAt(value, "config");
  if (config === undefined) throw refuse("this is neither an image nor an index");
  const blobs = new Map<string, Descriptor>();
  for (const part of [config, ...objectsAt(value, "layers")]) {
    if (liesElsewhere(part)) continue;
    const digest = digestOf(part) ?? fail(refuse("a layer has no SHA-256 digest"));
    const { size } = part;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
      throw refuse(`blob ${digest} has no size`);
    }
    blobs.set(digest, { digest, mediaType: stringAt(part, "mediaType") ?? "", size });
  }
  return { kind: "image", blobs: [...blobs.values()] };
}

/** True for a layer that clients fetch from a URL of its own, which is not copied (openshift 9.5). */
export function liesElsewhere(layer: JsonObject): boolean {
  return Array.isArray(layer.urls) && layer.urls.length > 0;
}

function digestOf(part: JsonObject): string | undefined {
  const digest = stringAt(part, "digest");
  return digest !== undefined && DIGEST.test(digest) ? digest : undefined;
}

function platformOf(child: JsonObject): string {
  const [os, architecture] = ["os", "architecture"].map((field) => stringAt(child, "platform", field));
  return os === undefined || architecture === undefined ? "" : `${os}/${architecture}`;
}

/** The platform of this process's node. */
export function nodePlatform(): string {
  return `linux/${Deno.build.arch === "aarch64" ? "arm64" : "amd64"}`;
}

function fail(error: Error): never {
  throw error;
}
