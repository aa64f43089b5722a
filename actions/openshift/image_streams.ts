/**
 * ImageStreams as objects; their images are not copied (openshift 9.2 and 9.3).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, arrayAt, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { BackupItemAction, RestoreItemAction } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import { type ImageSwap, imageSwap } from "./image_swap.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";
import { writable } from "./writable.ts";

const APPLIES_TO = { includedResources: ["imagestreams"] };

/** In a migration: notes the registry through which images go, and takes the tags off when they are not wanted (openshift 9.2). */
export const backupImageStream: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/19-is-backup-plugin",
  appliesTo: APPLIES_TO,
  execute({ item, backup }, context) {
    if (!isMigration(backup)) return;
    const registry = annotation(backup, ANNOTATIONS.migrationRegistry) ?? "";
    const withoutTags = annotation(backup, ANNOTATIONS.disableImageCopy) === "true";
    if (!withoutTags && isTrue(item, ANNOTATIONS.skipImageCopy)) return;
    if (!withoutTags) requireRegistry(registry);
    const annotations = writable(item, "metadata", "annotations");
    if (registry !== "") annotations[ANNOTATIONS.migrationRegistry] = registry;
    if (withoutTags) {
      annotations[ANNOTATIONS.disableImageCopy] = "true";
      for (const part of ["spec", "status"]) delete objectAt(item, part)?.tags;
    } else if (localImages(item, imageSwap(item, undefined, context)).length > 0) {
      context.log.warn("images of the stream are not copied to the migration registry");
    }
    return { item };
  },
};

/** Takes tags off a stream that would import from the registry of the old cluster (openshift 9.3, IMP-49). */
export const restoreImageStream: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/19-is-restore-plugin",
  appliesTo: APPLIES_TO,
  execute({ item, itemFromBackup, restore }, context) {
    const wantsNoCopy = [ANNOTATIONS.disableImageCopy, ANNOTATIONS.skipImageCopy].some((key) =>
      isTrue(item, key)
    );
    if (isMigration(restore) && !wantsNoCopy) {
      requireRegistry(annotation(restore, ANNOTATIONS.migrationRegistry) ?? "");
    }
    const swap = imageSwap(item, restore, context);
    const images = localImages(itemFromBackup, swap);
    const tags = arrayAt(item, "spec", "tags");
    const kept = tags.filter((tag) => !swap.isOld(stringAt(tag, "from", "name") ?? ""));
    const removed = tags.length - kept.length;
    if (images.length + removed === 0) return;
    context.log.warn(
      `images are not transported: ${images.length} of the stream and ${removed} tags are of the registry of the old cluster`,
    );
    if (removed === 0) return;
    writable(item, "spec").tags = kept;
    return { item };
  },
};

// Those in the internal registry backed up; a host that only begins like it is another (openshift IMP-45).
function localImages(stream: JsonObject, swap: ImageSwap): JsonObject[] {
  return objectsAt(stream, "status", "tags").flatMap((tag) => objectsAt(tag, "items"))
    .filter((image) => swap.isOld(stringAt(image, "dockerImageReference") ?? ""));
}

function isTrue(item: JsonObject, key: string): boolean {
  return annotation(item, key) === "true";
}

function requireRegistry(registry: string): void {
  if (registry !== "") return;
  throw new Refusal(`migration registry not found for annotation "${ANNOTATIONS.migrationRegistry}"`, {
    rule: "openshift IMP-46",
    remedy: "let the migration name its registry, or exclude image copies",
    reason: "invalid_item",
  });
}
