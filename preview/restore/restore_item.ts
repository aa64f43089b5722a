/**
 * One item out of the archive into the cluster, and recursively what its actions ask for (protocol 4.7).
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, at, ensureObject, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import type { RawResult } from "../../actions/runner/run.ts";
import { restoreCommands } from "../builtin/hooks.ts";
import type { Operation } from "../run/actions.ts";
import { itemKey, placeOf } from "../archive/archive.ts";
import { createOrUpdate } from "./create.ts";
import { makeNamespace } from "./namespace.ts";
import type { Filter } from "../run/filter.ts";
import type { ItemReport, Note, Outcome, Step } from "../report/report.ts";
import { groupResource, kindOf } from "../run/resources.ts";
import type { RestoreOptions } from "./restore_options.ts";
import type { ResolvedAction } from "../run/selector.ts";
import { decodeItem, encode, reasonToSkip, takeStep, tells } from "../run/step.ts";
import { endsPreview, unlessForbidden } from "../run/forbidden.ts";
import { createStatusFilter } from "./status.ts";
import { storedType } from "./stored_type.ts";
import { finish, leftOut, stripped } from "./strip.ts";
import { createVolumes, releaseVolume } from "./volumes.ts";
import { waitUntil } from "../run/wait.ts";

/** What one restore has in common. */
export interface RestoreWorld extends Required<Omit<RestoreOptions, "live">> {
  /** The Restore as JSON. */
  readonly run: Uint8Array;
  readonly filter: Filter;
  readonly actions: readonly ResolvedAction[];
  readonly warnings: Note[];
  readonly errors: Note[];
  readonly notModelled: Note[];
}

/** An item of the archive, parsed. */
export interface RestoredItem extends ResourceIdentifier {
  readonly type: ResourceType;
  /** The stored object. */
  readonly object: JsonObject;
  readonly bytes: Uint8Array;
}

/** By this annotation an action lets its additional items pass the filters; Velero takes it off again. */
const MUST_INCLUDE = "restore.velero.io/must-include-additional-items";

/** Why an item is restored beside the main pass. */
interface Asked {
  readonly askedBy: NonNullable<ItemReport["askedBy"]>;
  readonly mustInclude: boolean;
}

/** Restores items one by one. */
export interface ItemRestore {
  /** Restores an item, once. */
  restore(item: RestoredItem, asked?: Asked): Promise<void>;
  /** Makes the target of a namespace of the backup where it is missing. */
  ensureNamespace(original: string): Promise<void>;
  readonly reports: ItemReport[];
  readonly operations: Operation[];
}

/** Begins a restore. */
export function createItemRestore(world: RestoreWorld): ItemRestore {
  const { host, run, actions, archive, cluster, discovery, filter, warnings, errors, notModelled } = world;
  const mapping = objectAt(world.restore, "spec", "namespaceMapping");
  const targetOf = (namespace: string) => stringAt(mapping, namespace) ?? namespace;
  const done = new Set<string>();
  const refused = new Set<string>();
  const namespaces = new Map<string, Promise<void>>();
  const volumes = createVolumes(world);
  const restoresStatus = createStatusFilter(world.restore, discovery);
  const reports: ItemReport[] = [];
  const operations: Operation[] = [];

  const restore: ItemRestore["restore"] = async (source, asked) => {
    const { type, object: stored, group, resource, namespace, name } = source;
    const item = { group, resource, namespace, name };
    const target = namespace === "" ? "" : targetOf(namespace);
    const steps: Step[] = [];
    const end = (outcome: Outcome, reason?: string, differences?: ItemReport["differences"]) => {
      reports.push({
        item,
        ...(target === namespace ? {} : { target }),
        ...(asked === undefined ? {} : { askedBy: asked.askedBy }),
        steps,
        outcome,
        ...(reason === undefined ? {} : { reason }),
        ...(differences === undefined ? {} : { differences }),
      });
    };
    const fail = (text: string) => {
      errors.push({ item, text });
      end("failed", text);
    };

    if (done.has(itemKey(item))) return;
    const refusal = asked?.mustInclude ? undefined : filter.refuses(type, stored);
    if (refusal !== undefined) {
      // Told once, however often the item is met; must-include may still let it in.
      if (refused.has(itemKey(item))) return;
      refused.add(itemKey(item));
      return end("skipped", refusal);
    }
    done.add(itemKey(item));
    if (target !== "") await ensureNamespace(namespace);
    const isVolume = groupResource(type) === "persistentvolumes";
    const left = leftOut(groupResource(type), stored) ??
      (isVolume ? await volumes.leavesOut(stored) : undefined);
    if (left !== undefined) return end("skipped", left);

    const object = stripped(stored);
    if (isVolume) releaseVolume(object, targetOf);
    let current = { object, bytes: encode(object) };
    for (const action of actions.filter((action) => action.appliesTo(groupResource(type), target))) {
      if (!action.selects(current.object)) continue;
      const taken = await takeStep(host, action, current, { run, itemFromBackup: source.bytes });
      const { error, operationID } = taken.step;
      if (error !== undefined) {
        steps.push(taken.step);
        return fail(`error preparing ${itemKey(item)}: ${error}`);
      }
      if (operationID !== undefined) {
        operations.push({ item, kind: action.kind, action: action.name, operationID });
      }
      current = taken;
      if (taken.answer?.skipRestore === true) {
        steps.push(taken.step);
        return end("skipped", reasonToSkip(taken.step));
      }
      const mustInclude = annotation(current.object, MUST_INCLUDE) === "true";
      if (at(current.object, "metadata", "annotations", MUST_INCLUDE) !== undefined) {
        delete ensureObject(current.object, "metadata", "annotations")[MUST_INCLUDE];
        current = { object: current.object, bytes: encode(current.object) };
      }
      const step = mustInclude ? { ...taken.step, mustInclude } : taken.step;
      const askedBy = { item, action: action.name };
      const present = await restoreAdditional(step, { askedBy, mustInclude });
      const waited = await awaitAdditional(item, action, { step, answer: taken.answer }, present);
      if (tells(action, waited)) steps.push(waited);
    }

    let restored = current.object;
    const final = discovery.findKind(
      stringAt(restored, "apiVersion") ?? "",
      stringAt(restored, "kind") ?? "",
    );
    if (final === undefined) {
      return fail(
        `the cluster serves no ${restored.kind} of ${restored.apiVersion}; ` +
          "install what defines it before the restore, or restore its CustomResourceDefinition as well",
      );
    }
    if (groupResource(type) === "persistentvolumeclaims") volumes.unbindClaim(restored);
    const modified = world.modifiers(groupResource(final), restored);
    if (modified !== undefined) {
      steps.push(modified.step);
      // The item is restored all the same, without the rules that failed.
      errors.push(...modified.errors.map((text) => ({ item, text })));
      restored = modified.object;
    }
    finish(restored, target, world.restore);
    const status = restoresStatus(groupResource(type), restored) ? objectAt(stored, "status") : undefined;
    try {
      const { outcome, reason, differences, unread } = await createOrUpdate(
        cluster,
        final,
        restored,
        world.restore,
        status,
      );
      if (outcome === "created") {
        notModelled.push(...deedsAfter(restored, world.restore).map((text) => ({ item, text })));
      }
      if (reason !== undefined && (outcome === "exists" || unread)) warnings.push({ item, text: reason });
      end(outcome, reason, differences);
    } catch (cause) {
      if (endsPreview(cause)) throw cause;
      fail(`error restoring ${itemKey(item)}: ${(cause as Error).message}`);
    }
  };

  /** Restores what an action asks for; gives the items that are in the cluster afterwards. */
  async function restoreAdditional(step: Step, asked: Asked): Promise<ResourceIdentifier[]> {
    const present: ResourceIdentifier[] = [];
    for (const additional of step.additionalItems) {
      const stored = archive.get(itemKey(additional));
      if (stored === undefined) {
        const { item: asking, action } = asked.askedBy;
        const place = asking.namespace === "" ? asking.name : `${asking.namespace}/${asking.name}`;
        warnings.push({
          item: placeOf(additional),
          action,
          text: `it is not in the backup, but ${groupResource(asking)} ${place} needs it; ` +
            "unless it is in the cluster already, that comes back without it",
        });
        continue;
      }
      const type = discovery.find(stored.group, stored.resource) ?? storedType(stored);
      const place = {
        group: type.group,
        resource: type.resource,
        namespace: stored.namespace,
        name: stored.name,
      };
      const object = decodeItem(stored.bytes);
      await restore({ ...place, type, object, bytes: stored.bytes }, asked);
      const kind = kindOf(type, stringAt(object, "apiVersion"));
      const namespace = stored.namespace === "" ? "" : targetOf(stored.namespace);
      const reading = absentWhenNotServed(cluster.get(kind, namespace, stored.name, { metadataOnly: true }));
      // What may not be read is there, as it was either made or found.
      const isThere = await unlessForbidden(reading.then((found) => found !== undefined), () => true);
      if (isThere) present.push(additional);
    }
    return present;
  }

  async function awaitAdditional(
    item: ResourceIdentifier,
    { kind, name }: ResolvedAction,
    { step, answer }: { readonly step: Step; readonly answer: RawResult | undefined },
    present: readonly ResourceIdentifier[],
  ): Promise<Step> {
    if (answer?.waitForAdditionalItems !== true) return step;
    const bound = answer.additionalItemsReadyTimeout || world.resourceTimeout;
    try {
      const ask = () => host.areAdditionalItemsReady(kind, name, present, run);
      const ready = await waitUntil(ask, bound, world.pause);
      if (!ready) {
        errors.push({ item, text: `Additional items of ${name} were not ready after ${bound / 1000} s` });
      }
      return { ...step, ready };
    } catch (cause) {
      // The item is restored all the same.
      errors.push({
        item,
        text: `error verifying additional items are ready to use: ${(cause as Error).message}`,
      });
      return { ...step, ready: false };
    }
  }

  function ensureNamespace(original: string): Promise<void> {
    const target = targetOf(original);
    const made = namespaces.get(target) ??
      makeNamespace(cluster, archive, original, target).then((answer) => {
        const item = { group: "", resource: "namespaces", namespace: "", name: target };
        if (answer === true) reports.push({ item, steps: [], outcome: "created" });
        if (typeof answer === "string") warnings.push({ item, text: answer });
      });
    namespaces.set(target, made);
    return made;
  }

  return { restore, ensureNamespace, reports, operations };
}

/** What Velero would do once the object is there. */
function deedsAfter(object: JsonObject, restore: JsonObject): string[] {
  if (object.kind !== "Pod" || object.apiVersion !== "v1") return [];
  return restoreCommands(object, namespaceOf(object), restore).map((command) =>
    `a hook would run ${command}`
  );
}
