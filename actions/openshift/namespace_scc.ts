/**
 * The ranges of user IDs, groups and SELinux labels that OpenShift gives a namespace: service accounts carry them through a backup,
 * so that a restore can say when files will have a foreign owner (openshift A7, openshift A8).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, objectAt } from "../../objects/object.ts";
import type {
  BackupItemAction,
  BackupRequest,
  Context,
  ItemResult,
  RestoreItemAction,
  RestoreRequest,
  RestoreResult,
} from "../action.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { Refusal } from "../lib/refusal.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { NAMESPACE_SCC_ANNOTATIONS } from "./constants.ts";
import { NAMESPACES } from "./kinds.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";
import { required } from "./required.ts";

// In the order of the keys, in which differences are told.
const PAIRS = Object.entries(NAMESPACE_SCC_ANNOTATIONS).sort(([a], [b]) => a < b ? -1 : 1);

/** Copies the ranges of the namespace onto its service accounts (openshift A7). */
export const backupNamespaceScc: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/02-namespacescc-backup-plugin",
  appliesTo: { includedResources: ["serviceaccounts"] },
  execute: copyRanges,
};

/** Compares them with those of the target namespace and takes them off again (openshift A8). */
export const restoreNamespaceScc: RestoreItemAction<Settings> = {
  kind: "RestoreItemAction",
  name: "openshift.io/02-namespacescc-restore-plugin",
  appliesTo: { includedResources: ["serviceaccounts"] },
  execute: compareRanges,
};

async function copyRanges(
  { item, backup }: BackupRequest,
  context: Context<Settings>,
): Promise<ItemResult | void> {
  const name = required(item, "metadata", "namespace");
  const namespace = await readNamespace(context, backup, name);
  if (namespace === undefined) {
    throw new Refusal(`namespace ${name} is not in the cluster any more`, {
      rule: "openshift A7",
      remedy: "repeat the backup when the namespace is not being deleted",
      reason: "not_restorable",
    });
  }
  const found = PAIRS.flatMap(([real, copy]) => {
    const value = annotation(namespace, real) ?? "";
    return value === "" ? [] : [[copy, value] as const];
  });
  if (found.length === 0) return;
  Object.assign(writable(item, "metadata", "annotations"), Object.fromEntries(found));
  context.log.info(`noted ${found.length} SCC ranges of the namespace`);
  return { item };
}

async function compareRanges(
  request: RestoreRequest,
  context: Context<Settings>,
): Promise<RestoreResult | void> {
  const { item, restore } = request;
  const { log } = context;
  const copies = objectAt(request.itemFromBackup, "metadata", "annotations") ?? {};
  const expected = PAIRS.filter(([, copy]) => Object.hasOwn(copies, copy));
  if (expected.length === 0) return;
  try {
    const name = targetNamespace(restore, required(item, "metadata", "namespace"));
    const namespace = await readNamespace(context, restore, name);
    if (namespace === undefined) log.warn(`cannot compare SCC ranges: namespace ${name} does not exist`);
    else for (const pair of expected) compare(pair, request.itemFromBackup, namespace, log);
  } catch (error) {
    log.warn(`cannot compare SCC ranges with the namespace: ${requestFailure(error, context)}`);
  }
  const annotations = objectAt(item, "metadata", "annotations") ?? {};
  for (const [, copy] of PAIRS) delete annotations[copy];
  return { item };
}

function compare(
  [real, copy]: readonly [real: string, copy: string],
  account: JsonObject,
  namespace: JsonObject,
  log: Context["log"],
): void {
  const [before, now] = [annotation(account, copy) ?? "", annotation(namespace, real) ?? ""];
  if (before === now) return;
  log.warn(
    `${real} of the namespace was "${before}" at backup and is "${now}" here: restored files may belong to others`,
  );
}

// The same for all accounts of a namespace.
function readNamespace(
  context: Context,
  run: JsonObject | undefined,
  name: string,
): Promise<JsonObject | undefined> {
  return remember(
    context,
    { key: `openshift namespace ${name}`, run },
    () => context.cluster.get(NAMESPACES, "", name, { metadataOnly: true }),
  );
}
