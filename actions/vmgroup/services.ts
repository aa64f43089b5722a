import type { Context, ResourceIdentifier } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, objectAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { VM_OPERATOR, vmOperatorItem } from "./kinds.ts";

/**
 * The VirtualMachineServices of a namespace that select one of the VMs (vmgroup 9, `services`). A list that fails is an
 * error of the backup, as with a VM that cannot be read, but not of the group.
 */
export async function servicesOf(
  vms: readonly JsonObject[],
  namespace: string,
  version: string,
  { cluster, log, signal }: Pick<Context, "cluster" | "log" | "signal">,
): Promise<ResourceIdentifier[]> {
  const found: ResourceIdentifier[] = [];
  const kind = { group: VM_OPERATOR, version, resource: "virtualmachineservices" };
  try {
    for await (const service of cluster.list(kind, { namespace })) {
      if (vms.some((vm) => selects(service, vm))) {
        found.push(vmOperatorItem("virtualmachineservices", namespace, nameOf(service)));
      }
    }
  } catch (cause) {
    log.error(`Failed to list VirtualMachineServices of ${namespace}: ${requestFailure(cause, { signal })}`);
  }
  return found;
}

// A service without a selector selects nothing; its endpoints are made by hand.
function selects(service: JsonObject, vm: JsonObject): boolean {
  const selector = Object.entries(objectAt(service, "spec", "selector") ?? {});
  return selector.length > 0 && selector.every(([key, value]) => label(vm, key) === value);
}
