/**
 * The two checks before a VM is backed up (kubevirt 3.3 and 5.1; superphenix 2.2 and 2.3).
 *
 * Two sources make them for the same VM. A check that a VM has passed in a backup is not made again there, as long as the VM is the
 * same version. A failed check removes the VM from the backup, so no later action sees it.
 *
 * @module
 */

import { isObject, type JsonObject, type JsonValue } from "../../../objects/json.ts";
import { at, nameOf, namespaceOf, objectsAt, stringAt, switchedOn } from "../../../objects/object.ts";
import type { Context } from "../../action.ts";
import { EXCLUDE_LABEL, inBackup, isExcludedByLabel } from "../backup_filter.ts";
import { objectOrNothing, stringOrNothing } from "../expect.ts";
import { Refusal } from "../refusal.ts";
import { KINDS } from "./in_backup.ts";
import { type CheckContext, refuseMissingVolumes } from "./volumes.ts";

const VIRTUAL_MACHINE_INSTANCES = {
  group: "kubevirt.io",
  version: "v1",
  resource: "virtualmachineinstances",
};

/** What the checks need of their call. */
export interface VmCheckContext extends CheckContext {
  /** Keeps what a VM has passed, for the calls that come after. */
  readonly state: Context["state"];
}

/** True for a backup of metadata alone: its label is there and not `false` (kubevirt 3.3). */
export function isMetadataBackup(backup: JsonObject): boolean {
  return switchedOn(backup, "velero.kubevirt.io/metadataBackup");
}

/** True for a VM that starts or runs; a migrating one does not count (kubevirt 3.3). */
function isRunning(vm: JsonObject, rule: string): boolean {
  const status = objectOrNothing(vm.status, "status", rule);
  return /^(Starting|Running)$/.test(
    stringOrNothing(status?.printableStatus, "status.printableStatus", rule),
  );
}

/**
 * Refuses a running VM when this backup lacks the objects that make its copy consistent.
 *
 * @param rule The rule of the calling source.
 * @throws {Refusal} `VM cannot be safely backed up`, with the reason; at once where no request is needed to tell.
 */
export function refuseUnsafe(
  vm: JsonObject,
  backup: JsonObject,
  context: VmCheckContext,
  rule: string,
): void | Promise<void> {
  if (!isRunning(vm, rule)) return;
  return once(
    ["safe", stringAt(vm, "status", "printableStatus") ?? ""],
    vm,
    backup,
    context,
    () => checkSafety(vm, backup, context, rule),
  );
}

function checkSafety(
  vm: JsonObject,
  backup: JsonObject,
  { cluster, log }: VmCheckContext,
  rule: string,
): Promise<void> {
  const refusal = (reason: string, remedy: string) => {
    const state = `the VM is ${stringAt(vm, "status", "printableStatus")}`;
    const message = `VM cannot be safely backed up: ${state} and ${reason}`;
    return new Refusal(message, { rule, remedy, reason: "unsafe" });
  };
  if (!inBackup(backup, KINDS.virtualmachineinstances)) {
    log.info("Backup of a running VM does not contain VMI");
    const remedy = "stop the VM, or include virtualmachineinstances";
    throw refusal("virtualmachineinstances are not in the backup", remedy);
  }
  const [namespace, name] = [namespaceOf(vm), nameOf(vm)];
  // A VM that is starting may have no VMI yet, so a missing VMI does not count as excluded.
  return cluster.get(VIRTUAL_MACHINE_INSTANCES, namespace, name, { metadataOnly: true }).then((vmi) => {
    if (isExcludedByLabel(vmi)) {
      const remedy = `stop the VM, or remove the label ${EXCLUDE_LABEL}`;
      throw refusal(`VirtualMachineInstance ${namespace}/${name} is excluded by its label`, remedy);
    }
    if (!inBackup(backup, KINDS.pods) && inBackup(backup, KINDS.persistentvolumeclaims)) {
      const remedy = "stop the VM, or include pods, or exclude persistentvolumeclaims";
      throw refusal("persistentvolumeclaims are in the backup but pods are not", remedy);
    }
  });
}

/**
 * Refuses a VM when this backup would not contain its disks.
 *
 * @param rule The rule of the calling source.
 * @throws {Refusal} `VM would not be restored correctly`, with volume and reason; at once where no request is needed to tell.
 */
export function refuseUnrestorable(
  vm: JsonObject,
  backup: JsonObject,
  context: VmCheckContext,
  rule: string,
): void | Promise<void> {
  return once(
    ["restorable", ...disksOf(vm)],
    vm,
    backup,
    context,
    () => checkVolumes(vm, backup, context, rule),
  );
}

function checkVolumes(
  vm: JsonObject,
  backup: JsonObject,
  context: VmCheckContext,
  rule: string,
): Promise<void> {
  const template = objectOrNothing(objectOrNothing(vm.spec, "spec", rule)?.template, "spec.template", rule);
  const spec = objectOrNothing(template?.spec, "spec.template.spec", rule);
  const templates = new Set(objectsAt(vm, "spec", "dataVolumeTemplates").map(nameOf));
  return refuseMissingVolumes(spec?.volumes, context, {
    what: "VM would not be restored correctly",
    where: "spec.template.spec.volumes",
    rule,
    namespace: namespaceOf(vm),
    backup,
    madeByRestore: (name) => templates.has(name),
  });
}

// The parts of a VM that the check of its volumes depends on.
function disksOf(vm: JsonObject): unknown[] {
  const spec = at(vm, "spec", "template", "spec");
  if (!isObject(spec)) return [vm.spec];
  const disks = (volume: JsonValue | undefined) =>
    isObject(volume) ? [volume.dataVolume, volume.persistentVolumeClaim] : volume;
  return [
    Array.isArray(spec.volumes) ? spec.volumes.map(disks) : spec.volumes,
    objectsAt(vm, "spec", "dataVolumeTemplates").map(nameOf),
  ];
}

const FILTERS = [
  "includedResources",
  "excludedResources",
  "includedNamespaceScopedResources",
  "excludedNamespaceScopedResources",
];

/**
 * Makes a check unless the VM has passed it in this backup. It is always made when one of the three marks is missing, because then
 * nobody can tell whether it is the same VM. What the check looks at is part of the key, because an earlier action may have changed
 * the item.
 */
function once(
  check: readonly unknown[],
  vm: JsonObject,
  backup: JsonObject,
  { state }: VmCheckContext,
  make: () => Promise<void>,
): void | Promise<void> {
  const marks = [
    stringAt(backup, "metadata", "uid"),
    stringAt(vm, "metadata", "uid"),
    stringAt(vm, "metadata", "resourceVersion"),
  ];
  if (marks.includes(undefined)) return make();
  const passed = state("kubevirt checks passed", () => new Set<string>());
  const filters = FILTERS.map((field) => at(backup, "spec", field));
  const key = JSON.stringify([...marks, ...filters, ...check]);
  if (passed.has(key)) return;
  return make().then(() => void passed.add(key));
}
