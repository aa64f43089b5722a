/**
 * ImageStreams on their way into a backup, with their images where they are wanted (openshift 9.2).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, namespaceOf, objectAt } from "../../objects/object.ts";
import type { BackupItemAction, Context } from "../action.ts";
import { ANNOTATIONS } from "./constants.ts";
import { carriesImages, internalStore, transferRegistry, transferStore } from "./image_places.ts";
import { isTrue, requireTransferRegistry } from "./image_registries.ts";
import { type Copied, copyImages } from "./image_stream_copies.ts";
import { imageSwap } from "./image_swap.ts";
import { localImages } from "./local_images.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";

/** Copies the images of the internal registry to where the backup keeps them, and notes where that is (openshift A32). */
export const backupImageStream: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/19-is-backup-plugin",
  appliesTo: { includedResources: ["imagestreams"] },
  deadline: (settings) => settings["images.timeout"],
  async execute({ item, backup }, context) {
    const migration = isMigration(backup);
    if (!migration && !carriesImages(context)) return;
    const registry = transferRegistry(backup, context);
    // Outside of migrations a place that cannot be used is told for every stream.
    const store = migration ? undefined : await transferStore(registry, { run: backup, backup }, context);
    const annotations = writable(item, "metadata", "annotations");
    if (isTrue(backup, ANNOTATIONS.disableImageCopy)) {
      if (registry !== "") annotations[ANNOTATIONS.migrationRegistry] = registry;
      annotations[ANNOTATIONS.disableImageCopy] = "true";
      for (const part of ["spec", "status"]) delete objectAt(item, part)?.tags;
      return { item };
    }
    if (isTrue(item, ANNOTATIONS.skipImageCopy)) return;
    requireTransferRegistry(registry);
    annotations[ANNOTATIONS.migrationRegistry] = registry;
    const host = annotation(item, ANNOTATIONS.backupRegistry) ?? "";
    const images = localImages(
      item,
      imageSwap(item, undefined, context).isOld,
      context.settings["images.history"],
    );
    if (images.length > 0) {
      const copied = await copyImages({
        stream: item,
        images,
        from: await internalStore(host, context),
        to: store ?? await transferStore(registry, { run: backup, backup }, context),
        namespace: namespaceOf(item),
      }, context);
      noteDigests(item, copied, context);
    }
    return { item };
  },
};

/** Where not all platforms could be kept, the item names what was stored (openshift IMP-51). */
function noteDigests(item: JsonObject, copied: readonly Copied[], { log }: Context<Settings>): void {
  const changed = copied.filter(({ image, digest }) => digest !== image.digest);
  if (changed.length === 0) return;
  for (const { image, digest } of changed) {
    image.item.image = digest;
    const [repository, old, ...more] = image.reference.split("@");
    if (old !== undefined && more.length === 0) image.item.dockerImageReference = `${repository}@${digest}`;
  }
  const digests = Object.fromEntries(changed.map(({ image, digest }) => [image.digest, digest]));
  writable(item, "metadata", "annotations")[ANNOTATIONS.imageDigests] = JSON.stringify(digests);
  log.warn(
    `${changed.length} images have other digests in the backup; workloads that pin the old ones will not find them`,
  );
}
