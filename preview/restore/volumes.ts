/**
 * What Velero does with volumes and their claims when it has no snapshot of them (protocol 4.7 step 9).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { nameOf, objectAt, stringAt } from "../../objects/object.ts";

/** Volumes of one restore. */
export interface Volumes {
  /** Why a stored volume is left out; `undefined` when it is restored as it is. */
  leavesOut(volume: JsonObject): string | undefined;
  /** Frees a claim of a volume that is left out; in place, after the actions. */
  unbindClaim(claim: JsonObject): void;
}

const PROVISIONED = "its volume is provisioned anew by the claim (reclaim policy Delete, no snapshot)";

/** Begins a restore. */
export function createVolumes(): Volumes {
  const provisioned = new Set<string>();
  return {
    leavesOut(volume) {
      if (stringAt(volume, "spec", "persistentVolumeReclaimPolicy") !== "Delete") return undefined;
      provisioned.add(nameOf(volume));
      return PROVISIONED;
    },
    unbindClaim(claim) {
      const spec = objectAt(claim, "spec");
      const volume = stringAt(spec, "volumeName");
      if (spec === undefined || volume === undefined) return;
      dropBindingAnnotations(claim);
      if (provisioned.has(volume)) delete spec.volumeName;
    },
  };
}

/** Prepares a volume to be bound again, by a claim that may be in another namespace; in place, before the actions. */
export function releaseVolume(volume: JsonObject, targetOf: (namespace: string) => string): void {
  const claim = objectAt(volume, "spec", "claimRef");
  if (claim !== undefined) {
    delete claim.uid;
    delete claim.resourceVersion;
    const namespace = stringAt(claim, "namespace");
    if (namespace !== undefined) claim.namespace = targetOf(namespace);
  }
  dropBindingAnnotations(volume);
}

// They are signs of the controllers that bind.
function dropBindingAnnotations(object: JsonObject): void {
  const metadata = objectAt(object, "metadata");
  const annotations = objectAt(metadata, "annotations");
  if (metadata === undefined || annotations === undefined) return;
  delete annotations["pv.kubernetes.io/bind-completed"];
  delete annotations["pv.kubernetes.io/bound-by-controller"];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}
