/**
 * The NADs of a VM in a restore, whether or not another action has already mapped their namespaces (superphenix R3).
 *
 * @module
 */

import type { Context, RestoreRequest } from "../action.ts";
import { objectOrNothing, stringOrNothing } from "../lib/expect.ts";
import type { JsonObject } from "../../objects/json.ts";
import { readGraphExtras } from "../lib/kubevirt/graph_extras.ts";
import { findMappedNadNamespace, parseNetworkName, remapsEmbeddedNamespaces } from "../lib/kubevirt/nad.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import { namespaceOf } from "../../objects/object.ts";
import { networksOf } from "./interfaces.ts";

/** A NAD as the VM's annotations may name it. */
export interface RestoredNad {
  readonly name: string;
  /** The namespaces under which annotations may name it: where it was at backup, and where it is now. */
  readonly namespaces: readonly string[];
  /** The namespace which annotations must name after the restore; `undefined` when they stay as they are. */
  target(context: Asking): Promise<string | undefined>;
}

type Asking = Pick<Context, "cluster" | "log">;

/**
 * Reads the Multus networks of the VM.
 *
 * @throws {Refusal} when a network has the wrong type.
 */
export function readRestoredNads(template: JsonObject, request: RestoreRequest): RestoredNad[] {
  const { item, restore } = request;
  const own = namespaceOf(item);
  const mapping = namespaceMapping(restore);
  const remaps = remapsEmbeddedNamespaces(restore);
  return networksOf(template).flatMap(({ path, network }): RestoredNad[] => {
    const multus = objectOrNothing(network.multus, `${path}.multus`, "superphenix R3");
    const networkName = stringOrNothing(multus?.networkName, `${path}.multus.networkName`, "superphenix R3");
    const nad = parseNetworkName(networkName, own);
    if (nad === undefined) return [];
    const { namespace, name } = nad;
    // A name without namespace moves with the VM.
    if (!networkName.includes("/")) {
      return [{ name, namespaces: [namespace], target: () => Promise.resolve(mapping.get(namespace)) }];
    }
    if (!remaps) return [{ name, namespaces: [namespace], target: () => Promise.resolve(undefined) }];
    const sources = [...mapping].filter(([, target]) => target === namespace).map(([source]) => source);
    if (sources.length > 0) {
      // A target namespace of the mapping means that an earlier action has already mapped the name.
      return [{ name, namespaces: [namespace, ...sources], target: () => Promise.resolve(namespace) }];
    }
    const target = ({ cluster, log }: Asking) => {
      const recorded = readGraphExtras(request.itemFromBackup) ?? [];
      return findMappedNadNamespace(nad, { mapping, recorded, cluster, log });
    };
    return [{ name, namespaces: [namespace], target }];
  });
}
