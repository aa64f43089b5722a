import { namedAt, type Place, placeAt, textAt } from "./fields.ts";
import { type GraphNode, NODES } from "./node.ts";

/** What a VM may take from an object of its own, kept as a ControllerRevision. */
export const REVISED = ["instancetype", "preference"] as const;

/**
 * The ControllerRevision with a VM's instance type or preference (kubevirt 4.1): the one that the status names, else the one of the
 * spec.
 */
export function revisionNodes(vm: Place, field: typeof REVISED[number], namespace: string): GraphNode[] {
  if (placeAt(vm, `spec.${field}`) === undefined) return [];
  const inStatus = `status.${field}Ref.controllerRevisionRef.name`;
  const path = textAt(vm, inStatus) === "" ? `spec.${field}.revisionName` : inStatus;
  return namedAt(vm, path, NODES.revisions, namespace);
}
