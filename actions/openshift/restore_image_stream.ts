/**
 * ImageStreams on their way out of a backup: their images go into the registry of the target cluster, or the stream is restored without
 * them (openshift 9.3).
 *
 * @module
 */

import { annotation, arrayAt, stringAt } from "../../objects/object.ts";
import type { Context, RestoreItemAction, RestoreRequest, RestoreResult } from "../action.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { backupOf } from "./backup_lookup.ts";
import { ANNOTATIONS } from "./constants.ts";
import { noteCopied } from "./copied_images.ts";
import { createStream } from "./create_stream.ts";
import { carriesImages, internalStore, STORAGE, transferRegistry, transferStore } from "./image_places.ts";
import { isTrue, requireDestination, requireTransferRegistry } from "./image_registries.ts";
import { copyImages } from "./image_stream_copies.ts";
import { imageSwap } from "./image_swap.ts";
import { localImages } from "./local_images.ts";
import { required } from "./required.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";

/** Copies the images of a stream into the registry of this cluster. The pushes make its tags, so the item itself is left out (openshift A33). */
export const restoreImageStream: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/19-is-restore-plugin",
  appliesTo: { includedResources: ["imagestreams"] },
  deadline: (settings) => settings["images.timeout"],
  async execute(request, context) {
    const { item, itemFromBackup, restore } = request;
    const migration = isMigration(restore);
    if (!migration && !carriesImages(context)) return withoutImages(request, context);
    const registry = transferRegistry(restore, context);
    // openshift IMP-47: only the storage location of the Backup is asked of it.
    const backup = registry === STORAGE ? await backupOf(restore, context) : undefined;
    const open = () => transferStore(registry, { run: restore, backup }, context);
    // Outside of migrations a place that cannot be used is told for every stream.
    const store = migration ? undefined : await open();
    const noCopy = [ANNOTATIONS.disableImageCopy, ANNOTATIONS.skipImageCopy].some((key) => isTrue(item, key));
    if (noCopy) return withoutImages(request, context);
    requireTransferRegistry(registry);
    const { isOld, hosts } = imageSwap(item, restore, context);
    const images = localImages(itemFromBackup, isOld, context.settings["images.history"]);
    const kept = annotation(itemFromBackup, ANNOTATIONS.migrationRegistry) !== undefined;
    // The backup was made without images.
    if (images.length > 0 && !migration && !kept) return withoutImages(request, context);
    const host = annotation(item, ANNOTATIONS.restoreRegistry) ?? "";
    if (images.length > 0) requireDestination(host);
    const namespace = targetNamespace(restore, required(item, "metadata", "namespace"));
    await createStream(item, { namespace, restore }, context);
    if (images.length > 0) {
      const copied = await copyImages({
        stream: itemFromBackup,
        images,
        from: store ?? await open(),
        to: await internalStore(host, context),
        namespace,
        otherRepositories: hosts,
      }, context);
      noteCopied(itemFromBackup, copied.map(({ image }) => image.digest), restore, context);
    }
    return { skipRestore: true };
  },
};

/** Takes tags off a stream that would import from the registry of the old cluster (openshift IMP-49). */
function withoutImages(
  { item, itemFromBackup, restore }: RestoreRequest,
  context: Context<Settings>,
): RestoreResult | undefined {
  const { isOld } = imageSwap(item, restore, context);
  const images = localImages(itemFromBackup, isOld, "all");
  const tags = arrayAt(item, "spec", "tags");
  const kept = tags.filter((tag) => !isOld(stringAt(tag, "from", "name") ?? ""));
  const removed = tags.length - kept.length;
  if (images.length + removed === 0) return undefined;
  context.log.warn(
    `images are not transported: ${images.length} of the stream and ${removed} tags are of the registry of the old cluster`,
  );
  if (removed === 0) return undefined;
  writable(item, "spec").tags = kept;
  return { item };
}
