/**
 * The group that a VM or a group belongs to, restored before it (vmgroup M6, H3), and when it counts as there (vmgroup 4.2).
 *
 * @module
 */

import type { Context, Log, ReadinessRequest, RestoreResultV2 } from "../action.ts";
import { type JsonObject, stringifyJson } from "../../objects/json.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { VM_OPERATOR, vmOperatorItem } from "./kinds.ts";

const GROUPS = "virtualmachinegroups";

// A group that was restored exists at the first poll. Waiting longer would only delay each of its VMs.
const READY_TIMEOUT = 60_000;

/** The part of a restore answer that brings back `spec.groupName` first; empty without one. */
export function parentGroup(item: JsonObject, log: Log): RestoreResultV2 {
  const name = stringAt(item, "spec", "groupName");
  if (name !== undefined) {
    return {
      additionalItems: [vmOperatorItem(GROUPS, namespaceOf(item), name)],
      waitForAdditionalItems: true,
      additionalItemsReadyTimeout: READY_TIMEOUT,
    };
  }
  const value = objectAt(item, "spec")?.groupName ?? "";
  if (value !== "") {
    log.warn(`spec.groupName is not a string but ${stringifyJson(value)}, so it is ignored`);
  }
  return {};
}

/**
 * True when all groups exist in their mapped namespaces. Conditions do not count: a group is Ready only when its members exist, and those
 * wait for this answer. A group that cannot be read counts as ready, because Velero has restored the group before it asks.
 */
export async function groupsReady(
  { additionalItems, restore }: ReadinessRequest,
  { cluster, log, signal }: Pick<Context, "cluster" | "log" | "signal">,
): Promise<boolean> {
  for (const { resource, namespace: source, name } of additionalItems) {
    if (resource !== GROUPS) continue;
    const namespace = targetNamespace(restore, source);
    try {
      const [version] = await cluster.serves(VM_OPERATOR, GROUPS);
      if (version === undefined) {
        throw new TypeError(`the API server does not serve ${GROUPS}.${VM_OPERATOR}`);
      }
      const kind = { group: VM_OPERATOR, version, resource: GROUPS };
      const group = await cluster.get(kind, namespace, name, { metadataOnly: true });
      if (group === undefined || stringAt(group, "metadata", "deletionTimestamp") !== undefined) return false;
    } catch (cause) {
      const why = requestFailure(cause, { signal });
      log.warn(
        `Cannot find out whether VirtualMachineGroup ${namespace}/${name} exists, so the restore goes on: ${why}`,
      );
    }
  }
  return true;
}
