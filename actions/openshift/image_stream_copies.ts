/**
 * The copy of all images of one ImageStream (openshift 9.4).
 *
 * @module
 */

import type { ImagePlace } from "../../images/images.ts";
import { type ImageStore, ImageStoreError } from "../../images/store.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { parseLocal } from "./image_reference.ts";
import type { LocalImage } from "./local_images.ts";
import type { Settings } from "./settings.ts";

/** The images of a stream and where they go. */
export interface StreamCopy {
  readonly stream: JsonObject;
  readonly images: readonly LocalImage[];
  readonly from: ImageStore;
  readonly to: ImageStore;
  /** The namespace at the destination. */
  readonly namespace: string;
  /** Hosts of the registry backed up: a backup made by another plugin may hold an image where its reference says. */
  readonly otherRepositories?: readonly string[];
}

/** One image that was copied. */
export interface Copied {
  readonly image: LocalImage;
  /** At the destination. */
  readonly digest: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Copies the images one after the other. When some fail the others are copied all the same (openshift IMP-52).
 *
 * @throws {Refusal} that names tag, digest and cause of each that failed, and the reason of an aborted signal.
 */
export async function copyImages(copy: StreamCopy, context: Context<Settings>): Promise<Copied[]> {
  const { log, settings, signal } = context;
  const copied: Copied[] = [];
  const failed: { image: LocalImage; error: ImageStoreError }[] = [];
  for (const image of copy.images) {
    try {
      copied.push({ image, digest: await copyOne(copy, image, context) });
    } catch (error) {
      if (signal.aborted || !(error instanceof ImageStoreError)) throw error;
      const gone = image.history && error.reason === "manifest-unknown" &&
        settings["images.missing-history"] === "warn";
      if (gone) log.warn(`tag ${image.tag}: an image that it had before is not copied: ${error.message}`);
      else failed.push({ image, error });
    }
  }
  if (failed.length === 0) return copied;
  const causes = failed.map(({ image, error }) => `tag ${image.tag}, ${image.digest}: ${error.message}`);
  throw new Refusal(
    `${failed.length} of ${copy.images.length} images were not copied: ${causes.join("; ")}`,
    {
      rule: "openshift 9.4",
      remedy: "remove the causes and repeat the backup or restore, which goes on from what is already there",
      reason: failed.some(({ error }) => error.reason === "denied") ? "forbidden" : "lookup_failed",
    },
  );
}

async function copyOne(
  { stream, from, to, namespace, otherRepositories = [] }: StreamCopy,
  image: LocalImage,
  context: Context<Settings>,
): Promise<string> {
  const { images, signal, log, settings, count } = context;
  const { tag, digest, byTag, later } = image;
  if (!DIGEST.test(digest)) throw unusable(`"${digest}" is not a SHA-256 digest`);
  if (byTag && !TAG.test(tag)) throw unusable(`"${tag}" is no name of a tag`);
  const name = nameOf(stream);
  const destination: ImagePlace = {
    store: to,
    repository: `${namespace}/${name}`,
    ...(byTag ? { reference: tag } : {}),
  };
  const copyFrom = async (repository: string): Promise<string> => {
    const source = { store: from, repository, reference: digest };
    const { digest: stored } = await images.copy({ from: source, to: destination, later }, {
      signal,
      log,
      concurrency: settings["images.concurrency"],
      count: (result, bytes) => {
        count("imageBlobs", [result]);
        if (bytes > 0) count("imageBytes", [], bytes);
      },
    });
    return stored;
  };
  const own = `${namespaceOf(stream)}/${name}`;
  const other = otherRepositories.map((host) => parseLocal(image.reference, host))
    .find((reference) => reference?.digest === digest);
  const elsewhere = other === undefined ? own : `${other.namespace}/${other.name}`;
  try {
    return await copyFrom(own);
  } catch (error) {
    const unknown = error instanceof ImageStoreError && error.reason === "manifest-unknown";
    if (!unknown || elsewhere === own) throw error;
    return await copyFrom(elsewhere);
  }
}

function unusable(message: string): ImageStoreError {
  return new ImageStoreError(message, "unsupported");
}
