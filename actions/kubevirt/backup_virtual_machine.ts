import type { BackupItemAction, Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { at, nameOf, namespaceOf } from "../../objects/object.ts";
import { isMetadataBackup, refuseUnrestorable, refuseUnsafe } from "../lib/kubevirt/checks.ts";
import { together } from "../lib/together.ts";
import { graphOptions, requireBackup } from "./backup_run.ts";
import { machineBackupGraph } from "./graph/backup.ts";
import { record } from "./graph/extras.ts";
import { placeAt, textAt } from "./graph/fields.ts";
import { type GraphNode, isOfKind, itemsOf, NODES } from "./graph/node.ts";
import { REVISED } from "./graph/revisions.ts";
import type { LauncherPod } from "./launcher_pod.ts";
import { createLookups } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";
import { labelVmName } from "./vm_name.ts";

const RULE = "kubevirt 5.1";

type Own = Context<KubevirtSettings>;

/** Refuses a VM that this backup would not hold whole, and adds what it hangs on (kubevirt 5.1). */
export const backupVirtualMachine: BackupItemAction<KubevirtSettings> = {
  kind: "BackupItemAction",
  name: "kubevirt-velero-plugin/backup-virtualmachine-action",
  appliesTo: { includedResources: ["virtualmachines.kubevirt.io"] },

  async execute({ item, backup }, context) {
    const run = requireBackup(backup, RULE);
    const options = graphOptions(run, context.settings);
    const cluster = createLookups(context, run);
    const checked = !isMetadataBackup(run);
    const [, , graph] = await together(context, [
      (own: Own) => checked ? refuseUnsafe(item, run, { ...own, cluster }, RULE) : undefined,
      (own: Own) => checked ? refuseUnrestorable(item, run, { ...own, cluster }, RULE) : undefined,
      () => machineBackupGraph(item, cluster, options),
    ]);
    warnOfFileBackup(item, run, graph.nodes, graph.launcher, context);
    const steps = [
      ...REVISED.map((field) => keepRevision(item, field)),
      record(item, graph.recorded),
      labelVmName(item, nameOf(item), context),
    ];
    const additionalItems = itemsOf(graph.nodes);
    return steps.includes(true) ? { item, additionalItems } : { additionalItems };
  },
};

/** The restored VM has no status, so its spec must name the revision with which it runs. */
function keepRevision(vm: JsonObject, field: typeof REVISED[number]): boolean {
  const machine = { value: vm, where: "" };
  const spec = placeAt(machine, `spec.${field}`)?.value;
  const name = textAt(machine, `status.${field}Ref.controllerRevisionRef.name`);
  if (spec === undefined || name === "" || spec.revisionName === name) return false;
  spec.revisionName = name;
  return true;
}

/** Launcher pods are never restored, and what Velero reads out of their volumes goes with them (kubevirt B27). */
function warnOfFileBackup(
  vm: JsonObject,
  backup: JsonObject,
  nodes: readonly GraphNode[],
  launcher: LauncherPod | undefined,
  { log, count }: Own,
): void {
  const byDefault = at(backup, "spec", "defaultVolumesToFsBackup") === true;
  if (!byDefault && launcher?.backsUpFiles !== true) return;
  if (!nodes.some((node) => isOfKind(node, NODES.claims))) return;
  count("fileSystemBackups", []);
  const where = byDefault
    ? "the Backup has defaultVolumesToFsBackup"
    : `launcher pod ${namespaceOf(vm)}/${launcher?.name} has the annotation backup.velero.io/backup-volumes`;
  log.warn(
    `${where}: file-system backups of a VM's disks cannot be restored; use CSI snapshots, with or without Velero's data mover`,
  );
}
