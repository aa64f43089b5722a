/**
 * What belongs together although no action asks for it: a database cluster and its backups, a group and its machines.
 *
 * @module
 */

import type { ResourceIdentifier } from "../../../actions/action.ts";
import { objectAt, objectsAt, stringAt } from "../../../objects/object.ts";
import type { JsonObject } from "../../../objects/json.ts";
import { type Archive, placeOf, type StoredItem } from "../../archive/archive.ts";
import { groupResource } from "../../run/resources.ts";
import { fieldNaming, fieldsOf } from "../../run/naming_fields.ts";
import { decodeItem } from "../../run/step.ts";
import type { Relation } from "../report.ts";

/** Workloads that a report draws a picture of, most encompassing first. */
export const WORKLOADS: readonly string[] = [
  "virtualmachinegroups.vmoperator.vmware.com",
  "virtualmachines.vmoperator.vmware.com",
  "virtualmachines.kubevirt.io",
  "virtualmachineinstances.kubevirt.io",
  "clusters.postgresql.cnpg.io",
];

/** Whether a report draws a picture of it. */
export function isWorkload(item: ResourceIdentifier): boolean {
  return WORKLOADS.includes(groupResource(item));
}

// By these fields, besides by owner references, an object says to which workload of its API group it belongs.
const BELONGS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "clusters.postgresql.cnpg.io": [["spec", "cluster", "name"]],
  "virtualmachinegroups.vmoperator.vmware.com": [["spec", "groupName"]],
};

/** The relations of the workloads among the items of a backup. Objects that cannot be read have none. */
export function relationsOf(archive: Archive): Relation[] {
  const items = [...archive.values()];
  const workloads = items.filter(isWorkload);
  if (workloads.length === 0) return [];
  const byPlace = Map.groupBy(items, ({ namespace, name }) => `${namespace}/${name}`);
  return [
    ...workloads.flatMap((workload) => named(workload, byPlace)),
    ...belonging(items, workloads.filter((item) => BELONGS[groupResource(item)] !== undefined)),
  ];
}

function named(workload: StoredItem, byPlace: ReadonlyMap<string, readonly StoredItem[]>): Relation[] {
  const object = readable(workload);
  if (object === undefined) return [];
  const fields = fieldsOf(object);
  return [...fields.keys()].flatMap((name) => byPlace.get(`${workload.namespace}/${name}`) ?? []).flatMap(
    (item) => {
      const reason = item === workload ? undefined : fieldNaming(fields, item, true);
      return reason === undefined ? [] : [{ from: placeOf(workload), to: placeOf(item), reason }];
    },
  );
}

function belonging(items: readonly StoredItem[], workloads: readonly StoredItem[]): Relation[] {
  const byNamespace = Map.groupBy(workloads, ({ namespace }) => namespace);
  const groups = new Set(workloads.map(({ group }) => group));
  return items.flatMap((item) => {
    const candidates = byNamespace.get(item.namespace) ?? [];
    if (candidates.length === 0) return [];
    const mayBelong = groups.has(item.group) ||
      new TextDecoder().decode(item.bytes).includes('"ownerReferences"');
    const object = mayBelong ? readable(item) : undefined;
    if (object === undefined) return [];
    return candidates.flatMap((workload) => {
      const reason = item === workload ? undefined : belongsBy(object, item, workload);
      return reason === undefined ? [] : [{ from: placeOf(workload), to: placeOf(item), reason }];
    });
  });
}

function belongsBy(object: JsonObject, item: StoredItem, workload: StoredItem): string | undefined {
  const owners = objectsAt(objectAt(object, "metadata"), "ownerReferences");
  const isOwner = (owner: JsonObject) =>
    stringAt(owner, "name") === workload.name &&
    (stringAt(owner, "apiVersion") ?? "").startsWith(`${workload.group}/`);
  if (owners.some(isOwner)) return "metadata.ownerReferences";
  if (item.group !== workload.group) return undefined;
  const path = BELONGS[groupResource(workload)]?.find((path) => stringAt(object, ...path) === workload.name);
  return path?.join(".");
}

function readable(item: StoredItem): JsonObject | undefined {
  try {
    return decodeItem(item.bytes);
  } catch {
    return undefined;
  }
}
