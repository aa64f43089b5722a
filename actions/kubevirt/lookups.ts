/**
 * What the backup actions ask the cluster (kubevirt 10.1 and 11): nothing twice within a call, and lists once for several calls.
 *
 * @module
 */

import { type Cluster, ClusterError, type GetOptions, type ResourceKind } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { label, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import type { Context } from "../action.ts";
import { remember } from "../lib/remember.ts";
import { requireNamed } from "./backup_run.ts";
import { DATA_VOLUMES, dataVolumePhases } from "./data_volume_list.ts";
import { existingNodes } from "./existing_nodes.ts";
import { BACKEND_STORAGE, legacyClaim } from "./graph/backend_storage.ts";
import { isOfKind, NODES } from "./graph/node.ts";
import type { GraphReader } from "./graph/reader.ts";
import {
  chooseLauncher,
  CREATED_BY,
  launched,
  type LauncherPod,
  launcherPod,
  LAUNCHERS,
} from "./launcher_pod.ts";
import { lookingUp } from "./looking_up.ts";
import { owns, selectorOf } from "./replicas.ts";

/** The kinds that are read in a version of their own; KubeVirt's may be older (kubevirt 10.1). */
export const READ = {
  machines: { ...NODES.machines, version: "v1" },
  instances: { ...NODES.instances, version: "v1" },
  replicaSets: { group: "kubevirt.io", version: "v1", resource: "virtualmachineinstancereplicasets" },
  dataVolumes: DATA_VOLUMES,
  claims: { ...NODES.claims, version: "v1" },
  pods: { ...NODES.pods, version: "v1" },
} as const;

const RULE = "kubevirt 10.2";

/** The cluster as the actions of one call see it. */
export interface Lookups extends GraphReader {
  /** An object; asked for again within the call, it is the one that was read before. */
  readonly get: Cluster["get"];
}

// Pods come and go with their instances, and claims move with them; other lists may be older.
const LIST_MS = 5_000;

// A launcher pod is 20 KB of JSON, and many times that when it is parsed.
const PODS_PER_PAGE = 100;

// The API server refuses a selector with a longer value, and nothing can have such a label.
const LABEL_VALUE_LENGTH = 63;

/**
 * The look-ups of one call. `backup` is the run whose calls share lists. What needs the name and namespace of the item refuses an
 * item without them.
 */
export function createLookups(context: Context, backup: JsonObject | undefined): Lookups {
  const { cluster } = context;
  const reads = new Map<string, Promise<JsonObject | undefined>>();

  const get = (kind: ResourceKind, namespace: string, name: string, options: GetOptions = {}) => {
    if (isOfKind(kind, NODES.instances)) requireNamed(namespace, name, RULE);
    // Who asks for an instance's labels may ask for the rest next.
    const metadataOnly = options.metadataOnly === true && !isOfKind(kind, NODES.instances);
    const key = `${kind.resource}.${kind.group}/${namespace}/${name}`;
    const known = reads.get(key) ?? (metadataOnly ? reads.get(`${key} metadata`) : undefined);
    if (known !== undefined) return known;
    const reading = inServedVersion(
      cluster,
      kind,
      (served) => cluster.get(served, namespace, name, { metadataOnly }),
    );
    reads.set(metadataOnly ? `${key} metadata` : key, reading);
    return reading;
  };

  /** A list that several calls share; `mine` when this call has just read it. */
  const shared = async <T>(key: string, read: () => Promise<T>): Promise<{ value: T; mine: boolean }> => {
    let mine = false;
    const load = () => {
      mine = true;
      return read();
    };
    const value = await remember(context, { key: `kubevirt ${key}`, run: backup, maxAge: LIST_MS }, load);
    return { value, mine };
  };

  const launchers = async (namespace: string, labelSelector: string): Promise<LauncherPod[]> => {
    const pods: LauncherPod[] = [];
    for await (const pod of cluster.list(READ.pods, { namespace, labelSelector, pageSize: PODS_PER_PAGE })) {
      pods.push(launcherPod(pod));
    }
    return pods;
  };

  const claims = async (namespace: string, labelSelector: string): Promise<ReadonlyMap<string, string[]>> => {
    const byOwner = new Map<string, string[]>();
    const options = { namespace, labelSelector, metadataOnly: true };
    for await (const claim of cluster.list(READ.claims, options)) {
      if (isTerminating(claim)) continue;
      const owner = label(claim, BACKEND_STORAGE) ?? "";
      byOwner.set(owner, [...byOwner.get(owner) ?? [], nameOf(claim)]);
    }
    return byOwner;
  };

  const findClaims = async (namespace: string, owner: string): Promise<readonly string[]> => {
    requireNamed(namespace, owner, RULE);
    const { value, mine } = await shared(
      `backend claims ${namespace}`,
      () => claims(namespace, BACKEND_STORAGE),
    );
    const listed = value.get(owner);
    if (listed !== undefined) return listed;
    if (!mine && owner.length <= LABEL_VALUE_LENGTH) {
      // They may be younger than the list.
      const own = (await claims(namespace, `${BACKEND_STORAGE}=${owner}`)).get(owner);
      if (own !== undefined) return own;
    }
    const legacy = await get(READ.claims, namespace, legacyClaim(owner), { metadataOnly: true });
    return legacy === undefined || isTerminating(legacy) ? [] : [legacyClaim(owner)];
  };

  const findLauncher = async (
    namespace: string,
    name: string,
    instance: JsonObject | undefined | Promise<JsonObject | undefined>,
  ): Promise<LauncherPod | undefined> => {
    requireNamed(namespace, name, RULE);
    const [{ value, mine }, owner] = await Promise.all([
      shared(`launchers ${namespace}`, () => launchers(namespace, LAUNCHERS)),
      instance,
    ]);
    const wanted = launched(name, owner);
    const found = chooseLauncher(value, wanted);
    if (found !== undefined || mine) return found;
    // It may be younger than the list.
    const selector = wanted.uid === "" ? LAUNCHERS : `${LAUNCHERS},${CREATED_BY}=${wanted.uid}`;
    return chooseLauncher(await launchers(namespace, selector), wanted);
  };

  /** {@link get} where only existence counts. */
  const getOptional: Cluster["get"] = async (kind, namespace, name, options) => {
    const listed = isOfKind(kind, NODES.dataVolumes) && namespace !== ""
      ? await dataVolumePhases(namespace, backup, context)
      : undefined;
    if (listed === undefined) return await get(kind, namespace, name, options);
    return listed.has(name) ? { metadata: { namespace, name } } : undefined;
  };

  return {
    get,
    instance: (namespace, name) => get(READ.instances, namespace, name),
    launcher: (namespace, name, instance) =>
      lookingUp(
        `failed to get launcher pod from VMI ${namespace}/${name}`,
        "kubevirt 3.4",
        findLauncher(namespace, name, instance),
      ),
    backendClaims: (namespace, owner) =>
      lookingUp(
        `failed to find the PVCs with the state of VM ${namespace}/${owner}`,
        "kubevirt 3.5",
        findClaims(namespace, owner),
      ),
    async serves({ group, resource }) {
      try {
        return (await cluster.serves(group, resource)).length > 0;
      } catch (error) {
        // Then whoever reads the object decides: what is served must not get lost because discovery failed.
        if (error instanceof ClusterError) return true;
        throw error;
      }
    },
    async replicas(replicaSet) {
      const labelSelector = selectorOf(replicaSet);
      const options = { namespace: namespaceOf(replicaSet), labelSelector, metadataOnly: true };
      return await inServedVersion(cluster, READ.instances, async (served) => {
        const found: string[] = [];
        for await (const instance of cluster.list(served, options)) {
          if (owns(replicaSet, instance)) found.push(nameOf(instance));
        }
        return found;
      });
    },
    existing: (nodes) => existingNodes(nodes, getOptional, context),
  };
}

/** Asks in the version that is known, and when the server has not got it in the one that it prefers. */
async function inServedVersion<T>(
  cluster: Cluster,
  kind: ResourceKind,
  ask: (kind: ResourceKind) => Promise<T>,
): Promise<T> {
  try {
    return await ask(kind);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== "NotServed") throw error;
    const [version] = await cluster.serves(kind.group, kind.resource);
    if (version === undefined || version === kind.version) throw error;
    return await ask({ ...kind, version });
  }
}

function isTerminating(object: JsonObject): boolean {
  return stringAt(object, "metadata", "deletionTimestamp") !== undefined;
}
