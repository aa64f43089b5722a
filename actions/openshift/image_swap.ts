/**
 * How images of one item are named in the target cluster (openshift 5.5).
 *
 * @module
 */

import { absentWhenNotServed } from "../../cluster/cluster.ts";
import { isObject, type JsonObject } from "../../objects/json.ts";
import { annotation, objectsAt, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { ANNOTATIONS } from "./constants.ts";
import { hasPrefix, type LocalReference, replacePrefix } from "./image_reference.ts";
import { IMAGE_STREAMS } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";

/** The images of one item. */
export interface ImageSwap {
  /** Host and port of the internal registry restored to; empty when there is none. */
  readonly host: string;
  /** Hosts of the registry backed up; empty when it had none. */
  readonly hosts: readonly string[];
  /** True for a reference to the registry backed up. */
  isOld(reference: string): boolean;
  /** The reference in the new registry; `undefined` when it stays as it is. */
  replace(reference: string): Promise<string | undefined>;
}

/** The swap that the item's two registry annotations describe. With one of them empty nothing is replaced. */
export function imageSwap(
  item: JsonObject,
  restore: JsonObject | undefined,
  context: Context<Settings>,
): ImageSwap {
  const old = annotation(item, ANNOTATIONS.backupRegistry) ?? "";
  const host = annotation(item, ANNOTATIONS.restoreRegistry) ?? "";
  const hosts = old === "" ? [] : [old, ...context.settings["registry.aliases"]];
  const mapping = namespaceMapping(restore);
  return {
    host,
    hosts,
    isOld: (reference) => hosts.some((known) => hasPrefix(reference, known)),
    async replace(reference) {
      if (host === "") return undefined;
      const replaced = await replacePrefix(
        reference,
        hosts,
        host,
        mapping,
        (local) => streamHolds(local, restore, context),
      );
      return replaced === reference ? undefined : replaced;
    },
  };
}

// openshift IMP-10: also false when the cluster cannot be read, as in preview.
async function streamHolds(
  { namespace, name, digest }: LocalReference,
  restore: JsonObject | undefined,
  context: Context,
): Promise<boolean> {
  // A tag in front of the digest is part of the name.
  const stream = name.replace(/:.*/, "");
  try {
    const digests = await remember(
      context,
      { key: `openshift digests ${namespace}/${stream}`, run: restore },
      async () => digestsOf(await absentWhenNotServed(context.cluster.get(IMAGE_STREAMS, namespace, stream))),
    );
    return digest !== undefined && digests.has(digest);
  } catch (error) {
    context.log.debug(`cannot read ImageStream ${namespace}/${stream}: ${requestFailure(error, context)}`);
    return false;
  }
}

function digestsOf(stream: JsonObject | undefined): ReadonlySet<string> {
  const items = objectsAt(stream, "status", "tags").flatMap((tag) => objectsAt(tag, "items"));
  return new Set(items.flatMap((item) => stringAt(item, "image") ?? []));
}

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"];

/** All containers of a pod's specification. */
export function containersOf(podSpec: JsonObject | undefined): JsonObject[] {
  return CONTAINERS.flatMap((list) => objectsAt(podSpec, list));
}

/**
 * Replaces the images of a pod's specification: of its containers, of its image volumes (openshift IMP-12), and in the environment
 * variables that the settings name (openshift IMP-13).
 *
 * @returns True when something changed.
 */
export async function swapImages(
  podSpec: JsonObject | undefined,
  swap: ImageSwap,
  settings: Settings,
): Promise<boolean> {
  const containers = containersOf(podSpec);
  const variables = containers.flatMap((container) => objectsAt(container, "env"))
    .filter(({ name }) => typeof name === "string" && settings["images.rewrite-env"].includes(name));
  const volumes = objectsAt(podSpec, "volumes").flatMap(({ image }) => isObject(image) ? [image] : []);
  const changes = await Promise.all([
    ...containers.map((container) => replaceAt(container, "image", swap)),
    ...variables.map((variable) => replaceAt(variable, "value", swap)),
    ...volumes.map((image) => replaceAt(image, "reference", swap)),
  ]);
  return changes.includes(true);
}

/** Replaces the reference in one field; true when it changed. */
export async function replaceAt(holder: JsonObject, field: string, swap: ImageSwap): Promise<boolean> {
  const reference = holder[field];
  if (typeof reference !== "string") return false;
  const replaced = await swap.replace(reference);
  if (replaced === undefined) return false;
  holder[field] = replaced;
  return true;
}
