/**
 * One item out of the archive into the cluster, and recursively what its actions ask for (protocol 4.7).
 *
 * @module
 */

import type { ResourceIdentifier } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt, stringAt } from "../../objects/object.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import type { Operation } from "../run/actions.ts";
import { itemKey } from "../archive/archive.ts";
import { createOrUpdate } from "./create.ts";
import type { Filter } from "../run/filter.ts";
import type { ItemReport, Note, Outcome, Step } from "../report/report.ts";
import { groupResource, kindOf } from "../run/resources.ts";
import type { RestoreOptions } from "./restore_options.ts";
import type { ResolvedAction } from "../run/selector.ts";
import { decodeItem, encode, reasonToSkip, type Taken, takeStep } from "../run/step.ts";
import { finish, leftOut, resetBinding, stripped } from "./strip.ts";
import { waitUntil } from "../run/wait.ts";

/** What one restore has in common. */
export interface RestoreWorld extends Required<RestoreOptions> {
  /** The Restore as JSON. */
  readonly run: Uint8Array;
  readonly filter: Filter;
  readonly actions: readonly ResolvedAction[];
  readonly warnings: Note[];
  readonly errors: Note[];
}

/** An item of the archive, parsed. */
export interface RestoredItem extends ResourceIdentifier {
  readonly type: ResourceType;
  /** The stored object. */
  readonly object: JsonObject;
  readonly bytes: Uint8Array;
}

/** Restores items one by one. */
export interface ItemRestore {
  /** Restores an item, once. */
  restore(item: RestoredItem, askedBy?: ItemReport["askedBy"]): Promise<void>;
  readonly reports: ItemReport[];
  readonly operations: Operation[];
}

/** Begins a restore. */
export function createItemRestore(world: RestoreWorld): ItemRestore {
  const { host, run, actions, archive, cluster, discovery, filter, warnings, errors } = world;
  const mapping = objectAt(world.restore, "spec", "namespaceMapping");
  const targetOf = (namespace: string) => stringAt(mapping, namespace) ?? namespace;
  const done = new Set<string>();
  const namespaces = new Map<string, Promise<void>>();
  const provisioned = new Set<string>();
  const reports: ItemReport[] = [];
  const operations: Operation[] = [];

  const restore: ItemRestore["restore"] = async (source, askedBy) => {
    const { type, object: stored, group, resource, namespace, name } = source;
    const item = { group, resource, namespace, name };
    const target = namespace === "" ? "" : targetOf(namespace);
    const steps: Step[] = [];
    const end = (outcome: Outcome, reason?: string, differences?: ItemReport["differences"]) => {
      reports.push({
        item,
        ...(target === namespace ? {} : { target }),
        ...(askedBy === undefined ? {} : { askedBy }),
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
    done.add(itemKey(item));
    const refusal = filter.refuses(type, stored);
    if (refusal !== undefined) return end("skipped", refusal);
    const left = leftOut(groupResource(type), stored);
    if (left !== undefined) {
      if (groupResource(type) === "persistentvolumes") provisioned.add(name);
      return end("skipped", left);
    }
    if (target !== "") await ensureNamespace(namespace, target);

    const object = stripped(stored);
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
      const present = await restoreAdditional(item, action.name, taken);
      steps.push(await awaitAdditional(item, action, taken, present));
    }

    let restored = current.object;
    const final = discovery.findKind(
      stringAt(restored, "apiVersion") ?? "",
      stringAt(restored, "kind") ?? "",
    );
    if (final === undefined) return fail(`the cluster serves no ${restored.kind} of ${restored.apiVersion}`);
    resetBinding(groupResource(final), restored, provisioned);
    const modified = world.modifiers(groupResource(final), restored);
    if (modified !== undefined) {
      steps.push(modified.step);
      // The item is restored all the same, without the rules that failed.
      errors.push(...modified.errors.map((text) => ({ item, text })));
      restored = modified.object;
    }
    finish(restored, target, world.restore);
    try {
      const { outcome, reason, differences } = await createOrUpdate(cluster, final, restored, world.restore);
      if (outcome === "exists" && reason !== undefined) warnings.push({ item, text: reason });
      end(outcome, reason, differences);
    } catch (cause) {
      fail(`error restoring ${itemKey(item)}: ${(cause as Error).message}`);
    }
  };

  /** Restores what an action asks for; gives the items that are in the cluster afterwards. */
  async function restoreAdditional(
    item: ResourceIdentifier,
    action: string,
    { step }: Taken,
  ): Promise<ResourceIdentifier[]> {
    const present: ResourceIdentifier[] = [];
    for (const additional of step.additionalItems) {
      const type = discovery.find(additional.group, additional.resource);
      const stored = archive.get(itemKey(additional));
      if (stored === undefined || type === undefined) {
        warnings.push({
          item: additional,
          text: `Additional item of ${action} was not found in the backup, unable to restore it`,
        });
        continue;
      }
      const place = {
        group: type.group,
        resource: type.resource,
        namespace: stored.namespace,
        name: stored.name,
      };
      const object = decodeItem(stored.bytes);
      await restore({ ...place, type, object, bytes: stored.bytes }, { item, action });
      const kind = kindOf(type, stringAt(object, "apiVersion"));
      const found = await cluster.get(
        kind,
        stored.namespace === "" ? "" : targetOf(stored.namespace),
        stored.name,
        { metadataOnly: true },
      );
      if (found !== undefined) present.push(additional);
    }
    return present;
  }

  async function awaitAdditional(
    item: ResourceIdentifier,
    { kind, name }: ResolvedAction,
    { step, answer }: Taken,
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

  function ensureNamespace(original: string, target: string): Promise<void> {
    const made = namespaces.get(target) ??
      makeNamespace(cluster, archive.get(`namespaces//${original}`)?.bytes, target);
    namespaces.set(target, made);
    return made;
  }

  return { restore, reports, operations };
}

const NAMESPACES = { group: "", version: "v1", resource: "namespaces" };

async function makeNamespace(cluster: Cluster, stored: Uint8Array | undefined, name: string): Promise<void> {
  if (await cluster.get(NAMESPACES, "", name) !== undefined) return;
  const from = stored === undefined ? undefined : objectAt(decodeItem(stored), "metadata");
  // The API server sets this label to the namespace's own name.
  const { "kubernetes.io/metadata.name": _, ...labels } = objectAt(from, "labels") ?? {};
  const annotations = objectAt(from, "annotations") ?? {};
  await cluster.create(NAMESPACES, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels, annotations },
  });
}
