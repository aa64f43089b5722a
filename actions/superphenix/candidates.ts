/**
 * Under which names Kube-OVN may keep the address of an interface (superphenix 1.2 and 3.2).
 *
 * @module
 */

import { sha256Hex } from "../lib/sha256.ts";
import type { Nad } from "../lib/kubevirt/nad.ts";
import type { Interface, NadInterface } from "./interfaces.ts";

/** A possible provider of an interface: the tail of the IP object's name and the head of its annotations. */
export interface Candidate {
  /** `ovn`, `<nad>.<nadns>.ovn[.<if>]` or `<nad>.<nadns>`. */
  readonly provider: string;
  /** True when only one interface of the VM can have it. */
  readonly exclusive: boolean;
}

/** How Kube-OVN serves a NAD, when that is known. */
export type NadKind = "kube-ovn" | "ipam" | "none";

/** The provider of the default network. */
export const DEFAULT_PROVIDER = "ovn";

/** The name of the IP object of an owner, which is a VM or a pod. */
export function ipName(owner: string, namespace: string, provider: string): string {
  return provider === DEFAULT_PROVIDER ? `${owner}.${namespace}` : `${owner}.${namespace}.${provider}`;
}

/** The beginning of the annotation keys of a provider, without the slash. */
export function annotationPrefix(provider: string): string {
  return `${provider}.kubernetes.io`;
}

/** `<namespace>/<nad>` for logs, or the default network. */
export function describeInterface({ nad }: Interface): string {
  return nad === undefined ? "the default network" : `network ${nad.namespace}/${nad.name}`;
}

/**
 * The providers an interface may have, in the order in which they are tried.
 *
 * @param all All interfaces of the VM: a NAD attached twice has one provider per interface.
 * @param kind How Kube-OVN serves the NAD; absent when that is not known.
 */
export async function candidatesOf(
  own: Interface,
  all: readonly Interface[],
  kind?: NadKind,
): Promise<Candidate[]> {
  if (own.nad === undefined) return [{ provider: DEFAULT_PROVIDER, exclusive: false }];
  const { name, namespace } = own.nad;
  const overlay = `${name}.${namespace}.ovn`;
  const repeated = all.filter((other) => sameNad(other.nad, own.nad)).length > 1;
  const perInterface = repeated ? await interfaceNames(own) : [];
  const asOverlay = [
    ...perInterface.map((name) => ({ provider: `${overlay}.${name}`, exclusive: false })),
    { provider: overlay, exclusive: repeated },
  ];
  const asIpam = [{ provider: `${name}.${namespace}`, exclusive: false }];
  switch (kind) {
    case undefined:
      return [...asOverlay, ...asIpam];
    case "kube-ovn":
      return asOverlay;
    case "ipam":
      return asIpam;
    case "none":
      return [];
  }
}

function sameNad(a: Nad | undefined, b: Nad | undefined): boolean {
  return a?.namespace === b?.namespace && a?.name === b?.name;
}

// The pod's interface is named after the network; pods of old KubeVirt releases count instead.
async function interfaceNames({ network, position }: NadInterface): Promise<string[]> {
  const hashed = `pod${(await sha256Hex(network)).slice(0, 11)}`;
  return position === undefined ? [hashed] : [hashed, `net${position}`];
}
