/**
 * NetworkAttachmentDefinitions as a VM's networks name them (superphenix 3.2, kubevirt 5.11).
 *
 * @module
 */

import type { Cluster } from "../../../cluster/cluster.ts";
import { absentWhenNotServed, ClusterError } from "../../../cluster/cluster.ts";
import type { Log } from "../../action.ts";
import type { JsonObject } from "../../../objects/json.ts";
import { label } from "../../../objects/object.ts";
import { OWN_DOMAIN } from "../own_domain.ts";

/** The kind of NetworkAttachmentDefinitions. */
export const NADS = { group: "k8s.cni.cncf.io", version: "v1", resource: "network-attachment-definitions" };

/** Names a NetworkAttachmentDefinition. */
export interface Nad {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The NAD that a `networkName` means; `undefined` when it has an empty part or a second slash.
 *
 * @param namespace The VM's namespace, where a NAD without one lives.
 */
export function parseNetworkName(networkName: string, namespace: string): Nad | undefined {
  const parts = networkName.split("/");
  if (parts.length > 2 || parts.includes("")) return undefined;
  const [first = "", name] = parts;
  return name === undefined ? { namespace, name: first } : { namespace: first, name };
}

/** True unless the Restore says that namespaces inside of objects stay as they are (kubevirt 5.11 and 6). */
export function remapsEmbeddedNamespaces(restore: JsonObject | undefined): boolean {
  return label(restore, `${OWN_DOMAIN}/remap-embedded-namespaces`)?.toLowerCase() !== "false";
}

/** What {@link findMappedNadNamespace} looks at. */
export interface NadMapping {
  /** From source to target namespace. */
  readonly mapping: ReadonlyMap<string, string>;
  /** Objects recorded at backup, as `<resource>.<group>/<namespace>/<name>`. */
  readonly recorded: readonly string[];
  readonly cluster: Cluster;
  readonly log: Log;
}

/**
 * The namespace from which a restored VM takes a NAD whose name includes a namespace; `undefined` when that namespace stays
 * (kubevirt 5.11). The VM takes the NAD from the mapped namespace only when it exists there or was backed up with the VM.
 */
export async function findMappedNadNamespace(
  { namespace, name }: Nad,
  { mapping, recorded, cluster, log }: NadMapping,
): Promise<string | undefined> {
  const target = mapping.get(namespace);
  if (target === undefined || target === namespace) return undefined;
  if (recorded.includes(`${NADS.resource}.${NADS.group}/${namespace}/${name}`)) return target;
  let why = `does not exist in namespace ${target}`;
  try {
    const found = await absentWhenNotServed(cluster.get(NADS, target, name, { metadataOnly: true }));
    if (found !== undefined) return target;
  } catch (error) {
    const denied = error instanceof ClusterError && (error.status === 401 || error.status === 403);
    if (!denied) throw error;
    why = `may not be read in namespace ${target}: ${error.message}`;
  }
  log.warn(`network ${namespace}/${name} keeps its namespace: NetworkAttachmentDefinition ${name} ${why}`);
  return undefined;
}
