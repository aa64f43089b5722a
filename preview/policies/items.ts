/**
 * Filters of resource policies for the items of a kind, in namespaces and at cluster scope (protocol 4.14).
 *
 * @module
 */

import { createIncludes, type Includes } from "../../actions/lib/includes.ts";
import { isObject, type JsonObject, type JsonValue } from "../../objects/json.ts";
import { type LabelSelector, labelSelectorOf } from "../../objects/label_selector.ts";
import type { Discovery } from "../run/resources.ts";
import { checkFields, listOf, textsOf } from "./fields.ts";

/** Which items of a kind are taken. */
export interface KindFilter {
  /** In place of the label selectors of the Backup or Restore. */
  readonly labels: LabelSelector;
  readonly names: Includes;
}

/** The filters of one namespace. */
export interface NamespaceFilter {
  /** The filter of a resource (`plural.group`); `undefined` when none of its objects are taken. */
  of(resource: string): KindFilter | undefined;
}

/** The filters with kinds as the cluster names them. */
export interface ItemFilters {
  /** The filters of a namespace; `undefined` where those of the Backup or Restore count. */
  inNamespace(namespace: string): NamespaceFilter | undefined;
  /** The filter of a resource of cluster scope; `undefined` where those of the Backup or Restore count. */
  atClusterScope(resource: string): KindFilter | undefined;
  /** Whether there are filters for cluster scope. */
  readonly hasClusterScope: boolean;
}

/** The filters as they are written. */
export type WrittenFilters = (discovery: Discovery) => ItemFilters;

interface Entry extends KindFilter {
  /** None: all that no other entry names. */
  readonly kinds: readonly string[];
}

/**
 * Reads `clusterScopedFilterPolicy` and `namespacedFilterPolicies`; `undefined` when there are none.
 *
 * @throws {SyntaxError} for what Velero refuses.
 */
export function readItemFilters(
  cluster: JsonValue | undefined,
  namespaced: JsonValue | undefined,
): WrittenFilters | undefined {
  const clusterEntries = cluster === undefined || cluster === null ? undefined : readClusterScope(cluster);
  const policies = listOf(namespaced, "namespacedFilterPolicies").map(readNamespaced);
  const names = policies.flatMap(({ namespaces }) => namespaces);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new SyntaxError(`namespacedFilterPolicies name the namespace "${twice}" twice`);
  }
  if (clusterEntries === undefined && policies.length === 0) return undefined;
  return (discovery) => {
    const clusterKinds = byKind(clusterEntries ?? [], discovery);
    const filters = policies.map(({ namespaces, entries }) => {
      const kinds = byKind(entries, discovery);
      const others = entries.find((entry) => entry.kinds.length === 0);
      const filter: NamespaceFilter = { of: (resource) => kinds.get(resource) ?? others };
      const patterns = namespaces.filter((name) => /[*?[]/.test(name));
      const matches = createIncludes(patterns).has;
      return { namespaces, matches: (name: string) => patterns.length > 0 && matches(name), filter };
    });
    return {
      hasClusterScope: clusterEntries !== undefined,
      atClusterScope: (resource) => clusterKinds.get(resource),
      // The name itself counts before any pattern.
      inNamespace: (namespace) =>
        (filters.find(({ namespaces }) => namespaces.includes(namespace)) ??
          filters.find(({ matches }) => matches(namespace)))?.filter,
    };
  };
}

function byKind(entries: readonly Entry[], discovery: Discovery): Map<string, KindFilter> {
  return new Map(
    entries.flatMap((entry) => entry.kinds.map((kind) => [discovery.resolve(kind), entry] as const)),
  );
}

function readClusterScope(policy: JsonValue): Entry[] {
  const place = "clusterScopedFilterPolicy";
  checkFields(policy, ["resourceFilters"], place);
  const entries = readEntries(policy, place);
  if (entries.some(({ kinds }) => kinds.length === 0)) {
    throw new SyntaxError(`every resource filter of ${place} must name its kinds`);
  }
  return entries;
}

function readNamespaced(policy: JsonValue, index: number): { namespaces: string[]; entries: Entry[] } {
  const place = `namespacedFilterPolicies[${index}]`;
  checkFields(policy, ["namespaces", "resourceFilters"], place);
  const namespaces = textsOf(policy.namespaces, `${place}.namespaces`);
  if (namespaces.length === 0) throw new SyntaxError(`${place} must name at least one namespace`);
  const bad = namespaces.find((name) => /[|()!{},]|\*\*|\[\]/.test(name));
  if (bad !== undefined) {
    throw new SyntaxError(`${place}.namespaces has the pattern "${bad}", which Velero does not support`);
  }
  return { namespaces, entries: readEntries(policy, place) };
}

function readEntries(policy: JsonObject, place: string): Entry[] {
  const entries = listOf(policy.resourceFilters, `${place}.resourceFilters`)
    .map((entry, index) => readEntry(entry, `${place}.resourceFilters[${index}]`));
  if (entries.length === 0) throw new SyntaxError(`${place} must have at least one resource filter`);
  if (entries.filter(({ kinds }) => kinds.length === 0).length > 1) {
    throw new SyntaxError(`${place} has more than one resource filter for all kinds`);
  }
  const kinds = entries.flatMap((entry) => entry.kinds);
  const twice = kinds.find((kind, index) => kinds.indexOf(kind) !== index);
  if (twice !== undefined) throw new SyntaxError(`${place} names the kind "${twice}" twice`);
  return entries;
}

const ENTRY_FIELDS = ["kinds", "labelSelector", "orLabelSelectors", "names", "excludedNames"];

function readEntry(entry: JsonValue, place: string): Entry {
  checkFields(entry, ENTRY_FIELDS, place);
  const kinds = textsOf(entry.kinds, `${place}.kinds`);
  const [names, excluded] = [
    textsOf(entry.names, `${place}.names`),
    textsOf(entry.excludedNames, `${place}.excludedNames`),
  ];
  const isForAll = kinds.length === 0 || (kinds.length === 1 && kinds[0] === "*");
  if (isForAll && names.length + excluded.length > 0) {
    throw new SyntaxError(`${place} is for all kinds, and so may not name objects`);
  }
  return {
    kinds: isForAll ? [] : kinds.filter((kind) => kind !== "*"),
    labels: readLabels(entry, place),
    names: createIncludes(names, excluded),
  };
}

function readLabels(entry: JsonObject, place: string): LabelSelector {
  const one = isObject(entry.labelSelector) ? [entry.labelSelector] : [];
  const several = listOf(entry.orLabelSelectors, `${place}.orLabelSelectors`).filter(isObject);
  for (const selector of [...one, ...several]) {
    checkFields(selector, ["matchLabels", "matchExpressions"], `${place}: a label selector`);
  }
  const says = (selector: JsonObject) =>
    Object.keys(selector.matchLabels ?? {}).length + listOf(selector.matchExpressions, place).length > 0;
  if (one.some(says) && several.length > 0) {
    throw new SyntaxError(`${place} has both labelSelector and orLabelSelectors`);
  }
  // Those that say nothing do not count.
  const selectors = [...one, ...several].filter(says).map(labelSelectorOf);
  return (object) => selectors.length === 0 || selectors.some((matches) => matches(object));
}
