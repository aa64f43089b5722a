/**
 * What a restore has left for the time after it: DeploymentConfigs it scaled down, and the pods it took off them.
 *
 * @module
 */

import { ANNOTATIONS, LABELS } from "../../actions/openshift/constants.ts";
import { DEPLOYMENT_CONFIGS, PODS, VOLUME_CLAIMS } from "../../actions/openshift/kinds.ts";
import { absentWhenNotServed, type Cluster, type ResourceKind } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, arrayAt, nameOf, namespaceOf, objectsAt, stringAt } from "../../objects/object.ts";

/** What stands in the annotations of a DeploymentConfig. */
export interface Original {
  readonly replicas: number;
  readonly paused: boolean;
}

/** A DeploymentConfig with its pods, or the pods of a namespace of which nobody knows whose they are. */
export interface Unit {
  readonly namespace: string;
  /** The DeploymentConfig's name; absent for pods that have none. */
  readonly name?: string;
  /** How it was before the restore; a text says what is wrong with the annotations. */
  readonly original?: Original | string;
  readonly pods: readonly JsonObject[];
  /** True when a pod holds a volume that no other pod can have at the same time. */
  readonly holdsVolume: boolean;
}

/** Where to look. */
export interface Search {
  readonly cluster: Cluster;
  /** The value of both labels. */
  readonly label: string;
  /** The only namespaces to look in; empty: all. */
  readonly namespaces: readonly string[];
  /** Which of them the restore has written to. */
  readonly isTarget: (namespace: string) => boolean;
}

// OpenShift notes on each pod whose it is.
const OWNER = "openshift.io/deployment-config.name";

/** The units, by namespace and name; within a namespace pods without DeploymentConfig come last. */
export async function findUnits(search: Search): Promise<Unit[]> {
  const [configs, pods] = await Promise.all([
    list(search, DEPLOYMENT_CONFIGS, LABELS.replicasModified),
    list(search, PODS, LABELS.disconnected),
  ]);
  const namespaces = [...new Set([...configs, ...pods].map(namespaceOf))].sort();
  const units: Unit[] = [];
  for (const namespace of namespaces) {
    const own = configs.filter((config) => namespaceOf(config) === namespace).sort(byName);
    const left = Map.groupBy(
      pods.filter((pod) => namespaceOf(pod) === namespace).sort(byName),
      (pod) => ownerOf(pod, own.map(nameOf)),
    );
    for (const config of own) {
      const name = nameOf(config);
      units.push(
        await unitOf(search.cluster, left.get(name) ?? [], { namespace, name, original: originalOf(config) }),
      );
    }
    const loose = left.get(undefined);
    if (loose !== undefined) units.push(await unitOf(search.cluster, loose, { namespace }));
  }
  return units;
}

// A pod that does not say it belongs to the only DeploymentConfig there is.
function ownerOf(pod: JsonObject, names: readonly string[]): string | undefined {
  const named = annotation(pod, OWNER);
  if (named !== undefined) return names.includes(named) ? named : undefined;
  return names.length === 1 ? names[0] : undefined;
}

async function unitOf(
  cluster: Cluster,
  pods: readonly JsonObject[],
  rest: Omit<Unit, "pods" | "holdsVolume">,
): Promise<Unit> {
  const claims = new Set(
    pods.flatMap((pod) =>
      objectsAt(pod, "spec", "volumes").flatMap((volume) =>
        stringAt(volume, "persistentVolumeClaim", "claimName") ?? []
      )
    ),
  );
  const modes: unknown[] = [];
  for (const claim of claims) {
    modes.push(...arrayAt(await cluster.get(VOLUME_CLAIMS, rest.namespace, claim), "spec", "accessModes"));
  }
  return {
    ...rest,
    pods,
    holdsVolume: modes.includes("ReadWriteOnce") || modes.includes("ReadWriteOncePod"),
  };
}

function originalOf(config: JsonObject): Original | string {
  const replicas = annotation(config, ANNOTATIONS.originalReplicas) ?? "";
  const paused = annotation(config, ANNOTATIONS.originalPaused) ?? "";
  if (!/^\d{1,10}$/.test(replicas) || Number(replicas) > 0x7fffffff) {
    return `annotation ${ANNOTATIONS.originalReplicas} is "${replicas}", not a number of replicas`;
  }
  if (paused !== "true" && paused !== "false") {
    return `annotation ${ANNOTATIONS.originalPaused} is "${paused}", neither true nor false`;
  }
  return { replicas: Number(replicas), paused: paused === "true" };
}

async function list(
  { cluster, label, namespaces, isTarget }: Search,
  kind: ResourceKind,
  key: string,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  for (const scope of scopes) {
    // A cluster without DeploymentConfigs may still have pods.
    await absentWhenNotServed((async () => {
      for await (const object of cluster.list(kind, { ...scope, labelSelector: `${key}=${label}` })) {
        if (isTarget(namespaceOf(object))) found.push(object);
      }
    })());
  }
  return found;
}

function byName(a: JsonObject, b: JsonObject): number {
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
