import type { JsonObject } from "../../../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../../../objects/object.ts";
import { objectIn } from "../../json_text.ts";
import { liesElsewhere } from "../../manifest.ts";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER = "application/vnd.docker.distribution.manifest.v2+json";

/** What a manifest names. */
export interface ManifestParts {
  /** The media type of the manifest itself (openshift 10.3). */
  readonly mediaType: string;
  /** Digests of configuration and layers, each once; what lies at a URL elsewhere is left out. */
  readonly blobs: readonly string[];
  /** Digests of an index's manifests. */
  readonly manifests: readonly string[];
}

/** Reads a manifest; `undefined` when the bytes are none. */
export function partsOf(bytes: Uint8Array): ManifestParts | undefined {
  const value = objectIn(new TextDecoder().decode(bytes));
  if (value === undefined) return undefined;
  const config = objectAt(value, "config");
  const layers = objectsAt(value, "layers");
  const manifests = objectsAt(value, "manifests");
  if (config === undefined && layers.length === 0 && !Array.isArray(value.manifests)) return undefined;
  const own = layers.filter((layer) => !liesElsewhere(layer));
  return {
    mediaType: mediaTypeOf(value, config),
    blobs: digests([...(config === undefined ? [] : [config]), ...own]),
    manifests: digests(manifests),
  };
}

function mediaTypeOf(value: JsonObject, config: JsonObject | undefined): string {
  const own = stringAt(value, "mediaType") ?? "";
  if (own !== "") return own;
  if (Array.isArray(value.manifests)) return OCI_INDEX;
  return (stringAt(config, "mediaType") ?? "").startsWith("application/vnd.docker.") ? DOCKER : OCI;
}

function digests(descriptors: readonly JsonObject[]): string[] {
  return [...new Set(descriptors.flatMap((descriptor) => stringAt(descriptor, "digest") ?? []))];
}
