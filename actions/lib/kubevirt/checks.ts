/**
 * The two checks before a VM is backed up (kubevirt 3.3, 3.6 and 5.1; superphenix 2.2 and 2.3).
 *
 * @module
 */

import { absentWhenNotServed, type Cluster } from "../../../cluster/cluster.ts";
import type { Log } from "../../action.ts";
import { EXCLUDE_LABEL, inBackup, isExcludedByLabel } from "../backup_filter.ts";
import { objectOrNothing, objectsOrNothing, stringOrNothing } from "../expect.ts";
import type { JsonObject, JsonValue } from "../../../objects/json.ts";
import { nameOf, namespaceOf, objectsAt, stringAt, switchedOn } from "../../../objects/object.ts";
import { Refusal } from "../refusal.ts";
import { KINDS } from "./in_backup.ts";

const VIRTUAL_MACHINE_INSTANCES = {
  group: "kubevirt.io",
  version: "v1",
  resource: "virtualmachineinstances",
};
const DATA_VOLUMES = { group: "cdi.kubevirt.io", version: "v1beta1", resource: "datavolumes" };
const PERSISTENT_VOLUME_CLAIMS = { group: "", version: "v1", resource: "persistentvolumeclaims" };

/** What the checks need of a call. */
export interface CheckContext {
  readonly cluster: Cluster;
  readonly log: Log;
}

/** Why a check is negative and what the operator can do. */
export interface Objection {
  readonly reason: string;
  readonly remedy: string;
}

/** True for a backup of metadata alone: its label is there and not `false` (kubevirt 3.3). */
export function isMetadataBackup(backup: JsonObject): boolean {
  return switchedOn(backup, "velero.kubevirt.io/metadataBackup");
}

/** True for a VM that starts or runs; a migrating one does not count (kubevirt 3.3). */
export function isRunning(vm: JsonObject): boolean {
  return /^(Starting|Running)$/.test(stringAt(vm, "status", "printableStatus") ?? "");
}

/**
 * Refuses a running VM that this backup would hold without what makes it consistent.
 *
 * @param rule The rule of the calling source.
 * @throws {Refusal} `VM cannot be safely backed up`, with the reason.
 */
export async function refuseUnsafe(
  vm: JsonObject,
  backup: JsonObject,
  context: CheckContext,
  rule: string,
): Promise<void> {
  const objection = await findUnsafe(vm, backup, context);
  if (objection === undefined) return;
  const { reason, remedy } = objection;
  throw new Refusal(`VM cannot be safely backed up: ${reason}`, { rule, remedy, reason: "unsafe" });
}

async function findUnsafe(
  vm: JsonObject,
  backup: JsonObject,
  { cluster, log }: CheckContext,
): Promise<Objection | undefined> {
  if (!isRunning(vm)) return undefined;
  const state = `the VM is ${stringAt(vm, "status", "printableStatus")}`;
  if (!inBackup(backup, KINDS.virtualmachineinstances)) {
    log.info("Backup of a running VM does not contain VMI");
    return {
      reason: `${state} and virtualmachineinstances are not in the backup`,
      remedy: "stop the VM, or include virtualmachineinstances",
    };
  }
  const [namespace, name] = [namespaceOf(vm), nameOf(vm)];
  // A VM that starts may have no VMI yet, so an absent one is not an excluded one.
  const vmi = await cluster.get(VIRTUAL_MACHINE_INSTANCES, namespace, name, { metadataOnly: true });
  if (isExcludedByLabel(vmi)) {
    return {
      reason: `${state} and VirtualMachineInstance ${namespace}/${name} is excluded by its label`,
      remedy: `stop the VM, or remove the label ${EXCLUDE_LABEL}`,
    };
  }
  if (!inBackup(backup, KINDS.pods) && inBackup(backup, KINDS.persistentvolumeclaims)) {
    return {
      reason: `${state} and persistentvolumeclaims are in the backup but pods are not`,
      remedy: "stop the VM, or include pods, or exclude persistentvolumeclaims",
    };
  }
  return undefined;
}

/**
 * Refuses a VM whose disks this backup would not hold.
 *
 * @param rule The rule of the calling source.
 * @throws {Refusal} `VM would not be restored correctly`, with volume and reason.
 */
export async function refuseUnrestorable(
  vm: JsonObject,
  backup: JsonObject,
  { cluster }: CheckContext,
  rule: string,
): Promise<void> {
  const template = objectOrNothing(vm.spec, "spec", rule)?.template;
  const spec = objectOrNothing(
    objectOrNothing(template, "spec.template", rule)?.spec,
    "spec.template.spec",
    rule,
  );
  const templates = new Set(
    objectsAt(vm, "spec", "dataVolumeTemplates").map(nameOf).filter((name) => name !== ""),
  );
  const objection = await findUnrestorable(spec?.volumes, {
    where: "spec.template.spec.volumes",
    rule,
    namespace: namespaceOf(vm),
    backup,
    cluster,
    madeByRestore: (name) => templates.has(name),
  });
  if (objection === undefined) return;
  const { reason, remedy } = objection;
  throw new Refusal(`VM would not be restored correctly: ${reason}`, {
    rule,
    remedy,
    reason: "not_restorable",
  });
}

/** What {@link findUnrestorable} looks at besides the volumes. */
export interface RestorableOptions {
  /** The path of the volumes in the item, for errors. */
  readonly where: string;
  readonly rule: string;
  readonly namespace: string;
  readonly backup: JsonObject;
  readonly cluster: Cluster;
  /** True for a DataVolume that the restored owner makes again itself. */
  madeByRestore(dataVolume: string): boolean;
}

/** The first volume that a restore of this backup would miss; `undefined` when there is none (kubevirt 3.6). */
export async function findUnrestorable(
  volumes: JsonValue | undefined,
  options: RestorableOptions,
): Promise<Objection | undefined> {
  const { where, rule } = options;
  for (const [index, volume] of objectsOrNothing(volumes, where, rule).entries()) {
    const path = `${where}[${index}]`;
    const dataVolume = objectOrNothing(volume?.dataVolume, `${path}.dataVolume`, rule);
    const claim = objectOrNothing(volume?.persistentVolumeClaim, `${path}.persistentVolumeClaim`, rule);
    const title = `volume "${stringAt(volume, "name") ?? index}"`;
    const missing = dataVolume !== undefined
      ? await dataVolumeProblem(
        title,
        stringOrNothing(dataVolume.name, `${path}.dataVolume.name`, rule),
        options,
      )
      : undefined;
    if (missing !== undefined) return missing;
    if (claim === undefined) continue;
    const name = stringOrNothing(claim.claimName, `${path}.persistentVolumeClaim.claimName`, rule);
    const unclaimed = await claimProblem(title, name, options);
    if (unclaimed !== undefined) return unclaimed;
  }
  return undefined;
}

async function dataVolumeProblem(
  volume: string,
  name: string,
  options: RestorableOptions,
): Promise<Objection | undefined> {
  if (name === "") return unnamed(volume, "DataVolume");
  if (options.madeByRestore(name)) return undefined;
  const { namespace, backup, cluster } = options;
  const found = await absentWhenNotServed(cluster.get(DATA_VOLUMES, namespace, name, { metadataOnly: true }));
  if (found === undefined) return await claimProblem(volume, name, options);
  if (isExcludedByLabel(found)) return excluded(volume, `DataVolume ${namespace}/${name}`);
  return inBackup(backup, KINDS.datavolumes) ? undefined : outside(volume, "datavolumes");
}

async function claimProblem(
  volume: string,
  name: string,
  { namespace, backup, cluster }: RestorableOptions,
): Promise<Objection | undefined> {
  if (name === "") return unnamed(volume, "PersistentVolumeClaim");
  if (!inBackup(backup, KINDS.persistentvolumeclaims)) return outside(volume, "persistentvolumeclaims");
  const found = await cluster.get(PERSISTENT_VOLUME_CLAIMS, namespace, name, { metadataOnly: true });
  if (isExcludedByLabel(found)) return excluded(volume, `PersistentVolumeClaim ${namespace}/${name}`);
  if (found !== undefined) return undefined;
  return {
    reason: `PersistentVolumeClaim ${namespace}/${name} of ${volume} does not exist`,
    remedy: "create it or remove the volume from the VM",
  };
}

function unnamed(volume: string, kind: string): Objection {
  return { reason: `${volume} names no ${kind}`, remedy: "correct the VM" };
}

function excluded(volume: string, object: string): Objection {
  return {
    reason: `${object} of ${volume} is excluded by its label`,
    remedy: `remove the label ${EXCLUDE_LABEL}, or label the Backup velero.kubevirt.io/metadataBackup`,
  };
}

function outside(volume: string, resource: string): Objection {
  return {
    reason: `${volume} needs ${resource}, which are not in the backup`,
    remedy: `include ${resource}, or label the Backup velero.kubevirt.io/metadataBackup`,
  };
}
