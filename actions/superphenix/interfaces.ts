/**
 * The interfaces of a VM, in the order of its networks (superphenix 3.1).
 *
 * @module
 */

import { booleanOrNothing, objectOrNothing, objectsOrNothing, stringOrNothing } from "../lib/expect.ts";
import type { JsonObject } from "../../objects/json.ts";
import { type Nad, parseNetworkName } from "../lib/kubevirt/nad.ts";

/** The interface on the cluster's default network. */
export interface DefaultInterface {
  readonly nad: undefined;
}

/** An interface on a NetworkAttachmentDefinition. */
export interface NadInterface {
  readonly nad: Nad;
  /** `networks[].name`, from which KubeVirt derives the name of the pod's interface. */
  readonly network: string;
  /** 1-based place among the Multus networks that are not the default; undefined for the default one. */
  readonly position: number | undefined;
}

/** What an interface is attached to. */
export type Interface = DefaultInterface | NadInterface;

/** The interfaces of a VM and the `networkName`s that name no NAD. */
export interface Interfaces {
  readonly interfaces: readonly Interface[];
  readonly invalid: readonly string[];
}

const RULE = "superphenix N2";

/**
 * Reads `spec.template.spec.networks`.
 *
 * @param template `spec.template` of the VM.
 * @param namespace The VM's namespace, where a NAD without one lives.
 * @throws {Refusal} when a field has the wrong type.
 */
export function readInterfaces(template: JsonObject, namespace: string): Interfaces {
  const interfaces: Interface[] = [];
  const invalid: string[] = [];
  let hasDefault = false;
  let position = 0;
  for (const { path, network } of networksOf(template)) {
    if (objectOrNothing(network.pod, `${path}.pod`, RULE) !== undefined) {
      interfaces.push({ nad: undefined });
      hasDefault = true;
    }
    const multus = objectOrNothing(network.multus, `${path}.multus`, RULE);
    if (multus === undefined) continue;
    const isDefault = booleanOrNothing(multus.default, `${path}.multus.default`, RULE);
    if (isDefault) hasDefault = true;
    else position++;
    const networkName = stringOrNothing(multus.networkName, `${path}.multus.networkName`, RULE);
    const nad = parseNetworkName(networkName, namespace);
    if (nad === undefined) {
      invalid.push(networkName);
      continue;
    }
    const name = stringOrNothing(network.name, `${path}.name`, RULE);
    interfaces.push({ nad, network: name, position: isDefault ? undefined : position });
  }
  // An implicit default network comes last.
  if (!hasDefault) interfaces.push({ nad: undefined });
  return { interfaces, invalid };
}

/** The networks of a VM's template with their paths; null elements are left out. */
export function networksOf(template: JsonObject): { path: string; network: JsonObject }[] {
  const where = "spec.template.spec";
  const networks = objectOrNothing(template.spec, where, RULE)?.networks;
  return objectsOrNothing(networks, `${where}.networks`, RULE).flatMap((network, index) =>
    network === undefined ? [] : [{ path: `${where}.networks[${index}]`, network }]
  );
}
