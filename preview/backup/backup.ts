/**
 * A backup as Velero makes it, from any cluster and with any actions (protocol 4.3 to 4.6).
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { objectAt } from "../../objects/object.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { type ActionHost, askOperations } from "../run/actions.ts";
import { type Archive, createArchive } from "../archive/archive.ts";
import { createItemBackup } from "./backup_item.ts";
import { completeBackup, olderFilters } from "./complete.ts";
import { type CollectedItem, collectItems } from "./collect.ts";
import { createBackupFilter } from "../run/filter.ts";
import { blockOf } from "./item_block.ts";
import { itemKey, placeOf } from "../archive/archive.ts";
import type { Note, OperationReport, RunReport } from "../report/report.ts";
import { type Discovery, groupResource } from "../run/resources.ts";
import { checkBesideFilters, findPolicies } from "../policies/policies.ts";
import { takesSnapshots } from "../run/not_modelled.ts";
import { type Progress, silent } from "../run/progress.ts";
import { resolveActions } from "../run/selector.ts";
import { encode } from "../run/step.ts";
import { uncopiedVolumes } from "./uncopied.ts";
import { createVolumeData } from "./volume_data.ts";

/** What a backup works on. */
export interface BackupOptions {
  /** Velero's Backup; its `spec` has the filters. */
  readonly backup: JsonObject;
  readonly cluster: Cluster;
  readonly discovery: Discovery;
  readonly host: ActionHost;
  /** True for a real cluster: what it does not have is missing for Velero as well. Default: false. */
  readonly live?: boolean;
  /** Told after each item of the main pass. */
  readonly progress?: Progress;
}

/** A finished backup. */
export interface BackupRun {
  readonly archive: Archive;
  readonly report: RunReport;
}

const KINDS: readonly ActionKind[] = ["BackupItemAction", "BackupItemActionV2"];

/**
 * Runs a backup. Errors of items, and of kinds that cannot be listed, are in the report.
 *
 * @throws {Error} where Velero fails the whole backup, such as for an action that cannot say what it applies to; a `ClusterError`
 * when the cluster stops to answer.
 */
export async function runBackup(options: BackupOptions): Promise<BackupRun> {
  const start = performance.now();
  const { cluster, discovery, host, live = false, progress = silent } = options;
  const warnings: Note[] = [];
  const errors: Note[] = [];
  const notModelled: Note[] = [];
  // The namespaces are listed twice.
  const unlisted = new Set<string>();
  const fail = (text: string) => {
    if (!unlisted.has(text)) errors.push({ text });
    unlisted.add(text);
  };
  const unknown = (note: Note) => void notModelled.push(note);
  const policies = await findPolicies({ run: options.backup, cluster, live, unknown });
  checkBesideFilters(policies, olderFilters(options.backup));
  const backup = await completeBackup(options.backup, cluster, fail);
  const run = encode(backup);
  const filter = createBackupFilter(backup, discovery, policies);
  const actions = await resolveActions(host, discovery, KINDS);
  const blockActions = await resolveActions(host, discovery, ["ItemBlockAction"]);
  const snapshots = await takesSnapshots(backup, cluster, unknown);

  const collected = new Map<string, CollectedItem>();
  const ordered = objectAt(backup, "spec", "orderedResources") ?? {};
  for await (const item of collectItems({ cluster, discovery, filter, ordered, fail })) {
    collected.set(itemKey(item), item);
  }
  const volumes = createVolumeData({ backup, cluster, collected, snapshots, policies: policies.volumes });
  const world = {
    backup,
    volumes,
    cluster,
    discovery,
    filter,
    collected,
    host,
    run,
    warnings,
    notModelled,
  };
  const items = createItemBackup({ ...world, actions });

  let done = 0;
  for (const item of collected.values()) {
    await progress(done++, collected.size);
    if (items.isDone(item)) continue;
    for (
      const member of await blockOf(item, { ...world, actions: blockActions, errors, isDone: items.isDone })
    ) {
      const error = await items.backUp(member);
      if (error !== undefined) {
        errors.push({ item: placeOf(member), text: `Error backing up item: ${error}` });
      }
    }
  }
  const definitions = discovery.find("apiextensions.k8s.io", "customresourcedefinitions");
  // Where definitions are collected anyway, those that the labels leave out stay out.
  if (
    definitions !== undefined && !filter.collects(definitions) &&
    filter.refuses(definitions, {}) === undefined
  ) {
    for (const name of new Set(items.stored().map(groupResource))) {
      const error = await items.backUpIfThere(definitions, name);
      const { group, resource } = definitions;
      if (error !== undefined) {
        errors.push({
          item: { group, resource, namespace: "", name },
          text: `Error backing up item: ${error}`,
        });
      }
    }
  }
  const operations: OperationReport[] = await askOperations(host, items.operations, run);
  const stored = items.stored();
  const deeds = [...notModelled, ...host.notModelled?.() ?? []];
  return {
    archive: createArchive(stored),
    report: {
      actions: [...actions, ...blockActions],
      items: items.reports,
      operations,
      warnings,
      errors,
      notModelled: [
        ...deeds,
        ...uncopiedVolumes({
          backup,
          stored,
          deeds,
          moved: items.operations.map(({ item }) => item),
          copiedOf: volumes.copiedOf,
        }),
      ],
      milliseconds: performance.now() - start,
    },
  };
}
