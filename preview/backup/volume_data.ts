/**
 * How a backup takes the data of volumes: by Velero's own rules, over which the volume policies of the Backup win (protocol 4.14).
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { itemKey } from "../archive/archive.ts";
import { copiedVolumes, isCopiedKind } from "../builtin/data.ts";
import { boundVolume } from "../builtin/related_items.ts";
import type { VolumeAction, VolumePolicies } from "../policies/volumes.ts";
import type { CollectedItem } from "./collect.ts";

/** What one backup has in common. */
export interface VolumeWorld {
  readonly backup: JsonObject;
  readonly cluster: Cluster;
  /** Items of the main pass, which need not be read again. */
  readonly collected: ReadonlyMap<string, CollectedItem>;
  /** Whether volumes would be snapshot where no policy speaks. */
  readonly snapshots: boolean;
  readonly policies: VolumePolicies | undefined;
}

/** Decides for volumes of one backup. What cannot be read throws a `ClusterError`. */
export interface VolumeData {
  /** Finds the volumes of a pod whose files would be copied; each error is one for which Velero fails the pod. */
  look(pod: JsonObject): Promise<{ readonly volumes: readonly string[]; readonly errors: readonly string[] }>;
  /** What was found for a pod. */
  copiedOf(pod: JsonObject): readonly string[];
  /** What a policy says of the volume of a claim. */
  ofClaim(claim: JsonObject): Promise<VolumeAction | undefined>;
  /** Whether Velero leaves an action of a claim out because of a policy. */
  leavesOut(action: string, claim: JsonObject): Promise<boolean>;
  /** Whether a snapshot of a PersistentVolume would be taken; a text when Velero fails the volume. */
  snapshots(volume: JsonObject): Promise<boolean | string>;
}

const CLAIMS = { group: "", version: "v1", resource: "persistentvolumeclaims" };
const VOLUMES = { group: "", version: "v1", resource: "persistentvolumes" };

const CSI = "velero.io/csi-pvc-backupper";
const SNAPSHOT_ACTIONS = [CSI, "velero.io/vsphere-pvc-backupper"];

/** Begins a backup. */
export function createVolumeData(
  { backup, cluster, collected, snapshots, policies }: VolumeWorld,
): VolumeData {
  const found = new Map<string, readonly string[]>();
  const keyOf = (pod: JsonObject) => `${namespaceOf(pod)}/${nameOf(pod)}`;

  const read = async (
    kind: typeof CLAIMS,
    namespace: string,
    name: string,
  ): Promise<JsonObject | undefined> => {
    const item: ResourceIdentifier = { group: "", resource: kind.resource, namespace, name };
    return collected.get(itemKey(item))?.object ?? await cluster.get(kind, namespace, name);
  };
  const volumeOf = async (claim: JsonObject): Promise<JsonObject | undefined> => {
    const name = boundVolume(claim);
    return name === undefined ? undefined : await read(VOLUMES, "", name);
  };
  const ofClaim: VolumeData["ofClaim"] = async (claim) =>
    policies?.({ claim, volume: await volumeOf(claim) });

  /** Whether the files of a volume of a pod would be copied; a text when that cannot be decided. */
  const copies = async (
    pod: JsonObject,
    podVolume: JsonObject,
    ownRule: boolean,
  ): Promise<boolean | string> => {
    const claimName = stringAt(podVolume, "persistentVolumeClaim", "claimName");
    if (policies === undefined) return ownRule;
    if (
      !isCopiedKind(podVolume) || (claimName !== undefined && at(backup, "spec", "snapshotMoveData") === true)
    ) {
      return false;
    }
    if (claimName === undefined) {
      const action = policies({ podVolume });
      return action === undefined ? ownRule : action === "fs-backup";
    }
    const claim = await read(CLAIMS, namespaceOf(pod), claimName);
    const name = stringAt(podVolume, "name") ?? "";
    if (claim === undefined) return `the claim "${claimName}" of its volume "${name}" does not exist`;
    const volume = await volumeOf(claim);
    const action = policies({ claim, ...(volume === undefined ? { podVolume } : { volume }) });
    if (action !== undefined) return action === "fs-backup";
    return volume === undefined
      ? `no policy is about its volume "${name}", and the claim "${claimName}" is not bound to a volume`
      : ownRule;
  };

  return {
    async look(pod) {
      const own = copiedVolumes(pod, backup);
      if (policies === undefined) {
        found.set(keyOf(pod), own);
        return { volumes: own, errors: [] };
      }
      const volumes: string[] = [];
      const errors: string[] = [];
      for (const podVolume of objectsAt(pod, "spec", "volumes")) {
        const name = stringAt(podVolume, "name") ?? "";
        const answer = await copies(pod, podVolume, own.includes(name));
        if (typeof answer === "string") errors.push(answer);
        else if (answer) volumes.push(name);
      }
      found.set(keyOf(pod), volumes);
      return { volumes, errors };
    },
    copiedOf: (pod) => found.get(keyOf(pod)) ?? [],
    ofClaim,
    async leavesOut(action, claim) {
      if (policies === undefined || !SNAPSHOT_ACTIONS.includes(action)) return false;
      const said = await ofClaim(claim);
      return said === "skip" || (action === CSI && said !== undefined && said !== "snapshot");
    },
    async snapshots(volume) {
      if (policies === undefined) return snapshots;
      // Velero looks twice, and the first time without the claim.
      const first = policies({ volume });
      if (first === undefined ? at(backup, "spec", "snapshotVolumes") === false : first !== "snapshot") {
        return false;
      }
      const [namespace, name] = ["namespace", "name"].map((key) => stringAt(volume, "spec", "claimRef", key));
      const claim = namespace === undefined || name === undefined
        ? undefined
        : await read(CLAIMS, namespace, name);
      if (name !== undefined && claim === undefined && objectAt(volume, "spec", "csi") === undefined) {
        return `the claim "${namespace}/${name}" of this volume does not exist, and the volume policies need it`;
      }
      return policies({ volume, claim }) !== "skip" && snapshots;
    },
  };
}
