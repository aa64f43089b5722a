import { stringAt } from "../../objects/object.ts";
import type { BackupItemAction, BackupRequest, Context, ItemResult } from "../action.ts";
import { CONFIG_MAPS } from "./kinds.ts";
import type { Settings } from "./settings.ts";
import { writable } from "./writable.ts";

const NAMESPACE = "openshift-config";

/** Takes the ConfigMap with the trusted certificates of the cluster's proxy along (openshift A42). */
export const backupProxy: BackupItemAction<Settings> = {
  kind: "BackupItemAction",
  name: "openshift.io/26-proxy-backup-plugin",
  appliesTo: { includedResources: ["proxies.config.openshift.io"] },
  enabled: (settings) => settings["proxy.include-trusted-ca"],
  execute,
};

async function execute(
  { item }: BackupRequest,
  { cluster, log }: Context<Settings>,
): Promise<ItemResult | void> {
  const name = stringAt(item, "spec", "trustedCA", "name");
  if (name === undefined) return;
  if (await cluster.get(CONFIG_MAPS, NAMESPACE, name, { metadataOnly: true }) === undefined) {
    log.warn(`ConfigMap ${NAMESPACE}/${name} with the proxy's trusted certificates does not exist`);
    return;
  }
  // Backups of a cluster's configuration rarely include this namespace.
  writable(item, "metadata", "annotations")["backup.velero.io/must-include-additional-items"] = "true";
  log.info(`takes ConfigMap ${NAMESPACE}/${name} along`);
  const { group, resource } = CONFIG_MAPS;
  return { item, additionalItems: [{ group, resource, namespace: NAMESPACE, name }] };
}
