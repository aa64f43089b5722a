import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, namespaceOf } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { remember } from "../lib/remember.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { BACKEND_STORAGE } from "./graph/backend_storage.ts";
import { placeAt } from "./graph/fields.ts";
import { formatItem, isOfKind, NODES } from "./graph/node.ts";
import { volumeNodes } from "./graph/volumes.ts";
import { owningMachine } from "./instances.ts";
import { READ } from "./lookups.ts";
import type { KubevirtSettings } from "./settings.ts";
import { LIST_AGE_MS } from "./list_age.ts";

/**
 * The name of the VM to which a DataVolume or PVC belongs, where the settings ask for its label (kubevirt B23): the VM whose state it
 * holds, that owns it, or that names it in a volume. Of several VMs the first that the API server lists.
 *
 * When the VMs cannot be listed there is a warning and no label: it only helps to select.
 */
export async function machineOfDisk(
  disk: JsonObject,
  backup: JsonObject,
  context: Context<KubevirtSettings>,
): Promise<string | undefined> {
  if (!context.settings["vm-name-label"]) return undefined;
  const named = label(disk, BACKEND_STORAGE) ?? owningMachine(disk);
  if (named !== undefined) return named;
  const kind = disk.kind === "DataVolume" ? NODES.dataVolumes : NODES.claims;
  const namespace = namespaceOf(disk);
  try {
    const machines = await remember(
      context,
      { key: `kubevirt disks ${namespace}`, run: backup, maxAge: LIST_AGE_MS },
      () => listDisks(namespace, context),
    );
    return machines.get(formatItem({ ...kind, namespace, name: nameOf(disk) }));
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    context.log.warn(
      `the VM of the disk is not known, so it is not labelled: ${requestFailure(error, context)}`,
    );
    return undefined;
  }
}

/** VMs by the disks that they name, as far as they can be read. */
async function listDisks(namespace: string, { cluster }: Context): Promise<ReadonlyMap<string, string>> {
  const machines = new Map<string, string>();
  for await (const vm of cluster.list(READ.machines, { namespace })) {
    for (const disk of disksOf(vm, namespace)) {
      if (!machines.has(disk)) machines.set(disk, nameOf(vm));
    }
  }
  return machines;
}

function disksOf(vm: JsonObject, namespace: string): string[] {
  try {
    const spec = placeAt({ value: vm, where: "" }, "spec.template.spec");
    const nodes = spec === undefined ? [] : volumeNodes(spec, namespace);
    return nodes.filter((node) => isOfKind(node, NODES.dataVolumes) || isOfKind(node, NODES.claims)).map(
      formatItem,
    );
  } catch (error) {
    // A VM that cannot be read is refused where it is backed up itself.
    if (error instanceof Refusal) return [];
    throw error;
  }
}
