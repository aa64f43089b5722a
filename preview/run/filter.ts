/**
 * Which items a Backup or a Restore takes (protocol 4.3 step 1 and 4.7).
 *
 * @module
 */

import { EXCLUDE_LABEL, isExcludedByLabel } from "../../actions/lib/backup_filter.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { type LabelSelector, labelSelectorOf } from "../../objects/label_selector.ts";
import { arrayAt, at, nameOf, namespaceOf, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { ResourceType } from "../../cluster/memory/resources.ts";
import { createIncludes, type Includes } from "../../actions/lib/includes.ts";
import { type KindLists, NO_POLICIES, type Policies } from "../policies/policies.ts";
import { type Discovery, groupResource } from "./resources.ts";

/** What a Backup's or Restore's `spec` takes. */
export interface Filter {
  /** True when the main pass looks at objects of this resource at all. */
  collects(type: ResourceType): boolean;
  /** True when the main pass takes an object of a collected resource: namespace and label selectors. */
  selects(type: ResourceType, object: JsonObject): boolean;
  /** Why an additional item stays out; `undefined` when it may come in. */
  refuses(type: ResourceType, object: JsonObject): string | undefined;
}

/** What a Backup takes. */
export interface BackupFilter extends Filter {
  /** The namespaces that the main pass looks into, one by one; absent for all of the cluster. */
  readonly namespaces?: readonly string[];
  /** True when the main pass takes a Namespace by itself; it comes along as well when it takes anything in it. */
  selectsNamespace(namespace: JsonObject): boolean;
}

/** The filter of a Backup with its resource policies. */
export function createBackupFilter(
  backup: JsonObject,
  discovery: Discovery,
  policies: Policies = NO_POLICIES,
): BackupFilter {
  const spec = objectAt(backup, "spec");
  const namespaces = createIncludes(texts(spec, "includedNamespaces"), texts(spec, "excludedNamespaces"));
  const clusterResources = at(spec, "includeClusterResources");
  const resources = backupResources(spec, discovery, namespaces, clusterResources, policies.kinds);
  const labels = labelFilter(spec);
  const items = policies.items?.(discovery);
  const named = texts(spec, "includedNamespaces");
  const isNamed = named.length > 0 && !named.some((name) => /[*?[{]/.test(name));
  // Velero lists the objects of all namespaces at once with the selectors of the Backup, and looks at the policies afterwards.
  const isListed = (type: ResourceType, object: JsonObject) => {
    const resource = groupResource(type);
    if (!type.namespaced && items?.hasClusterScope) {
      return (items.atClusterScope(resource)?.labels ?? labels)(object);
    }
    const filter = items?.inNamespace(isNamed ? namespaceOf(object) : "");
    return filter === undefined ? labels(object) : filter.of(resource)?.labels(object) === true;
  };
  return {
    ...(isNamed ? { namespaces: [...new Set(named)].filter(namespaces.has) } : {}),
    collects(type) {
      const name = groupResource(type);
      if (type.namespaced) return resources.namespaced.has(name);
      if (name === "namespaces") return resources.namespaces;
      return clusterResources !== false && resources.collectsClusterScoped(name);
    },
    selects(type, object) {
      if (!isListed(type, object)) return false;
      if (!type.namespaced) return true;
      const namespace = namespaceOf(object);
      const filter = items?.inNamespace(namespace);
      return namespaces.has(namespace) &&
        (filter === undefined || filter.of(groupResource(type))?.labels(object) === true);
    },
    selectsNamespace(namespace) {
      // In manifests there is no phase.
      if ((stringAt(namespace, "status", "phase") ?? "Active") !== "Active") return false;
      const selector = selectorsOf(spec);
      if (selector.length > 0 && (labels(namespace) || namespaces.everything)) return labels(namespace);
      return namespaces.has(nameOf(namespace));
    },
    refuses(type, object) {
      const name = groupResource(type);
      if (isExcludedByLabel(object)) return `label ${EXCLUDE_LABEL} is true`;
      if (type.namespaced) {
        if (!namespaces.has(namespaceOf(object))) {
          return `namespace "${namespaceOf(object)}" is not in the backup`;
        }
        if (!resources.namespaced.has(name)) return `resource "${name}" is not in the backup`;
      } else if (name !== "namespaces") {
        if (clusterResources === false || resources.excludesClusterScoped(name)) {
          return `cluster-scoped resource "${name}" is excluded`;
        }
      }
      const filter = type.namespaced
        ? items?.inNamespace(namespaceOf(object))?.of(name)
        : items?.atClusterScope(name);
      return filter?.names.has(nameOf(object)) === false
        ? `the resource policies leave out ${name} of that name`
        : undefined;
    },
  };
}

interface BackupResources {
  readonly namespaced: Includes;
  /** Whether Namespaces are taken, which follow no rule of cluster scope. */
  readonly namespaces: boolean;
  collectsClusterScoped(name: string): boolean;
  excludesClusterScoped(name: string): boolean;
}

function backupResources(
  spec: JsonObject | undefined,
  discovery: Discovery,
  namespaces: Includes,
  clusterResources: JsonValue | undefined,
  kinds: KindLists | undefined,
): BackupResources {
  const resolved = (key: string) => texts(spec, key).map(discovery.resolve);
  // The lists by scope hold only names of their scope, and those that are not served.
  const inScope = (names: readonly string[], namespaced: boolean) =>
    names.map(discovery.resolve)
      .filter((name) => (discovery.named(name)?.namespaced ?? namespaced) === namespaced);
  const lists = (scope: "ClusterScoped" | "NamespaceScoped") => {
    const namespaced = scope === "NamespaceScoped";
    const [into, out] = [`included${scope}Resources`, `excluded${scope}Resources`] as const;
    const own = {
      included: inScope(texts(spec, into), namespaced),
      excluded: inScope(texts(spec, out), namespaced),
    };
    return kinds === undefined ? own : withPolicy(own, {
      included: inScope(kinds[into], namespaced),
      excluded: inScope(kinds[out], namespaced),
    });
  };
  const { included: clusterIn, excluded: clusterOut } = lists("ClusterScoped");
  const { included: namespacedIn, excluded: namespacedOut } = lists("NamespaceScoped");
  if ([clusterIn, clusterOut, namespacedIn, namespacedOut].some((list) => list.length > 0)) {
    const namespaced = scoped(namespacedIn, namespacedOut);
    const clusterScoped = scoped(clusterIn, clusterOut);
    // Without a word about cluster scope it comes along only with everything else.
    const named = clusterIn.length > 0 ||
      (clusterOut.length === 0 && namespaces.everything && namespaced.everything);
    return {
      namespaced,
      namespaces: scoped([], clusterOut).has("namespaces"),
      collectsClusterScoped: (name) => named && clusterScoped.has(name),
      excludesClusterScoped: (name) => !scoped([], clusterOut).has(name),
    };
  }
  const all = createIncludes(resolved("includedResources"), resolved("excludedResources"));
  const out = createIncludes([], resolved("excludedResources"));
  return {
    namespaced: all,
    namespaces: all.has("namespaces"),
    collectsClusterScoped: (name) => (clusterResources === true || namespaces.everything) && all.has(name),
    // Without a word about cluster scope the list of kinds counts for what is asked for as well.
    excludesClusterScoped: (name) => !(clusterResources === true ? out : all).has(name),
  };
}

interface Lists {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

/** What a policy adds to the lists of a Backup, which win over it. */
function withPolicy(own: Lists, policy: Lists): Lists {
  const names = (list: readonly string[], name: string) => list.length > 0 && createIncludes(list).has(name);
  const isNew = ({ included, excluded }: Lists) => (name: string) =>
    !names(included, name) && !names(excluded, name);
  const withOut = { ...own, excluded: [...own.excluded, ...policy.excluded.filter(isNew(own))] };
  return { ...withOut, included: [...own.included, ...policy.included.filter(isNew(withOut))] };
}

// In the lists by scope `*` excludes everything, where the older ones may not have it.
function scoped(included: readonly string[], excluded: readonly string[]): Includes {
  return excluded.includes("*")
    ? { everything: false, has: () => false }
    : createIncludes(included, excluded);
}

/** Never restored, whatever a Restore names. */
const NOT_RESTORED = [
  "nodes",
  "events",
  "events.events.k8s.io",
  "backups.velero.io",
  "restores.velero.io",
  "csinodes.storage.k8s.io",
  "volumeattachments.storage.k8s.io",
  "backuprepositories.velero.io",
];

// Where data comes from is needed, whatever a Restore names.
const ALWAYS_RESTORED = "datauploads.velero.io";

/** The filter of a Restore with its resource policies. Namespaces are the original ones. */
export function createRestoreFilter(
  restore: JsonObject,
  discovery: Discovery,
  policies: Policies = NO_POLICIES,
): Filter {
  const spec = objectAt(restore, "spec");
  const namespaces = createIncludes(texts(spec, "includedNamespaces"), texts(spec, "excludedNamespaces"));
  const resolve = (key: string) => texts(spec, key).map(discovery.resolve);
  const resources = createIncludes(resolve("includedResources"), [
    ...resolve("excludedResources"),
    ...NOT_RESTORED,
  ]);
  const clusterResources = at(spec, "includeClusterResources");
  const labels = labelFilter(spec);
  const items = policies.items?.(discovery);
  const isTaken = (type: ResourceType, object: JsonObject) => {
    const [name, inNamespace] = [groupResource(type), items?.inNamespace(namespaceOf(object))];
    const filter = type.namespaced ? inNamespace?.of(name) : items?.atClusterScope(name);
    if (filter !== undefined) return filter.labels(object) && filter.names.has(nameOf(object));
    return type.namespaced && inNamespace !== undefined ? false : labels(object);
  };
  return {
    collects(type) {
      if (groupResource(type) === ALWAYS_RESTORED) return true;
      if (!resources.has(groupResource(type))) return false;
      return type.namespaced || clusterResources === true ||
        (clusterResources !== false && namespaces.everything);
    },
    selects: (type, object) =>
      groupResource(type) === ALWAYS_RESTORED ||
      ((!type.namespaced || namespaces.has(namespaceOf(object))) && isTaken(type, object)),
    refuses(type, object) {
      const name = groupResource(type);
      if (name === ALWAYS_RESTORED) return undefined;
      if (!resources.has(name)) return `resource "${name}" is not in the restore`;
      if (type.namespaced && !namespaces.has(namespaceOf(object))) {
        return `namespace "${namespaceOf(object)}" is not in the restore`;
      }
      if (!type.namespaced && clusterResources === false) {
        return `cluster-scoped resource "${name}" is excluded`;
      }
      return undefined;
    },
  };
}

function selectorsOf(spec: JsonObject | undefined): JsonObject[] {
  const one = at(spec, "labelSelector");
  return isObject(one) ? [one] : objectsAt(spec, "orLabelSelectors");
}

function labelFilter(spec: JsonObject | undefined): LabelSelector {
  const alternatives = selectorsOf(spec);
  if (alternatives.length === 0) return () => true;
  const selectors = alternatives.map(labelSelectorOf);
  return (object) => selectors.some((matches) => matches(object));
}

function texts(spec: JsonValue | undefined, key: string): string[] {
  return arrayAt(spec, key).filter((entry) => typeof entry === "string");
}
