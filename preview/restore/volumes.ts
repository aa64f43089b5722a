/**
 * What Velero does with volumes and their claims when it has no snapshot of them (protocol 4.7 step 9).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, nameOf, objectAt, stringAt } from "../../objects/object.ts";
import { podNamespaceOf, podVolumeBackups } from "../run/pod_volume_backups.ts";
import { decodeItem } from "../run/step.ts";
import type { RestoreOptions } from "./restore_options.ts";

/** Volumes of one restore. */
export interface Volumes {
  /** Why a stored volume is left out; `undefined` when it is restored as it is. */
  leavesOut(volume: JsonObject): Promise<string | undefined>;
  /** Frees a claim of a volume that is left out; in place, after the actions. */
  unbindClaim(claim: JsonObject): void;
}

const ANEW = "its volume is provisioned anew by the claim";

// Of a claim whose data is in a snapshot.
const SNAPSHOT_ANNOTATIONS = ["velero.io/volume-snapshot-name", "velero.io/data-upload-name"];

/** Begins a restore. */
export function createVolumes(
  { archive, cluster, restore }: Pick<RestoreOptions, "archive" | "cluster" | "restore">,
): Volumes {
  const provisioned = new Set<string>();
  let copies: Promise<JsonObject[]> | undefined;

  async function dataOf(volume: JsonObject): Promise<string | undefined> {
    const [namespace, name] = ["namespace", "name"].map((key) => stringAt(volume, "spec", "claimRef", key));
    if (namespace === undefined || name === undefined) return undefined;
    const stored = archive.get(`persistentvolumeclaims/${namespace}/${name}`);
    const claim = stored === undefined ? undefined : decodeItem(stored.bytes);
    if (SNAPSHOT_ANNOTATIONS.some((key) => annotation(claim, key) !== undefined)) {
      return "filled from a snapshot";
    }
    const isOfClaim = (copy: JsonObject) =>
      podNamespaceOf(copy) === namespace && annotation(copy, "velero.io/pvc-name") === name;
    const found = await (copies ??= podVolumeBackups(restore, cluster));
    return found.some(isOfClaim) ? "filled by a copy of its files" : undefined;
  }

  return {
    async leavesOut(volume) {
      const isDeleted = stringAt(volume, "spec", "persistentVolumeReclaimPolicy") === "Delete";
      const data = await dataOf(volume);
      if (data === undefined && !isDeleted) return undefined;
      provisioned.add(nameOf(volume));
      return data === undefined ? `${ANEW} (reclaim policy Delete, no snapshot)` : `${ANEW} and ${data}`;
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
