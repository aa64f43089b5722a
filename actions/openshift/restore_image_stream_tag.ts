/**
 * ImageStreamTags: a reference is restored after the tag it refers to, an image of the old registry comes with its stream
 * (openshift 7.6).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import type {
  Context,
  ReadinessRequest,
  ResourceIdentifier,
  RestoreItemActionV2,
  RestoreRequest,
} from "../action.ts";
import { namespaceMapping, targetNamespace } from "../lib/namespace_mapping.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import { wasCopied } from "./copied_images.ts";
import { type ImageSwap, imageSwap, replaceAt } from "./image_swap.ts";
import { mapStreamNamespace } from "./image_triggers.ts";
import { IMAGE_STREAM_TAGS } from "./kinds.ts";
import type { Settings } from "./settings.ts";

/** `openshift.io/04-imagestreamtag-restore-plugin` */
export const restoreImageStreamTag: RestoreItemActionV2<Settings> = {
  kind: "RestoreItemActionV2",
  name: "openshift.io/04-imagestreamtag-restore-plugin",
  appliesTo: { includedResources: ["imagestreamtags"] },

  async execute(request, context) {
    const { item, restore } = request;
    const swap = imageSwap(item, restore, context);
    const image = stringAt(item, "image", "dockerImageReference") ?? "";
    const isReference = await updateReference(request, swap);
    if (!isReference && swap.isOld(image)) {
      // The push of the copied image makes the tag.
      const digest = stringAt(item, "image", "metadata", "name");
      if (digest !== undefined && wasCopied(item, digest, restore, context)) return { skipRestore: true };
      // openshift IMP-44
      context.log.warn(
        `not restored: its image ${
          digest ?? "without a digest"
        } is in the registry of the old cluster and was not copied`,
      );
      return { skipRestore: true };
    }
    return { item, additionalItems: relatedTag(item), waitForAdditionalItems: true };
  },

  areAdditionalItemsReady: tagsReady,

  progress: () => Promise.reject(noOperations()),
  cancel: () => Promise.resolve(),
};

/** Points `tag.from` to the target cluster; true when the tag is a reference that the copy of an image does not make again. */
async function updateReference({ item, restore }: RestoreRequest, swap: ImageSwap): Promise<boolean> {
  const tag = objectAt(item, "tag");
  const from = objectAt(tag, "from");
  if (tag === undefined || from === undefined) return false;
  delete tag.annotations;
  // openshift IMP-42: the old cluster's registry would be asked otherwise.
  if (from.kind === "DockerImage") await replaceAt(from, "name", swap);
  const namespace = stringAt(from, "namespace") ?? "";
  const ofOwnImages = from.kind === "ImageStreamImage" &&
    (namespace === "" || namespace === namespaceOf(item));
  mapStreamNamespace(from, namespaceMapping(restore));
  return !ofOwnImages;
}

function relatedTag(item: JsonObject): ResourceIdentifier[] {
  const name = annotation(item, ANNOTATIONS.relatedTag) ?? "";
  const namespace = annotation(item, ANNOTATIONS.relatedTagNamespace) ?? "";
  const { group, resource } = IMAGE_STREAM_TAGS;
  return name === "" || namespace === "" ? [] : [{ group, resource, namespace, name }];
}

// openshift IMP-43: a tag that is there without its image is still being imported.
async function tagsReady(
  { additionalItems, restore }: ReadinessRequest,
  { cluster, log }: Context,
): Promise<boolean> {
  const { group, resource } = IMAGE_STREAM_TAGS;
  const ready = await Promise.all(additionalItems.map(async (one) => {
    if (one.group !== group || one.resource !== resource) {
      log.warn(`${one.resource} ${one.namespace}/${one.name} is not waited for: it is no ImageStreamTag`);
      return true;
    }
    const tag = await cluster.get(IMAGE_STREAM_TAGS, targetNamespace(restore, one.namespace), one.name);
    return objectAt(tag, "image") !== undefined;
  }));
  return !ready.includes(false);
}

function noOperations(): Refusal {
  return new Refusal("asynchronous operations not supported", {
    rule: "openshift 7.6",
    remedy: "report it: the action begins no operation that could be asked about",
    reason: "internal",
  });
}
