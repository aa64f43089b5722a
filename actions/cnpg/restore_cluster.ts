/**
 * Makes a restored Cluster recover from the archive of the one that was backed up, and write to a new one (cnpg 5).
 *
 * @module
 */

import type { Context, RestoreItemActionV2 } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { objectAt } from "../../objects/object.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { readAnnotation } from "./annotations.ts";
import { chooseTarget, setBootstrap } from "./bootstrap.ts";
import { ANNOTATIONS, CLUSTERS, FENCED_INSTANCES, NAMES, REQUEST_LIMIT_MS } from "./constants.ts";
import { objectStoreItem, objectStoresReady } from "./dependencies.ts";
import { setExternalCluster } from "./external_cluster.ts";
import { identityOf, removeRuntimeFields } from "./identity.ts";
import { keepLiveIdentity } from "./live_cluster.ts";
import { writeOverride } from "./override.ts";
import { promote } from "./replica.ts";
import { newServerName } from "./server_name.ts";
import type { Settings } from "./settings.ts";
import { readSource } from "./source_archive.ts";
import { chooseSnapshots } from "./volume_snapshot.ts";

/** `replicated.com/cnpg-restore-plugin` */
export const restoreCluster: RestoreItemActionV2<Settings> = {
  kind: "RestoreItemActionV2",
  name: NAMES.restore,
  appliesTo: { includedResources: [`${CLUSTERS.resource}.${CLUSTERS.group}`] },

  async execute({ item, restore }, context) {
    const { settings, log } = context;
    const reads = readAnnotation(item, ANNOTATIONS.serverName, "serverName", "cnpg R2");
    if (reads === undefined) {
      log.info(`no annotation ${ANNOTATIONS.serverName}, so the Cluster is restored as it is`);
      return clearFencing(item, settings) ? { item } : {};
    }
    const backupID = readAnnotation(item, ANNOTATIONS.backupID, "backup ID", "cnpg R3");
    const source = readSource(item);
    const { name, namespace } = identityOf(item);
    const target = targetNamespace(restore, namespace);

    const live = await readLive(target, name, context);
    if (live !== undefined) {
      keepLiveIdentity(source, live);
      removeRuntimeFields(item);
      log.warn(
        `Cluster ${target}/${name} already exists and keeps its archive; no new server name is written`,
      );
      return { item };
    }

    const { spec } = source;
    const recoveryTarget = chooseTarget(item, restore, backupID, settings["recovery-target"], log);
    const volumeSnapshots = await chooseSnapshots(item, restore, { source: namespace, target }, context);
    const writes = newServerName(name, context);
    removeRuntimeFields(item);
    clearFencing(item, settings);
    const externalCluster = source.externalCluster(reads);
    source.setServerName(writes, reads);
    setExternalCluster(spec, externalCluster);
    setBootstrap(spec, recovery(recoveryTarget, volumeSnapshots));
    if (settings.replica === "promote" && promote(spec, name)) {
      log.info("promoted to a primary that follows no other Cluster");
    }
    await writeOverride({ name, namespace, target, writes, reads }, context);

    if (!settings.dependencies || source.objectStore === undefined) return { item };
    return {
      item,
      additionalItems: [objectStoreItem(namespace, source.objectStore)],
      waitForAdditionalItems: true,
    };
  },

  areAdditionalItemsReady: (request, context) =>
    context.settings.dependencies ? objectStoresReady(request, context) : Promise.resolve(true),
};

// cnpg R7: the rewrite is left out only when the Cluster certainly exists.
async function readLive(
  namespace: string,
  name: string,
  context: Context,
): Promise<JsonObject | undefined> {
  try {
    const signal = context.clock.timeout(REQUEST_LIMIT_MS);
    return await context.cluster.get(CLUSTERS, namespace, name, { signal });
  } catch (error) {
    const why = requestFailure(error, context, REQUEST_LIMIT_MS);
    context.log.warn(
      `cannot find out whether Cluster ${namespace}/${name} exists, so it is restored as if it did not: ${why}`,
    );
    return undefined;
  }
}

// The operator refuses a base backup's ID beside volume snapshots.
function recovery(target: JsonObject | undefined, volumeSnapshots: JsonObject | undefined) {
  if (volumeSnapshots === undefined) return target === undefined ? {} : { recoveryTarget: target };
  const { backupID: _, ...rest } = target ?? {};
  return { volumeSnapshots, ...(Object.keys(rest).length === 0 ? {} : { recoveryTarget: rest }) };
}

function clearFencing(item: JsonObject, settings: Settings): boolean {
  const annotations = objectAt(item, "metadata", "annotations");
  if (!settings["clear-fencing"] || annotations?.[FENCED_INSTANCES] === undefined) return false;
  delete annotations[FENCED_INSTANCES];
  return true;
}
