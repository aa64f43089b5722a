/**
 * A restore as Velero makes it, into any cluster and with any actions (protocol 4.7).
 *
 * @module
 */

import type { ActionKind } from "../../actions/action.ts";
import { askOperations } from "../run/actions.ts";
import { itemKey, placeOf, type StoredItem } from "../archive/archive.ts";
import { checkSelectors } from "../run/check_selectors.ts";
import { objectAt } from "../../objects/object.ts";
import { createRestoreFilter } from "../run/filter.ts";
import { endsPreview } from "../run/forbidden.ts";
import type { Note, RunReport } from "../report/report.ts";
import { groupResource } from "../run/resources.ts";
import { emptyDatabases } from "./empty_databases.ts";
import { createItemRestore } from "./restore_item.ts";
import { NO_MODIFIERS } from "./modifiers.ts";
import type { RestoreOptions } from "./restore_options.ts";
import { orderResources } from "./restore_order.ts";
import { storedType } from "./stored_type.ts";
import { resolveActions } from "../run/selector.ts";
import { decodeItem, encode } from "../run/step.ts";
import { findPolicies } from "../policies/policies.ts";
import { restoreNotes } from "../run/not_modelled.ts";
import { silent } from "../run/progress.ts";
import type { Pause } from "../run/wait.ts";

const KINDS: readonly ActionKind[] = ["RestoreItemAction", "RestoreItemActionV2"];
const TEN_MINUTES = 600_000;

const sleep: Pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Runs a restore. Errors of items are in the report.
 *
 * @throws {Error} where Velero fails the whole restore; a `ClusterError` when the cluster stops to answer.
 */
export async function runRestore(options: RestoreOptions): Promise<RunReport> {
  const start = performance.now();
  const {
    restore,
    archive,
    discovery,
    host,
    pause = sleep,
    resourceTimeout = TEN_MINUTES,
    progress = silent,
  } = options;
  checkSelectors(objectAt(restore, "spec"));
  const notModelled: Note[] = [];
  const policies = await findPolicies({
    run: restore,
    cluster: options.cluster,
    live: options.live ?? false,
    unknown: (note) => void notModelled.push(note),
  });
  const filter = createRestoreFilter(restore, discovery, policies);
  const actions = await resolveActions(host, discovery, KINDS);
  const warnings: Note[] = [];
  const errors: Note[] = [];
  notModelled.push(...await restoreNotes(restore, options.cluster));
  const run = encode(restore);
  const items = createItemRestore({
    ...options,
    pause,
    resourceTimeout,
    progress,
    modifiers: options.modifiers ?? NO_MODIFIERS,
    run,
    filter,
    actions,
    warnings,
    errors,
    notModelled,
  });

  let done = 0;
  const byResource = Map.groupBy(archive.values(), groupResource);
  for (const name of orderResources(byResource.keys())) {
    const stored = (byResource.get(name) ?? []).toSorted((a, b) => itemKey(a) < itemKey(b) ? -1 : 1);
    for (const item of stored) {
      await restoreSelected(item);
      await progress(++done, archive.size);
    }
    if (name === "customresourcedefinitions.apiextensions.k8s.io") await discovery.refresh();
  }

  async function restoreSelected(item: StoredItem): Promise<void> {
    const type = discovery.find(item.group, item.resource) ?? storedType(item);
    if (!filter.collects(type)) return;
    try {
      const object = decodeItem(item.bytes);
      if (!filter.selects(type, object)) return;
      // No action sees a namespace.
      if (item.group === "" && item.resource === "namespaces") await items.ensureNamespace(item.name);
      else {
        await items.restore({ ...placeOf(item), type, object, bytes: item.bytes });
      }
    } catch (cause) {
      if (endsPreview(cause)) throw cause;
      const reason = `error restoring the item: ${(cause as Error).message}`;
      errors.push({ item: placeOf(item), text: reason });
      items.reports.push({ item: placeOf(item), steps: [], outcome: "failed", reason });
    }
  }

  warnings.push(...await emptyDatabases(items.reports, options.archive, options.cluster));
  return {
    actions,
    items: items.reports,
    operations: await askOperations(host, items.operations, run),
    warnings,
    errors,
    notModelled: [...notModelled, ...host.notModelled?.() ?? []],
    milliseconds: performance.now() - start,
  };
}
