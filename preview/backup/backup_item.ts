/**
 * One item into the backup, and recursively what its actions ask for (protocol 4.3).
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, at, nameOf, namespaceOf } from "../../objects/object.ts";
import { SKIP_FROM_BACKUP } from "../../actions/lib/backup_filter.ts";
import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { backupCommands } from "../builtin/hooks.ts";
import type { ActionHost, Operation } from "../run/actions.ts";
import { itemKey, placeOf, type StoredItem } from "../archive/archive.ts";
import { collected, type CollectedItem } from "./collect.ts";
import type { Filter } from "../run/filter.ts";
import type { ItemReport, Note, Outcome, Step } from "../report/report.ts";
import { type Discovery, groupResource, kindOf } from "../run/resources.ts";
import type { ResolvedAction } from "../run/selector.ts";
import { encode, takeStep, tells } from "../run/step.ts";
import { endsPreview } from "../run/forbidden.ts";
import type { VolumeAction } from "../policies/volumes.ts";
import type { VolumeData } from "./volume_data.ts";

/** By this annotation an action lets its additional items pass the filters. */
const MUST_INCLUDE = "backup.velero.io/must-include-additional-items";

/** What one backup has in common. */
export interface BackupWorld {
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly filter: Filter;
  /** The items of the main pass, by {@link itemKey}. */
  readonly collected: ReadonlyMap<string, CollectedItem>;
  readonly host: ActionHost;
  /** The Backup as JSON. */
  readonly run: Uint8Array;
  readonly warnings: Note[];
  readonly notModelled: Note[];
  /** The Backup. */
  readonly backup: JsonObject;
  readonly volumes: VolumeData;
}

/** Why an item is backed up beside the main pass. */
interface Asked {
  readonly askedBy: NonNullable<ItemReport["askedBy"]>;
  readonly mustInclude: boolean;
}

/** Backs up items one by one. */
export interface ItemBackup {
  /** Backs an item up; gives the error text when that failed. An item is backed up once. */
  backUp(item: CollectedItem, asked?: Asked): Promise<string | undefined>;
  /** A cluster-scoped object with the items of its resource: the definition of a custom resource. Gives the error text. */
  backUpIfThere(type: ResourceType, name: string): Promise<string | undefined>;
  isDone(item: ResourceIdentifier): boolean;
  stored(): StoredItem[];
  readonly reports: ItemReport[];
  readonly operations: Operation[];
}

/** Begins a backup. */
export function createItemBackup(
  world: BackupWorld & { readonly actions: readonly ResolvedAction[] },
): ItemBackup {
  const { cluster, discovery, filter, host, run, warnings, actions } = world;
  const done = new Set<string>();
  const refused = new Set<string>();
  const stored = new Map<string, StoredItem>();
  const reports: ItemReport[] = [];
  const operations: Operation[] = [];

  const backUp: ItemBackup["backUp"] = async (source, asked) => {
    const { type, object, group, resource, namespace, name } = source;
    const item = { group, resource, namespace, name };
    const key = itemKey(item);
    const steps: Step[] = [];
    const finish = (outcome: Outcome, reason?: string): undefined => {
      reports.push({
        item,
        ...(asked === undefined ? {} : { askedBy: asked.askedBy }),
        steps,
        outcome,
        ...(reason === undefined ? {} : { reason }),
      });
    };
    const refusal = asked?.mustInclude ? undefined : filter.refuses(type, object);
    const reason = refusal ??
      (at(object, "metadata", "deletionTimestamp") ? "it is being deleted" : undefined);
    if (done.has(key)) return undefined;
    if (reason !== undefined) {
      // Told once, however often the item is met; it is not done, as must-include may still let it in.
      if (refused.has(key)) return undefined;
      refused.add(key);
      return finish("skipped", reason);
    }
    // Taken before the actions run, so that cycles of additional items end.
    done.add(key);

    let current = { object, bytes: encode(object) };
    const matching = actions.filter((action) =>
      action.appliesTo(groupResource(type), namespace) && action.selects(object)
    );
    const failed = (text: string) => {
      finish("failed", text);
      return text;
    };
    for (const action of matching) {
      if (isClaim(item) && await leavesOut(action.name, current.object, world.volumes)) continue;
      const taken = await takeStep(host, action, current, { run });
      if (taken.step.error !== undefined) {
        steps.push(taken.step);
        const subject = `groupResource=${groupResource(type)}, namespace=${namespace}, name=${name}`;
        const text = `error executing custom action (${subject}): ${taken.step.error}`;
        finish("failed", taken.step.error);
        return text;
      }
      current = taken;
      // Velero means to remove the annotation, but deletes it from a copy: it stays, for later actions and in the archive.
      const mustInclude = annotation(taken.object, MUST_INCLUDE) === "true";
      if (tells(action, taken.step)) steps.push(mustInclude ? { ...taken.step, mustInclude } : taken.step);
      if (annotation(taken.object, SKIP_FROM_BACKUP) !== undefined) {
        return finish("skipped", `annotation ${SKIP_FROM_BACKUP} is set by ${action.name}`);
      }
      const { operationID } = taken.step;
      if (operationID !== undefined) {
        operations.push({ item, kind: action.kind, action: action.name, operationID });
      }
      const askedBy = { item, action: action.name };
      for (const additional of taken.step.additionalItems) {
        const error = await backUpAdditional(additional, { askedBy, mustInclude });
        if (error !== undefined) return failed(error);
      }
    }
    const data = await dataOf(groupResource(type), object, world).catch((error) => ({
      deeds: [unknownText(error)],
      errors: [],
    }));
    if (data.errors.length > 0) return failed(data.errors.join("; "));
    // An action may rename the item.
    const stands = { ...item, name: nameOf(current.object), namespace: namespaceOf(current.object) };
    stored.set(itemKey(stands), { ...stands, bytes: current.bytes });
    world.notModelled.push(...data.deeds.map((text) => ({ item, text })));
    return finish("stored");
  };

  async function backUpAdditional(item: ResourceIdentifier, asked: Asked): Promise<string | undefined> {
    const type = discovery.find(item.group, item.resource);
    if (type === undefined) return `additional item ${itemKey(item)}: the server has no such resource`;
    const known = world.collected.get(itemKey(item));
    try {
      const object = known?.object ?? await cluster.get(kindOf(type), item.namespace, item.name);
      if (object !== undefined) return await backUp(known ?? collected(type, object), asked);
    } catch (error) {
      return `error getting additional item ${itemKey(item)}: ${(error as Error).message}`;
    }
    warnings.push({
      item: placeOf(item),
      text: `Additional item of ${asked.askedBy.action} was not found in the cluster`,
    });
  }

  return {
    backUp,
    async backUpIfThere(type, name) {
      try {
        const object = await cluster.get(kindOf(type), "", name);
        return object === undefined ? undefined : await backUp(collected(type, object));
      } catch (error) {
        if (!(error instanceof ClusterError) || endsPreview(error)) throw error;
        return error.message;
      }
    },
    isDone: (item) => done.has(itemKey(item)),
    stored: () => [...stored.values()],
    reports,
    operations,
  };
}

const isClaim = ({ group, resource }: ResourceIdentifier) =>
  group === "" && resource === "persistentvolumeclaims";

async function leavesOut(action: string, claim: JsonObject, volumes: VolumeData): Promise<boolean> {
  try {
    return await volumes.leavesOut(action, claim);
  } catch (error) {
    // It is told once the claim is stored.
    unknownText(error);
    return false;
  }
}

function unknownText(error: unknown): string {
  if (!(error instanceof ClusterError) || endsPreview(error)) throw error;
  return `it is not known what the volume policies say about its data: ${error.message}`;
}

/** What Velero would do in and with a pod, a claim or a volume while it backs it up, and why it would fail. */
async function dataOf(
  resource: string,
  object: JsonObject,
  { backup, volumes }: BackupWorld,
): Promise<{ readonly deeds: readonly string[]; readonly errors: readonly string[] }> {
  if (resource === "persistentvolumes") {
    const answer = await volumes.snapshots(object);
    if (typeof answer === "string") return { deeds: [], errors: [answer] };
    const text = "a snapshot would be taken, if the plugin of the snapshot location knows such volumes";
    return { deeds: answer ? [text] : [], errors: [] };
  }
  if (resource === "persistentvolumeclaims") {
    const action = await volumes.ofClaim(object);
    return { deeds: action === undefined ? [] : POLICY_DEEDS[action], errors: [] };
  }
  if (resource !== "pods") return { deeds: [], errors: [] };
  const copied = await volumes.look(object);
  return {
    deeds: [
      ...backupCommands(object, namespaceOf(object), backup).map((command) => `a hook would run ${command}`),
      ...(copied.volumes.length === 0
        ? []
        : [`the files of its volumes ${copied.volumes.join(", ")} would be copied`]),
    ],
    errors: copied.errors,
  };
}

// Of the others it is known only elsewhere whether they are done.
const POLICY_DEEDS: Readonly<Record<VolumeAction, readonly string[]>> = {
  skip: ['the data of its volume would not be in the backup: the volume policies say "skip"'],
  custom: ['a plugin of yours must copy the data of its volume: the volume policies say "custom"'],
  "fs-backup": [],
  snapshot: [],
};
