/**
 * What belongs to an object by Velero's own rules. Its backup actions and its item block actions use the same ones (protocol 4.13).
 *
 * @module
 */

import type { Context, ResourceIdentifier } from "../../actions/action.ts";
import { remember } from "../../actions/lib/remember.ts";
import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, namespaceOf, objectsAt, stringAt } from "../../objects/object.ts";

const core = (resource: string, namespace: string, name: string): ResourceIdentifier => ({
  group: "",
  resource,
  namespace,
  name,
});

const RBAC = "rbac.authorization.k8s.io";
const rbac = (resource: string) => (name: string) => ({ group: RBAC, resource, namespace: "", name });

/** The names of the claims that a pod mounts. */
function claimsOf(pod: JsonObject): string[] {
  return objectsAt(pod, "spec", "volumes").flatMap((volume) =>
    stringAt(volume, "persistentVolumeClaim", "claimName") ?? []
  );
}

/** Those claims as items. */
export function claimItemsOf(pod: JsonObject): ResourceIdentifier[] {
  return claimsOf(pod).map((name) => core("persistentvolumeclaims", namespaceOf(pod), name));
}

/** The priority class that a pod names. */
export function priorityClassOf(pod: JsonObject): ResourceIdentifier[] {
  const name = stringAt(pod, "spec", "priorityClassName");
  return name === undefined
    ? []
    : [{ group: "scheduling.k8s.io", resource: "priorityclasses", namespace: "", name }];
}

/** The name of the volume to which a claim is bound; `undefined` when it is bound to none. */
export function boundVolume(claim: JsonObject): string | undefined {
  return stringAt(claim, "status", "phase") === "Bound" ? stringAt(claim, "spec", "volumeName") : undefined;
}

/** That volume as an item. */
export function volumeOf(claim: JsonObject): ResourceIdentifier[] {
  const name = boundVolume(claim);
  return name === undefined ? [] : [core("persistentvolumes", "", name)];
}

/** The ClusterRoleBindings that name a service account, and their ClusterRoles. */
export async function bindingsOf(
  account: JsonObject,
  run: JsonObject | undefined,
  context: Context,
): Promise<ResourceIdentifier[]> {
  const [namespace, name] = [namespaceOf(account), nameOf(account)];
  const bindings = await listOnce(context, run, `${RBAC} clusterrolebindings`, {
    kind: { group: RBAC, version: "v1", resource: "clusterrolebindings" },
  });
  const found = bindings.filter((binding) =>
    objectsAt(binding, "subjects").some((subject) =>
      subject.kind === "ServiceAccount" && subject.namespace === namespace && subject.name === name
    )
  );
  const roles = new Set(found.flatMap((binding) => stringAt(binding, "roleRef", "name") ?? []));
  return [
    ...found.map(nameOf).map(rbac("clusterrolebindings")),
    ...[...roles].map(rbac("clusterroles")),
  ];
}

/** Running pods that mount a claim, and the other claims of its group where the Backup groups claims by a label. */
export async function blockOfClaim(
  claim: JsonObject,
  run: JsonObject | undefined,
  context: Context,
): Promise<ResourceIdentifier[]> {
  if (boundVolume(claim) === undefined) return [];
  const [namespace, name] = [namespaceOf(claim), nameOf(claim)];
  const inNamespace = (resource: string) =>
    listOnce(context, run, `${resource} ${namespace}`, {
      kind: { group: "", version: "v1", resource },
      namespace,
    });
  const pods = (await inNamespace("pods")).filter((pod) => isRunning(pod) && claimsOf(pod).includes(name));
  const key = stringAt(run, "spec", "volumeGroupSnapshotLabelKey");
  const group = key === undefined ? "" : label(claim, key) ?? "";
  const claims = key === undefined || group === ""
    ? []
    : (await inNamespace("persistentvolumeclaims")).filter((other) =>
      label(other, key) === group && nameOf(other) !== name
    );
  return [
    ...volumeOf(claim),
    ...pods.map((pod) => core("pods", namespace, nameOf(pod))),
    ...claims.map((other) => core("persistentvolumeclaims", namespace, nameOf(other))),
  ];
}

// Scheduled, not on its way out, and running.
function isRunning(pod: JsonObject): boolean {
  return stringAt(pod, "spec", "nodeName") !== undefined && stringAt(pod, "status", "phase") === "Running" &&
    stringAt(pod, "metadata", "deletionTimestamp") === undefined;
}

interface Listed {
  readonly kind: { readonly group: string; readonly version: string; readonly resource: string };
  readonly namespace?: string;
}

/** The objects of a list, read once for a whole run. */
function listOnce(
  context: Context,
  run: JsonObject | undefined,
  key: string,
  { kind, namespace }: Listed,
): Promise<JsonObject[]> {
  return remember(context, { key: `velero ${key}`, run }, async () => {
    if ((await context.cluster.serves(kind.group, kind.resource)).length === 0) return [];
    return await Array.fromAsync(context.cluster.list(kind, namespace === undefined ? {} : { namespace }));
  });
}
