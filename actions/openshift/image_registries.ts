import type { JsonObject } from "../../objects/json.ts";
import { annotation } from "../../objects/object.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";

/** True when an annotation of the object is exactly `true`. */
export function isTrue(item: JsonObject | undefined, key: string): boolean {
  return annotation(item, key) === "true";
}

/** @throws {Refusal} when a migration does not say through which registry its images go (openshift IMP-46). */
export function requireTransferRegistry(registry: string): void {
  if (registry !== "") return;
  throw new Refusal(`migration registry not found for annotation "${ANNOTATIONS.migrationRegistry}"`, {
    rule: "openshift IMP-46",
    remedy:
      `name the registry in that annotation of the Backup or Restore, or annotate the ImageStream ${ANNOTATIONS.skipImageCopy}=true`,
    reason: "invalid_item",
  });
}

/** @throws {Refusal} when there are images to copy and this cluster has no registry (openshift 9.4). */
export function requireDestination(host: string): void {
  if (host !== "") return;
  throw new Refusal("copy destination registry not found but ImageStream has internal images", {
    rule: "openshift 9.4",
    remedy:
      `switch on the image registry of this cluster, or annotate the ImageStream in the backup ${ANNOTATIONS.skipImageCopy}=true`,
    reason: "invalid_item",
  });
}
