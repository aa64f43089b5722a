import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, objectAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { VM_OPERATOR } from "./kinds.ts";

/** A VirtualMachineService, as far as its selection goes. */
export interface Service {
  readonly name: string;
  /** The labels that a VM must have, as pairs. */
  readonly selector: readonly (readonly [string, unknown])[];
}

/**
 * The VirtualMachineServices of a namespace (vmgroup 9, `services`). A list that fails is an error of the backup, as with a VM
 * that cannot be read, but not of the group; what came before the failure counts.
 */
export async function listServices(
  namespace: string,
  version: string,
  { cluster, log, signal }: Pick<Context, "cluster" | "log" | "signal">,
): Promise<Service[]> {
  const found: Service[] = [];
  const kind = { group: VM_OPERATOR, version, resource: "virtualmachineservices" };
  try {
    for await (const service of cluster.list(kind, { namespace })) {
      const selector = Object.entries(objectAt(service, "spec", "selector") ?? {});
      found.push({ name: nameOf(service), selector });
    }
  } catch (cause) {
    log.error(`Failed to list VirtualMachineServices of ${namespace}: ${requestFailure(cause, { signal })}`);
  }
  return found;
}

/** True when a service selects a VM. One without a selector selects nothing; its endpoints are made by hand. */
export function selects({ selector }: Service, vm: JsonObject): boolean {
  return selector.length > 0 && selector.every(([key, value]) => label(vm, key) === value);
}
