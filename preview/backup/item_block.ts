import type { BackupWorld } from "./backup_item.ts";
import type { ResourceIdentifier } from "../../actions/action.ts";
import { itemKey, placeOf } from "../archive/archive.ts";
import { collected, type CollectedItem } from "./collect.ts";
import type { Note } from "../report/report.ts";
import { groupResource, kindOf } from "../run/resources.ts";
import type { ResolvedAction } from "../run/selector.ts";
import { encode } from "../run/step.ts";

/** What a block is made from. */
export interface BlockWorld extends BackupWorld {
  /** Item block actions. */
  readonly actions: readonly ResolvedAction[];
  readonly errors: Note[];
  isDone(item: ResourceIdentifier): boolean;
}

/**
 * The item and everything that item block actions relate to it, directly or not (protocol 4.4). Errors count, and the
 * backup goes on without the related items.
 */
export async function blockOf(first: CollectedItem, world: BlockWorld): Promise<CollectedItem[]> {
  const { host, run, actions, errors } = world;
  const block = new Map([[itemKey(first), first]]);
  // A Map hands out entries that are added during the walk.
  for (const member of block.values()) {
    for (const action of actions) {
      if (!action.appliesTo(groupResource(member), member.namespace) || !action.selects(member.object)) {
        continue;
      }
      const fail = (error: unknown) => {
        errors.push({
          item: placeOf(member),
          text: `Error getting related items: ${(error as Error).message}`,
        });
        return undefined;
      };
      const request = { item: encode(member.object), run };
      for (const item of await host.relatedItems(action.name, request).catch(fail) ?? []) {
        if (block.has(itemKey(item)) || world.isDone(item)) continue;
        const found = await findRelated(item, action.name, world).catch(fail);
        if (found !== undefined) block.set(itemKey(item), found);
      }
    }
  }
  return [...block.values()];
}

async function findRelated(
  item: ResourceIdentifier,
  action: string,
  { cluster, discovery, filter, collected: known, warnings }: BlockWorld,
): Promise<CollectedItem | undefined> {
  const found = known.get(itemKey(item));
  if (found !== undefined) return found;
  const type = discovery.find(item.group, item.resource);
  if (type === undefined) throw new TypeError(`${itemKey(item)}: the server has no such resource`);
  const object = await cluster.get(kindOf(type), item.namespace, item.name);
  if (object === undefined) {
    warnings.push({ item, text: `Related item of ${action} was not found in the cluster` });
    return undefined;
  }
  return filter.refuses(type, object) === undefined ? collected(type, object) : undefined;
}
