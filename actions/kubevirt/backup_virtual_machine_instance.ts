import type { BackupItemAction, Context, ItemResult } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, namespaceOf } from "../../objects/object.ts";
import { inBackup, isExcludedByLabel, SKIP_FROM_BACKUP } from "../lib/backup_filter.ts";
import { objectOrNothing } from "../lib/expect.ts";
import { isMetadataBackup } from "../lib/kubevirt/checks.ts";
import { KINDS } from "../lib/kubevirt/in_backup.ts";
import { refuseMissingVolumes } from "../lib/kubevirt/volumes.ts";
import { Refusal } from "../lib/refusal.ts";
import { together } from "../lib/together.ts";
import { graphOptions, requireBackup, requireName } from "./backup_run.ts";
import { type BackupGraph, instanceBackupGraph } from "./graph/backup.ts";
import { record } from "./graph/extras.ts";
import { itemsOf } from "./graph/node.ts";
import { isActive, isPaused, OWNED, type Owner, ownerOf } from "./instances.ts";
import type { LauncherPod } from "./launcher_pod.ts";
import { createLookups, type Lookups, READ } from "./lookups.ts";
import { setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";
import { labelVmName } from "./vm_name.ts";

const RULE = "kubevirt 5.2";

/**
 * Refuses an instance that this backup would not hold whole, marks one that its owner makes anew, and adds what it hangs on
 * (kubevirt 5.2).
 */
export const backupVirtualMachineInstance: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-virtualmachineinstance-action",
  appliesTo: { includedResources: ["virtualmachineinstances.kubevirt.io"] },

  async execute({ item, backup }, context) {
    const run = requireBackup(backup, RULE);
    requireName(item, RULE);
    const owner = ownerOf(item);
    if (!ownerInBackup(owner, run)) return leaveOut(item);
    const lookups = createLookups(context, run);
    const instance: Instance = { item, run, owner, running: needsLauncher(item, run) };
    // Both ask at the same time. For an instance that is left out it does not matter what the second finds.
    const gathering = gather(instance, lookups, context);
    gathering.catch(() => {});
    const owning = await readOwner(instance, lookups);
    if (owning.excluded) return leaveOut(item);
    const { nodes, recorded, launcher } = await gathering;
    if (instance.running && !skipsHooks(item) && !skipsHooks(owning.object)) {
      warnWithoutHooks(launcher, instance, context);
    }
    const steps = [
      owner !== undefined && setMetadata(item, "annotations", OWNED, "true"),
      record(item, owner === undefined ? recorded : undefined),
      labelVmName(item, owner?.kind === "VirtualMachine" ? owner.name : undefined, context),
    ];
    const additionalItems = itemsOf(nodes);
    return steps.includes(true) ? { item, additionalItems } : { additionalItems };
  },
};

/** An instance in a backup. */
interface Instance {
  readonly item: JsonObject;
  /** The Backup. */
  readonly run: JsonObject;
  readonly owner: Owner | undefined;
  /** True when its disks change while they are backed up, so that the pod which freezes them must be there. */
  readonly running: boolean;
}

function needsLauncher(item: JsonObject, run: JsonObject): boolean {
  return isActive(item) && !isPaused(item) && !isMetadataBackup(run);
}

const OWNER_KINDS = {
  VirtualMachine: { names: KINDS.virtualmachines, read: READ.machines },
  VirtualMachineInstanceReplicaSet: {
    names: KINDS.virtualmachineinstancereplicasets,
    read: READ.replicaSets,
  },
} as const;

/** False when the kind of the owner is not in the backup (step 2). */
function ownerInBackup(owner: Owner | undefined, run: JsonObject): boolean {
  return owner === undefined || owner.kind === "other" || inBackup(run, OWNER_KINDS[owner.kind].names);
}

/** The owner's metadata, and whether the owner itself is missing in the backup (step 2). */
async function readOwner(
  { item, owner }: Instance,
  lookups: Lookups,
): Promise<{ readonly excluded: boolean; readonly object?: JsonObject }> {
  if (owner === undefined || owner.kind === "other") return { excluded: false };
  const { read } = OWNER_KINDS[owner.kind];
  const object = await lookups.get(read, namespaceOf(item), owner.name, { metadataOnly: true });
  return object === undefined || isExcludedByLabel(object) ? { excluded: true } : { excluded: false, object };
}

// From Velero 1.18.1 on the first annotation keeps it out of the backup; before, the second one keeps it out of the restore.
function leaveOut(item: JsonObject): ItemResult {
  setMetadata(item, "annotations", SKIP_FROM_BACKUP, "true");
  setMetadata(item, "annotations", OWNED, "true");
  return { item };
}

/** The graph, after the checks of steps 3 and 4. */
async function gather(
  instance: Instance,
  lookups: Lookups,
  context: Context<KubevirtSettings>,
): Promise<BackupGraph> {
  const { item, run, owner, running } = instance;
  const podsMissing = !inBackup(run, KINDS.pods) && inBackup(run, KINDS.persistentvolumeclaims);
  if (running && podsMissing) {
    throw podNotIncluded("persistentvolumeclaims are in the backup but pods are not", "include pods");
  }
  const options = graphOptions(run, context.settings);
  const [graph] = await together(context, [
    async () => {
      const found = await instanceBackupGraph(item, lookups, options);
      if (running) requireLauncher(found.launcher, item);
      return found;
    },
    (own) =>
      owner === undefined && !isMetadataBackup(run)
        ? refuseMissingVolumes(objectOrNothing(item.spec, "spec", RULE)?.volumes, {
          ...own,
          cluster: lookups,
        }, {
          what: "VM has DataVolume or PVC volumes and DataVolumes/PVCs is not included in the backup",
          where: "spec.volumes",
          rule: RULE,
          namespace: namespaceOf(item),
          backup: run,
          madeByRestore: () => false,
        })
        : undefined,
  ]);
  return graph;
}

function requireLauncher(launcher: LauncherPod | undefined, item: JsonObject): void {
  if (launcher === undefined) {
    throw new Refusal("pod for running VMI not found", {
      rule: RULE,
      remedy: "repeat the backup when the VM runs or is stopped",
      reason: "pod_missing",
    });
  }
  if (launcher.excluded) {
    const pod = `Pod ${namespaceOf(item)}/${launcher.name}`;
    throw podNotIncluded(`${pod} is excluded by its label`, "remove the label velero.io/exclude-from-backup");
  }
}

function podNotIncluded(reason: string, remedy: string): Refusal {
  return new Refusal(`VM is running but launcher pod is not included in the backup: ${reason}`, {
    rule: RULE,
    remedy: `${remedy}, or stop or pause the VM`,
    reason: "unsafe",
  });
}

function skipsHooks(object: JsonObject | undefined): boolean {
  return annotation(object, "kubevirt.io/skip-backup-hooks") === "true";
}

/** KubeVirt gives every launcher pod hooks that freeze the guest, unless it is told not to (kubevirt 8.3). */
function warnWithoutHooks(
  launcher: LauncherPod | undefined,
  { item, run }: Instance,
  { log }: Context<KubevirtSettings>,
): void {
  if (launcher === undefined || launcher.hasHooks || !inBackup(run, KINDS.pods)) return;
  log.warn(
    `launcher pod ${
      namespaceOf(item)
    }/${launcher.name} has no hooks that freeze the guest, so the backup of its disks is as after a power failure; ` +
      "annotate the VM or KubeVirt kubevirt.io/skip-backup-hooks=true where that is wanted",
  );
}
