/**
 * Scenarios of upstream's tests on a cluster (kubevirt 7.10), run by the host of `preview/`. No controller runs here: whether CDI would
 * fill a disk again is read from the marks that tell it not to.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { annotation, objectAt } from "../../objects/object.ts";
import { type Cycle, cycle, type CycleOptions, disk, machine } from "./world.ts";

/** Resources as a Backup names them. */
export const VM = "virtualmachines.kubevirt.io";
export const VMI = "virtualmachineinstances.kubevirt.io";
export const DV = "datavolumes.cdi.kubevirt.io";
export const PVC = "persistentvolumeclaims";

/** Filters of a Backup. */
export const including = (...includedResources: string[]) => ({ backup: { spec: { includedResources } } });
/** The other way round. */
export const excluding = (...excludedResources: string[]) => ({ backup: { spec: { excludedResources } } });

/** Why a backup is PartiallyFailed. */
export const UNSAFE = "VM cannot be safely backed up";
export const INCOMPLETE = "VM would not be restored correctly";
export const NO_POD = "VM is running but launcher pod is not included in the backup";
export const NO_DISKS = "VM has DataVolume or PVC volumes and DataVolumes/PVCs is not included in the backup";
const REASONS = [UNSAFE, INCOMPLETE, NO_POD, NO_DISKS];

/** What is restored of a VM with its disk. */
export const ALL = ["DataVolume disk", "PersistentVolumeClaim disk", "VirtualMachine v"];

/** The disk has its content, and CDI is told so. */
export function kept({ find }: Cycle): void {
  const dataVolume = find("DataVolume", "disk");
  const claim = find("PersistentVolumeClaim", "disk");
  if (dataVolume !== undefined) {
    assertEquals(annotation(dataVolume, "cdi.kubevirt.io/storage.prePopulated"), "disk");
  }
  if (claim !== undefined) {
    assertEquals(annotation(claim, "cdi.kubevirt.io/storage.populatedFor"), "disk");
    assertEquals(objectAt(claim, "metadata")?.ownerReferences, undefined);
  }
}

/** A backup and a restore, and what must come of them. */
export interface Scenario extends CycleOptions {
  readonly id: string;
  readonly what?: string;
  /** The reason of an error: the backup is PartiallyFailed. */
  readonly error?: string;
  /** What is in the cluster after the restore. */
  readonly restored?: readonly string[];
  readonly check?: (cycle: Cycle) => void;
}

/** The VM with its disk. */
export const stopped = () => [...machine(), ...disk()];
export const started = () => [...machine({ state: "Running" }), ...disk()];

/** `<resource>.<group> <name>` of everything in the archive but namespaces, sorted. */
export function inArchive(archive: Cycle["archive"]): string[] {
  return [...archive.values()].filter(({ resource }) => resource !== "namespaces")
    .map(({ group, resource, name }) => `${resource}${group === "" ? "" : `.${group}`} ${name}`).sort();
}

/** Runs scenarios, each as a step. */
export async function play(t: Deno.TestContext, scenarios: readonly Scenario[]): Promise<void> {
  for (const { id, what = "", error, restored, check, ...options } of scenarios) {
    await t.step(`${id} ${what}`, async () => {
      const run = await cycle(options);
      const errors = run.backup.errors.map(({ text }) => text);
      if (error !== undefined) {
        const about = REASONS.filter((reason) => errors.some((text) => text.includes(reason)));
        assert(about.includes(error), `PartiallyFailed: ${errors}`);
        assertEquals(errors.filter((text) => !REASONS.some((reason) => text.includes(reason))), []);
        return;
      }
      assertEquals([errors, run.restore.errors], [[], []]);
      assertEquals(run.names(), restored);
      // A part that the filters kept out of the backup is told, and nothing else.
      assertEquals(
        run.restore.warnings.filter(({ text }) => !text.startsWith("it is not in the backup")),
        [],
      );
      check?.(run);
    });
  }
}
