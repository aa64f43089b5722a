/**
 * The images of an ImageStream that lie in the internal registry, in the order in which they are copied (openshift 9.4).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { Settings } from "./settings.ts";

/** One entry of `status.tags[].items[]`. */
export interface LocalImage {
  /** The entry itself, to be changed where the digest becomes another one. */
  readonly item: JsonObject;
  readonly tag: string;
  readonly digest: string;
  /** `dockerImageReference` as it stands there. */
  readonly reference: string;
  /** False for the image that the tag names now. */
  readonly history: boolean;
  /** Push under the tag, else by digest only. */
  readonly byTag: boolean;
  /** Digests that the tag got after this one. */
  readonly later: readonly string[];
}

/** The images to copy: tags in stored order, of each the oldest first, so that the tag ends with the newest. */
export function localImages(
  stream: JsonObject,
  isLocal: (reference: string) => boolean,
  history: Settings["images.history"],
): LocalImage[] {
  return objectsAt(stream, "status", "tags").flatMap((entry) => {
    const tag = stringAt(entry, "tag") ?? "";
    const byTag = pushesTag(stream, tag);
    const all = objectsAt(entry, "items").flatMap((item, index) => {
      const reference = stringAt(item, "dockerImageReference") ?? "";
      const digest = stringAt(item, "image") ?? "";
      // A reference tag has no image of its own.
      return digest === "" || !isLocal(reference)
        ? []
        : [{ item, tag, digest, reference, byTag, history: index > 0 }];
    });
    const wanted = history === "current" ? all.filter((image) => !image.history) : all;
    return wanted.map((image, at) => ({ ...image, later: wanted.slice(0, at).map(({ digest }) => digest) }))
      .reverse();
  });
}

/** A tag that refers to another one is restored as that reference; only the image is copied for it. */
function pushesTag(stream: JsonObject, tag: string): boolean {
  const entry = objectsAt(stream, "spec", "tags").find(({ name }) => name === tag);
  const from = objectAt(entry, "from");
  if (from === undefined) return true;
  const namespace = stringAt(from, "namespace") ?? "";
  return from.kind === "ImageStreamImage" && (namespace === "" || namespace === namespaceOf(stream));
}
