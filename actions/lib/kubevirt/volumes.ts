/**
 * The check whether a restore would bring back all volumes (kubevirt 3.6; superphenix 2.3).
 *
 * @module
 */

import { absentWhenNotServed, type Cluster } from "../../../cluster/cluster.ts";
import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { stringAt } from "../../../objects/object.ts";
import type { Log } from "../../action.ts";
import { EXCLUDE_LABEL, inBackup, isExcludedByLabel } from "../backup_filter.ts";
import { objectOrNothing, objectsOrNothing, stringOrNothing } from "../expect.ts";
import { Refusal } from "../refusal.ts";
import { together } from "../together.ts";
import { KINDS } from "./in_backup.ts";

const DATA_VOLUMES = { group: "cdi.kubevirt.io", version: "v1beta1", resource: "datavolumes" };
const PERSISTENT_VOLUME_CLAIMS = { group: "", version: "v1", resource: "persistentvolumeclaims" };

/** What a check needs of its call. It reads only metadata, so a caller may answer from what it has read already. */
export interface CheckContext {
  readonly cluster: Pick<Cluster, "get">;
  readonly log: Log;
}

/** Whose volumes {@link refuseMissingVolumes} looks at. */
export interface VolumesOwner {
  /** The beginning of a refusal; volume and reason follow. */
  readonly what: string;
  /** The path of the volumes in the item, for errors. */
  readonly where: string;
  /** The rule of the calling source. */
  readonly rule: string;
  readonly namespace: string;
  readonly backup: JsonObject;
  /** True for a DataVolume that the restored owner creates again. */
  madeByRestore(dataVolume: string): boolean;
}

/**
 * Refuses the owner of the volumes when a restore of this backup would not bring all of them back. The disks are read side by side.
 *
 * @throws {Refusal} for the first such volume; at once where that needs no request.
 */
export function refuseMissingVolumes(
  volumes: JsonValue | undefined,
  context: CheckContext,
  owner: VolumesOwner,
): Promise<void> {
  const { where, rule } = owner;
  const steps = objectsOrNothing(volumes, where, rule).map((volume, index) => (own: CheckContext) => {
    const path = `${where}[${index}]`;
    const dataVolume = objectOrNothing(volume?.dataVolume, `${path}.dataVolume`, rule);
    const claim = objectOrNothing(volume?.persistentVolumeClaim, `${path}.persistentVolumeClaim`, rule);
    const check = { ...owner, ...own, title: `volume "${stringAt(volume, "name") ?? index}"` };
    const name = (value: JsonValue | undefined, field: string) =>
      stringOrNothing(value, `${path}.${field}`, rule);
    return together(own, [
      () => dataVolume && checkDataVolume(name(dataVolume.name, "dataVolume.name"), check),
      () => claim && checkClaim(name(claim.claimName, "persistentVolumeClaim.claimName"), check),
    ]);
  });
  return together(context, steps).then(() => {});
}

/** A volume and whose it is. */
interface VolumeCheck extends VolumesOwner, CheckContext {
  /** The volume in words. */
  readonly title: string;
}

function checkDataVolume(name: string, check: VolumeCheck): void | Promise<void> {
  const { namespace, backup, cluster } = check;
  if (name === "") throw unnamed("DataVolume", check);
  if (check.madeByRestore(name)) return;
  const asked = cluster.get(DATA_VOLUMES, namespace, name, { metadataOnly: true });
  return absentWhenNotServed(asked).then((found) => {
    if (found === undefined) return checkClaim(name, check);
    if (isExcludedByLabel(found)) throw excluded(`DataVolume ${namespace}/${name}`, check);
    if (!inBackup(backup, KINDS.datavolumes)) throw outside("datavolumes", check);
  });
}

function checkClaim(name: string, check: VolumeCheck): Promise<void> {
  const { title, namespace, backup, cluster } = check;
  if (name === "") throw unnamed("PersistentVolumeClaim", check);
  if (!inBackup(backup, KINDS.persistentvolumeclaims)) throw outside("persistentvolumeclaims", check);
  return cluster.get(PERSISTENT_VOLUME_CLAIMS, namespace, name, { metadataOnly: true }).then((found) => {
    const object = `PersistentVolumeClaim ${namespace}/${name}`;
    if (isExcludedByLabel(found)) throw excluded(object, check);
    if (found !== undefined) return;
    throw refusal(
      `${object} of ${title} does not exist`,
      "create it or remove the volume from the VM",
      check,
    );
  });
}

function unnamed(kind: string, check: VolumeCheck): Refusal {
  return refusal(`${check.title} names no ${kind}`, "correct the VM", check);
}

const METADATA_ONLY = "or label the Backup velero.kubevirt.io/metadataBackup";

function excluded(object: string, check: VolumeCheck): Refusal {
  const remedy = `remove the label ${EXCLUDE_LABEL}, ${METADATA_ONLY}`;
  return refusal(`${object} of ${check.title} is excluded by its label`, remedy, check);
}

function outside(resource: string, check: VolumeCheck): Refusal {
  const reason = `${check.title} needs ${resource}, which are not in the backup`;
  return refusal(reason, `include ${resource}, ${METADATA_ONLY}`, check);
}

function refusal(reason: string, remedy: string, { what, rule }: VolumesOwner): Refusal {
  return new Refusal(`${what}: ${reason}`, { rule, remedy, reason: "not_restorable" });
}
