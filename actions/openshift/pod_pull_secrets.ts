/**
 * The pull secrets of a restored pod (openshift 7.3).
 *
 * @module
 */

import { isObject, type JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { hasPrefix } from "./image_reference.ts";
import { containersOf, type ImageSwap } from "./image_swap.ts";
import { NAMESPACES } from "./kinds.ts";
import { makesPullSecrets, secretIfAny, waitForSecret } from "./pull_secret_wait.ts";
import { accountOf, type SecretSearch } from "./pull_secrets.ts";
import { remember } from "../lib/remember.ts";
import type { Settings } from "./settings.ts";

/** A search with the settings at hand. */
export interface PodSecretSearch extends SecretSearch {
  readonly context: Context<Settings>;
}

/** What decides whether a pod waits for its pull secret. */
export interface ClusterFacts {
  /** When the target namespace was made, in milliseconds of the epoch; 0 when it does not say. */
  readonly created: number;
  /** Whether OpenShift makes pull secrets at all. */
  readonly made: boolean;
}

/**
 * Reads them, once per restore and namespace.
 *
 * @throws {Refusal} when the namespace is not there, or the version of OpenShift cannot be understood.
 */
export async function clusterFacts(search: SecretSearch): Promise<ClusterFacts> {
  const [created, made] = await Promise.all([namespaceCreation(search), makesPullSecrets(search)]);
  return { created, made };
}

/**
 * Puts the generated secrets of the target namespace in the place of those of the old cluster, and waits for that of the pod's own
 * account when the pod needs it (openshift IMP-36).
 *
 * @throws {Refusal} when the pod would start without a secret that it needs.
 */
export async function updatePullSecrets(
  podSpec: JsonObject,
  swap: ImageSwap,
  { created, made }: ClusterFacts,
  search: PodSecretSearch,
): Promise<void> {
  if (!made) return;
  const own = stringAt(podSpec, "serviceAccountName") ?? "default";
  const references = Array.isArray(podSpec.imagePullSecrets) ? podSpec.imagePullSecrets : [];
  const accounts = await Promise.all(
    references.map((reference) => accountOf(stringAt(reference, "name") ?? "", own, search)),
  );
  const usesRegistry = swap.host !== "" &&
    containersOf(podSpec).some(({ image }) => typeof image === "string" && hasPrefix(image, swap.host));
  if (!usesRegistry && accounts.every((account) => account === undefined)) return;

  const until = created + search.context.settings["pod.pull-secret-timeout"];
  const secrets = new Map([[own, await waitForSecret(own, search, until)]]);
  for (const account of accounts) {
    if (account !== undefined && !secrets.has(account)) {
      secrets.set(account, await secretIfAny(account, search));
    }
  }
  for (const [account, secret] of secrets) if (secret === undefined) overdue(account, usesRegistry, search);
  if (references.length === 0) return;
  podSpec.imagePullSecrets = references.flatMap((reference, index) => {
    const account = accounts[index];
    if (account === undefined || !isObject(reference)) return [reference];
    const name = secrets.get(account);
    return name === undefined ? [] : [{ ...reference, name }];
  });
}

function overdue(account: string, usesRegistry: boolean, { context, namespace }: PodSecretSearch): void {
  const policy = context.settings["pod.pull-secret-on-timeout"];
  const missing = `ServiceAccount ${namespace}/${account} has no pull secret`;
  if (policy === "fail" || (policy === "auto" && usesRegistry)) {
    throw new Refusal(
      `secret not found: ${missing}`,
      {
        rule: "openshift 7.3",
        remedy: "see why OpenShift made none, or set openshift.pod.pull-secret-on-timeout to warn",
        reason: "deadline",
      },
    );
  }
  context.log.warn(`${missing}; references to one are dropped`);
}

function namespaceCreation({ context, restore, namespace }: SecretSearch): Promise<number> {
  return remember(context, { key: `openshift creation of ${namespace}`, run: restore }, async () => {
    const found = await context.cluster.get(NAMESPACES, "", namespace, { metadataOnly: true });
    if (found === undefined) {
      throw new Refusal(`namespaces "${namespace}" not found`, {
        rule: "openshift 7.3",
        remedy: "let Velero restore the namespace, or create it",
        reason: "cluster",
      });
    }
    return Date.parse(stringAt(found, "metadata", "creationTimestamp") ?? "") || 0;
  });
}
