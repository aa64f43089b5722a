/**
 * A new base backup for each Velero backup, as an operation that Velero waits for (setting `on-demand-backup`).
 *
 * @module
 */

import type { BackupResultV2, Context, OperationProgress, OperationRequest } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { sha256Hex } from "../lib/sha256.ts";
import type { Archive } from "./archive.ts";
import { BACKUPS, CLUSTERS, REQUEST_LIMIT_MS } from "./constants.ts";
import { IN_TREE } from "./in_tree.ts";
import { parseInstant } from "./rfc3339.ts";

/**
 * Asks the operator for a base backup and gives the operation. None is started while Velero finalizes the backup (cnpg V7).
 *
 * A request that cannot be made is logged at error level: the Velero backup becomes PartiallyFailed, but keeps the Cluster.
 */
export async function requestBackup(
  item: JsonObject,
  archive: Archive,
  backup: JsonObject | undefined,
  context: Context,
): Promise<BackupResultV2> {
  if (/^Finalizing/.test(stringAt(backup, "status", "phase") ?? "")) return {};
  const run = backup === undefined ? "" : nameOf(backup);
  if (run === "") {
    context.log.warn("the Backup has no name, so no base backup is requested");
    return {};
  }
  const namespace = namespaceOf(item);
  try {
    const signal = context.clock.timeout(REQUEST_LIMIT_MS);
    const made = await context.cluster.create(BACKUPS, await backupObject(item, archive, run), { signal });
    const name = nameOf(made);
    context.log.info(`requested base backup ${name}`, { backupName: name });
    const { group, resource } = CLUSTERS;
    return {
      operationID: `${namespace}/${name}`,
      postOperationItems: [{ group, resource, namespace, name: nameOf(item) }],
    };
  } catch (error) {
    context.log.error(`cannot request a base backup: ${requestFailure(error, context, REQUEST_LIMIT_MS)}`);
    return {};
  }
}

async function backupObject(item: JsonObject, archive: Archive, run: string): Promise<JsonObject> {
  const method = archive.method === IN_TREE
    ? { method: IN_TREE }
    : { method: "plugin", pluginConfiguration: { name: archive.pluginName } };
  return {
    apiVersion: `${BACKUPS.group}/${BACKUPS.version}`,
    kind: "Backup",
    metadata: {
      generateName: `velero-${run}-`,
      namespace: namespaceOf(item),
      labels: { "velero.io/backup-name": await labelValue(run) },
    },
    spec: { cluster: { name: nameOf(item) }, ...method },
  };
}

// Velero's own rule for names that are too long for a label.
async function labelValue(name: string): Promise<string> {
  if (name.length <= 63) return name;
  return name.slice(0, 57) + (await sha256Hex(name)).slice(0, 6);
}

/**
 * How far the base backup is; one that is gone has failed. The setting is not asked: what was begun is followed to its end. An ID that
 * {@link requestBackup} cannot have given gets the empty answer of an action without operations (cnpg 4).
 */
export async function watchBackup(request: OperationRequest, context: Context): Promise<OperationProgress> {
  const found = parseOperation(request.operationID);
  if (found === undefined) return { completed: false };
  const { namespace, name } = found;
  const backup = await context.cluster.get(BACKUPS, namespace, name);
  if (backup === undefined) return { completed: true, error: `Backup ${namespace}/${name} does not exist` };
  const status = objectAt(backup, "status");
  const phase = stringAt(status, "phase") ?? "pending";
  const started = parseInstant(status?.startedAt);
  const stopped = parseInstant(status?.stoppedAt);
  return {
    completed: phase === "completed" || phase === "failed",
    ...(phase === "failed"
      ? { error: stringAt(status, "error") ?? `Backup ${namespace}/${name} failed` }
      : {}),
    description: phase,
    ...(started === undefined ? {} : { started: new Date(started) }),
    ...(stopped === undefined ? {} : { updated: new Date(stopped) }),
  };
}

/** Deletes a base backup that has not begun; one that runs is left to end. */
export async function cancelBackup(request: OperationRequest, context: Context): Promise<void> {
  const found = parseOperation(request.operationID);
  if (found === undefined) return;
  const { namespace, name } = found;
  const backup = await context.cluster.get(BACKUPS, namespace, name);
  if (backup === undefined || (stringAt(backup, "status", "phase") ?? "pending") !== "pending") return;
  const uid = stringAt(backup, "metadata", "uid");
  await context.cluster.delete(BACKUPS, namespace, name, uid === undefined ? {} : { uid });
}

function parseOperation(operationID: string): { namespace: string; name: string } | undefined {
  const [namespace = "", name = "", ...more] = operationID.split("/");
  return namespace !== "" && name !== "" && more.length === 0 ? { namespace, name } : undefined;
}
