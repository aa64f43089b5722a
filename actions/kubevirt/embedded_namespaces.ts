/**
 * Namespaces that are named inside of an object and move with a namespace mapping (kubevirt 5.11).
 *
 * @module
 */

import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { findMappedNadNamespace, parseNetworkName, remapsEmbeddedNamespaces } from "../lib/kubevirt/nad.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import { together } from "../lib/together.ts";

type Caller = Pick<Context, "cluster" | "log">;

/** From source to target namespace. */
export type NamespaceMapping = ReadonlyMap<string, string>;

/** The mapping for names inside of objects; empty when the Restore switches that off. */
export function embeddedMapping(restore: JsonObject | undefined): NamespaceMapping {
  return remapsEmbeddedNamespaces(restore) ? namespaceMapping(restore) : new Map();
}

// Where a DataVolume takes its content from.
const SOURCES = [["source", "pvc"], ["source", "snapshot"], ["sourceRef"]] as const;

/** Maps the namespaces from which a DataVolume takes its content. True for a change. */
export function mapDataVolumeSources(spec: JsonObject | undefined, mapping: NamespaceMapping): boolean {
  return mapNamespaces(SOURCES.map((path) => objectAt(spec, ...path)), mapping);
}

/** Maps `namespace` of each of these references. True for a change. */
export function mapNamespaces(
  references: readonly (JsonObject | undefined)[],
  mapping: NamespaceMapping,
): boolean {
  let changed = false;
  for (const reference of references) {
    const target = mapping.get(stringAt(reference, "namespace") ?? "");
    if (reference === undefined || target === undefined) continue;
    reference.namespace = target;
    changed = true;
  }
  return changed;
}

/**
 * Maps what a VM names in other namespaces: sources of its DataVolume templates, and the networks whose
 * NetworkAttachmentDefinition is in the mapped namespace or was backed up with the VM. True for a change.
 *
 * @param vm The VM, or the one inside of a template.
 * @param namespace Its namespace at backup.
 * @param recorded The objects recorded at backup.
 */
export async function mapVirtualMachine(
  vm: JsonObject,
  { mapping, namespace, recorded }: {
    readonly mapping: NamespaceMapping;
    readonly namespace: string;
    readonly recorded: readonly string[];
  },
  context: Caller,
): Promise<boolean> {
  if (mapping.size === 0) return false;
  let changed = false;
  for (const template of objectsAt(vm, "spec", "dataVolumeTemplates")) {
    if (mapDataVolumeSources(objectAt(template, "spec"), mapping)) changed = true;
  }
  const networks = objectsAt(vm, "spec", "template", "spec", "networks").flatMap((network) => {
    const multus = objectAt(network, "multus");
    const name = stringAt(multus, "networkName") ?? "";
    const nad = name.includes("/") ? parseNetworkName(name, namespace) : undefined;
    return multus === undefined || nad === undefined ? [] : [{ multus, nad, name }];
  });
  // One question per NAD, however many networks use it.
  const nads = [...new Map(networks.map(({ name, nad }) => [name, nad]))];
  const targets = new Map(
    await together(
      context,
      nads.map(([name, nad]) => async ({ cluster, log }: Caller) =>
        [name, await findMappedNadNamespace(nad, { mapping, recorded, cluster, log })] as const
      ),
    ),
  );
  for (const { multus, nad, name } of networks) {
    const target = targets.get(name);
    if (target === undefined) continue;
    multus.networkName = `${target}/${nad.name}`;
    changed = true;
  }
  return changed;
}
