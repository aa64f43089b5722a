/**
 * What must be restored with an object, from the object alone and what its backup recorded in it (kubevirt 4).
 *
 * @module
 */

import type { JsonObject } from "../../../objects/json.ts";
import { nameOf, namespaceOf } from "../../../objects/object.ts";
import type { ResourceIdentifier } from "../../action.ts";
import { backendNodes, keepsState } from "./backend_storage.ts";
import { EXTRA_ROWS, extraNodes } from "./extra_nodes.ts";
import { recordedItems } from "./extras.ts";
import { type Place, placeAt } from "./fields.ts";
import { distinct, type GraphNode, isOfKind, nodeOf, NODES } from "./node.ts";
import { REVISED, revisionNodes } from "./revisions.ts";
import { credentialNodes, volumeNodes } from "./volumes.ts";

/** What the restore graph depends on besides the object. */
export interface RestoreGraphOptions {
  readonly profile: "full" | "upstream";
  /**
   * The names of the claims with the state of a VM or instance, for an object in which the backup recorded nothing: found by label
   * in the cluster, or else the name that older releases gave them (kubevirt 3.5).
   */
  findBackendClaims(namespace: string, owner: string): Promise<readonly string[]>;
}

/** The restore graph of a VirtualMachine (kubevirt 4.1). */
export async function machineRestoreGraph(
  vm: JsonObject,
  options: RestoreGraphOptions,
): Promise<GraphNode[]> {
  // Velero drops the status before a restore. An object that still has one must not be taken for a running VM.
  const { status: _, ...archived } = vm;
  const machine = { value: archived, where: "" };
  const revisions = REVISED.flatMap((field) => revisionNodes(machine, field, namespaceOf(vm)));
  const instance = placeAt(machine, "spec.template.spec");
  return distinct([...revisions, ...await commonNodes(vm, machine, instance, options)]);
}

/** The restore graph of a VirtualMachineInstance (kubevirt 4.2). */
export async function instanceRestoreGraph(
  vmi: JsonObject,
  options: RestoreGraphOptions,
): Promise<GraphNode[]> {
  const instance = placeAt({ value: vmi, where: "" }, "spec");
  return distinct(await commonNodes(vmi, undefined, instance, options));
}

/** The restore graph of a VirtualMachineInstanceReplicaSet: that of its template (kubevirt 5.14). */
export function replicaSetRestoreGraph(
  replicaSet: JsonObject,
  { profile }: Pick<RestoreGraphOptions, "profile">,
): GraphNode[] {
  const instance = placeAt({ value: replicaSet, where: "" }, "spec.template.spec");
  const { volumes, rest } = specNodes(undefined, instance, namespaceOf(replicaSet), profile);
  return distinct([...volumes, ...rest]);
}

async function commonNodes(
  object: JsonObject,
  machine: Place | undefined,
  instance: Place | undefined,
  { profile, findBackendClaims }: RestoreGraphOptions,
): Promise<GraphNode[]> {
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  const recorded = recordedItems(object);
  // Before anything is waited for: the caller may go on to change the object.
  const { volumes, rest } = specNodes(machine, instance, namespace, profile);
  const claims = recorded === undefined
    ? keepsState(instance) ? backendNodes(await findBackendClaims(namespace, name), namespace) : []
    : recorded.filter((item) => isOfKind(item, NODES.claims)).map(recordedNode);
  const optional = profile === "upstream"
    ? []
    : (recorded ?? []).filter((item) => !isOfKind(item, NODES.claims)).map(recordedNode);
  return [...volumes, ...claims, ...rest, ...optional];
}

/** Everything that the spec names, before and after the place of the claims with state. */
function specNodes(
  machine: Place | undefined,
  instance: Place | undefined,
  namespace: string,
  profile: RestoreGraphOptions["profile"],
): { volumes: GraphNode[]; rest: GraphNode[] } {
  const rows = profile === "full" ? EXTRA_ROWS.filter(({ optional }) => optional === undefined) : [];
  const extras = extraNodes(rows, { machine, instance }, namespace);
  if (instance === undefined) return { volumes: [], rest: extras };
  return {
    volumes: volumeNodes(instance, namespace),
    rest: [...credentialNodes(instance, namespace), ...extras],
  };
}

function recordedNode(item: ResourceIdentifier): GraphNode {
  return nodeOf(item, item.namespace, item.name, "recorded at the backup");
}
