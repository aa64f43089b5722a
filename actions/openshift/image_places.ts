/**
 * Between which places the images of a run go, and how these are reached (openshift 9.2 to 9.6).
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import type { RegistryAccess } from "../../images/images.ts";
import { type ImageStore, ImageStoreError } from "../../images/store.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { annotation, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import { SECRETS, STORAGE_LOCATIONS } from "./kinds.ts";
import { registryHost } from "./registry_host.ts";
import type { Settings } from "./settings.ts";
import { isMigration } from "./workflow.ts";

/** What stands for the object storage of a backup where otherwise a registry is named. */
export const STORAGE = "bsl://";

/** True when a run outside of migrations carries images. */
export function carriesImages({ settings, images }: Context<Settings>): boolean {
  const wish = settings["images.backup"];
  return wish === "auto" ? images.backupByDefault : wish === "true";
}

/** Where the images of a run are kept: a registry's host, {@link STORAGE}, or empty when a migration does not say. */
export function transferRegistry(run: JsonObject | undefined, { settings }: Context<Settings>): string {
  if (isMigration(run)) return annotation(run, ANNOTATIONS.migrationRegistry) ?? "";
  return settings["images.transfer-registry"] || STORAGE;
}

/**
 * The store in which a backup keeps images.
 *
 * @param run The Backup or Restore, in whose namespace Velero's objects are.
 * @param backup The Backup, whose storage location counts.
 */
export async function transferStore(
  registry: string,
  { run, backup }: { run: JsonObject | undefined; backup: JsonObject | undefined },
  context: Context<Settings>,
): Promise<ImageStore> {
  const { cluster, images, settings, signal } = context;
  const namespace = namespaceOf(run ?? {});
  if (registry !== STORAGE) {
    const login = await loginFor(registry, namespace, context);
    const access = {
      ...accessTo(registry, settings),
      ...(login === undefined ? {} : { credentials: login }),
    };
    return await opened(() => images.registry(access));
  }
  const name = stringAt(backup, "spec", "storageLocation") ?? "";
  const location = name === "" ? undefined : await cluster.get(STORAGE_LOCATIONS, namespace, name);
  if (location === undefined) {
    const missing = name === ""
      ? "the Backup names no BackupStorageLocation"
      : `BackupStorageLocation ${namespace}/${name} does not exist`;
    throw new Refusal(`there is no place for the images: ${missing}`, {
      rule: "openshift 9.6",
      remedy: "create the storage location, or name a registry in openshift.images.transfer-registry",
      reason: "invalid_item",
    });
  }
  const access = { location, cluster, rootDirectory: settings["images.root-directory"] };
  return await opened(() => images.storage(access, { signal }));
}

/** The internal registry, as the service account. Its token goes to no other host than that of this cluster's registry. */
export async function internalStore(host: string, context: Context<Settings>): Promise<ImageStore> {
  const { images, settings, log } = context;
  const own = await ownRegistry(context);
  // Where nothing says it, the annotation that was written from the same facts has to do.
  const trusted = own === undefined || own === host || settings["registry.aliases"].includes(host);
  if (!trusted) {
    const known = own === "" ? "this cluster has no registry" : `the registry of this cluster is ${own}`;
    log.warn(`${host} is asked without a token: ${known}`);
  }
  const access: RegistryAccess = {
    ...accessTo(host, settings),
    ...(trusted ? { credentials: "service-account" } : {}),
  };
  return await opened(() => images.registry(access));
}

/** What keeps a store from being opened is a fault of its configuration. */
async function opened(open: () => Promise<ImageStore>): Promise<ImageStore> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ImageStoreError)) throw error;
    throw new Refusal(error.message, {
      rule: "openshift 9.6",
      remedy: "correct the storage location, its credentials or the settings openshift.registry.*",
      reason: error.repeatable ? "lookup_failed" : "settings",
      cause: error,
    });
  }
}

/** Empty when the cluster has none; `undefined` when nothing says it. */
async function ownRegistry(context: Context<Settings>): Promise<string | undefined> {
  try {
    return await registryHost(context);
  } catch (error) {
    if (error instanceof Refusal || error instanceof ClusterError) return undefined;
    throw error;
  }
}

function accessTo(host: string, settings: Settings): Omit<RegistryAccess, "credentials"> {
  return {
    host,
    caFile: settings["registry.ca-file"],
    insecure: settings["registry.insecure-hosts"].includes(host),
    plainHttp: settings["registry.plain-http-hosts"].includes(host),
  };
}

/** The login for a registry in the Secret that the settings name; `undefined` for anonymous (openshift IMP-55). */
async function loginFor(
  host: string,
  namespace: string,
  { cluster, settings }: Context<Settings>,
): Promise<{ username: string; password: string } | undefined> {
  const name = settings["registry.auth-secret"];
  if (name === "") return undefined;
  const refuse = (what: string) =>
    new Refusal(`openshift.registry.auth-secret: Secret ${namespace}/${name} ${what}`, {
      rule: "openshift IMP-55",
      remedy: "create it with `kubectl create secret docker-registry`, or clear the setting",
      reason: "settings",
    });
  const secret = await cluster.get(SECRETS, namespace, name);
  if (secret === undefined) throw refuse("does not exist");
  const encoded = stringAt(secret, "data", ".dockerconfigjson");
  if (encoded === undefined) throw refuse("has no key .dockerconfigjson");
  const config = parse(encoded);
  if (!isObject(config) || !isObject(config.auths)) throw refuse("is no configuration of logins");
  const entry = config.auths[host] ?? config.auths[`https://${host}`] ?? config.auths[`https://${host}/v1/`];
  if (!isObject(entry)) return undefined;
  const login = typeof entry.auth === "string" && entry.auth !== "" ? fromPair(entry.auth) : {
    username: stringAt(entry, "username") ?? "",
    password: stringAt(entry, "password") ?? "",
  };
  if (login === undefined || login.username === "") throw refuse(`has no usable login for ${host}`);
  return login;
}

// The text of a Secret must reach no error, so nothing of what fails here is told.
function parse(encoded: string): JsonValue | undefined {
  try {
    return JSON.parse(decode(encoded));
  } catch {
    return undefined;
  }
}

function fromPair(encoded: string): { username: string; password: string } | undefined {
  try {
    const pair = decode(encoded);
    const colon = pair.indexOf(":");
    return colon < 0 ? undefined : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  } catch {
    return undefined;
  }
}

function decode(encoded: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(encoded));
}
