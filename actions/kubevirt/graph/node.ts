/**
 * The nodes of an object graph: what else must be backed up or restored with an object, and why (kubevirt 4).
 *
 * @module
 */

import type { ResourceIdentifier } from "../../action.ts";

/** A kind of objects in a graph. */
export type NodeKind = Pick<ResourceIdentifier, "group" | "resource">;

/** An object that another one needs. */
export interface GraphNode extends ResourceIdentifier {
  /** What leads there: the path of a field in the object, or a sentence where no field does. */
  readonly reason: string;
}

const kind = (resource: string, group = ""): NodeKind => ({ group, resource });

/** The kinds that graphs are made of. */
export const NODES = {
  machines: kind("virtualmachines", "kubevirt.io"),
  instances: kind("virtualmachineinstances", "kubevirt.io"),
  pods: kind("pods"),
  claims: kind("persistentvolumeclaims"),
  secrets: kind("secrets"),
  configMaps: kind("configmaps"),
  serviceAccounts: kind("serviceaccounts"),
  revisions: kind("controllerrevisions", "apps"),
  dataVolumes: kind("datavolumes", "cdi.kubevirt.io"),
  dataSources: kind("datasources", "cdi.kubevirt.io"),
  networks: kind("network-attachment-definitions", "k8s.cni.cncf.io"),
  instancetypes: kind("virtualmachineinstancetypes", "instancetype.kubevirt.io"),
  preferences: kind("virtualmachinepreferences", "instancetype.kubevirt.io"),
  clusterInstancetypes: kind("virtualmachineclusterinstancetypes", "instancetype.kubevirt.io"),
  clusterPreferences: kind("virtualmachineclusterpreferences", "instancetype.kubevirt.io"),
  resourceClaims: kind("resourceclaims", "resource.k8s.io"),
  resourceClaimTemplates: kind("resourceclaimtemplates", "resource.k8s.io"),
} as const;

/** Makes a node. */
export function nodeOf(kind: NodeKind, namespace: string, name: string, reason: string): GraphNode {
  return { group: kind.group, resource: kind.resource, namespace, name, reason };
}

/** True when two identifiers name the same kind. */
export function isOfKind(item: NodeKind, kind: NodeKind): boolean {
  return item.group === kind.group && item.resource === kind.resource;
}

/** `<resource>.<group>/<namespace>/<name>`, without the point for core: how a node is written into an annotation (kubevirt G5). */
export function formatItem({ group, resource, namespace, name }: ResourceIdentifier): string {
  return `${resource}${group === "" ? "" : `.${group}`}/${namespace}/${name}`;
}

/** Reads what {@link formatItem} wrote; `undefined` for any other text, also for one without a name. */
export function parseItem(text: string): ResourceIdentifier | undefined {
  const [, resource = "", group = "", namespace = "", name = ""] =
    /^([^./]+)(?:\.([^/]+))?\/([^/]*)\/([^/]+)$/.exec(text) ?? [];
  return resource === "" ? undefined : { group, resource, namespace, name };
}

/** The nodes without those of an empty name and without repetitions; the first of equal ones stays (kubevirt G2 and G4). */
export function distinct(nodes: readonly GraphNode[]): GraphNode[] {
  const seen = new Set<string>();
  return nodes.filter((node) => {
    const key = formatItem(node);
    if (node.name === "" || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The nodes as Velero gets them. */
export function itemsOf(nodes: readonly GraphNode[]): ResourceIdentifier[] {
  return nodes.map(({ group, resource, namespace, name }) => ({ group, resource, namespace, name }));
}
