/**
 * What a Cluster needs beside itself (setting `dependencies`).
 *
 * @module
 */

import type { Context, Log, ReadinessRequest, ResourceIdentifier } from "../action.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { targetNamespace } from "../lib/namespace_mapping.ts";
import { nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import { previousBootstrap } from "./bootstrap.ts";
import { OBJECT_STORES } from "./constants.ts";
import { inTreeStore } from "./in_tree.ts";
import type { ObjectStore } from "./object_store.ts";

// Where a store's configuration names a Secret, in the order of the API.
const CREDENTIALS = [
  ["s3Credentials", "accessKeyId"],
  ["s3Credentials", "secretAccessKey"],
  ["s3Credentials", "region"],
  ["s3Credentials", "sessionToken"],
  ["azureCredentials", "connectionString"],
  ["azureCredentials", "storageAccount"],
  ["azureCredentials", "storageKey"],
  ["azureCredentials", "storageSasToken"],
  ["googleCredentials", "applicationCredentials"],
  ["endpointCA"],
] as const;

/**
 * The ObjectStore, the Secrets it names, the superuser's Secret and the application's, in this order and each once.
 *
 * An ObjectStore that could not be read is left out with a warning: Velero fails an item whose additional item it cannot read.
 */
export function clusterDependencies(
  item: JsonObject,
  store: ObjectStore | undefined,
  log: Log,
): ResourceIdentifier[] {
  const namespace = namespaceOf(item);
  const spec = objectAt(item, "spec") ?? {};
  const secrets = new Set<string>();
  const items: ResourceIdentifier[] = [];
  let configuration = inTreeStore(spec);
  if (store !== undefined) {
    if ("object" in store) {
      items.push(objectStoreItem(namespace, store.name));
      configuration = objectAt(store.object, "spec", "configuration");
    } else {
      const why = "failure" in store ? `cannot be read: ${store.failure}` : "does not exist";
      log.warn(`ObjectStore ${store.name} ${why}; neither it nor its Secrets are added to the backup`);
    }
  }
  for (const path of CREDENTIALS) secrets.add(stringAt(configuration, ...path, "name") ?? "");
  secrets.add(stringAt(spec, "superuserSecret", "name") ?? "");
  secrets.add(stringAt(previousBootstrap(spec), "secret", "name") ?? `${nameOf(item)}-app`);
  secrets.delete("");
  return [
    ...items,
    ...Array.from(secrets, (name) => ({ group: "", resource: "secrets", namespace, name })),
  ];
}

/** Names an ObjectStore for Velero. */
export function objectStoreItem(namespace: string, name: string): ResourceIdentifier {
  return { group: OBJECT_STORES.group, resource: OBJECT_STORES.resource, namespace, name };
}

/**
 * True when every ObjectStore among the items exists in its target namespace.
 *
 * @throws {ClusterError} when that cannot be found out.
 */
export async function objectStoresReady(
  { additionalItems, restore }: ReadinessRequest,
  { cluster }: Pick<Context, "cluster">,
): Promise<boolean> {
  for (const { group, resource, namespace, name } of additionalItems) {
    if (group !== OBJECT_STORES.group || resource !== OBJECT_STORES.resource) continue;
    const target = targetNamespace(restore, namespace);
    const found = await absentWhenNotServed(
      cluster.get(OBJECT_STORES, target, name, { metadataOnly: true }),
    );
    if (found === undefined) return false;
  }
  return true;
}
