/**
 * Resource policies: a ConfigMap that a Backup or Restore names, with rules for volumes and for the items that are taken (protocol 4.14).
 *
 * @module
 */

import type { Cluster } from "../../cluster/cluster.ts";
import { absentWhenNotServed } from "../../cluster/cluster.ts";
import { parseValue } from "../../cluster/memory/read_objects.ts";
import type { JsonObject, JsonValue } from "../../objects/json.ts";
import { namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import type { Note } from "../report/report.ts";
import { unlessForbidden } from "../run/forbidden.ts";
import { checkFields, listOf, textOf, textsOf } from "./fields.ts";
import { readItemFilters, type WrittenFilters } from "./items.ts";
import { readVolumePolicies, type VolumePolicies } from "./volumes.ts";

/** Lists of kinds, which count where the Backup itself says nothing else. */
export interface KindLists {
  readonly includedClusterScopedResources: readonly string[];
  readonly excludedClusterScopedResources: readonly string[];
  readonly includedNamespaceScopedResources: readonly string[];
  readonly excludedNamespaceScopedResources: readonly string[];
}

/** The rules of a ConfigMap; what it does not have is absent. */
export interface Policies {
  readonly volumes?: VolumePolicies;
  readonly kinds?: KindLists;
  readonly items?: WrittenFilters;
}

/** Policies that say nothing. */
export const NO_POLICIES: Policies = {};

/** Where policies are looked for. */
export interface PolicySource {
  /** The Backup or Restore. */
  readonly run: JsonObject;
  readonly cluster: Cluster;
  /** True for a real cluster: what it does not have is missing for Velero as well. */
  readonly live: boolean;
  /** Gets told when the policies are not known, and so not applied. */
  readonly unknown: (note: Note) => void;
}

/**
 * The policies that a Backup or Restore names.
 *
 * @throws {Error} for policies for which Velero refuses the Backup or Restore.
 */
export async function findPolicies({ run, cluster, live, unknown }: PolicySource): Promise<Policies> {
  const reference = objectAt(run, "spec", "resourcePolicy");
  if (reference === undefined) return NO_POLICIES;
  const kind = stringAt(reference, "kind") ?? "";
  const name = stringAt(reference, "name") ?? "";
  if (kind.toLowerCase() !== "configmap") {
    // A Backup with a reference of another kind has no policies.
    if (run.kind !== "Restore") return NO_POLICIES;
    throw new SyntaxError(`spec.resourcePolicy is of kind "${kind}", but must name a ConfigMap`);
  }
  const namespace = namespaceOf(run);
  const configMaps = { group: "", version: "v1", resource: "configmaps" };
  const what = `the resource policies in ConfigMap "${name}"`;
  const ignored = (why: string) => {
    unknown({ text: `${what} would decide what is taken, but are not applied here: ${why}` });
    return undefined;
  };
  const found = await unlessForbidden(
    absentWhenNotServed(cluster.get(configMaps, namespace, name)).then((map) => map ?? "absent" as const),
    (error) => ignored(error.message),
  );
  if (found === undefined) return NO_POLICIES;
  if (found === "absent") {
    const text = `namespace "${namespace}" has no ConfigMap "${name}", which spec.resourcePolicy names`;
    if (live) throw new SyntaxError(text);
    ignored(`add the ConfigMap to the manifests, in namespace "${namespace}"`);
    return NO_POLICIES;
  }
  try {
    return readPolicies(found, run);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`the resource policies in ConfigMap "${name}" are invalid: ${cause.message}`, {
      cause,
    });
  }
}

const LISTS = [
  "includedClusterScopedResources",
  "excludedClusterScopedResources",
  "includedNamespaceScopedResources",
  "excludedNamespaceScopedResources",
] as const;

const SECTIONS = [
  "version",
  "volumePolicies",
  "includeExcludePolicy",
  "clusterScopedFilterPolicy",
  "namespacedFilterPolicies",
];

/**
 * Reads the rules of a ConfigMap for a Backup or Restore.
 *
 * @throws {SyntaxError} for what Velero refuses.
 */
export function readPolicies(configMap: JsonObject, run: JsonObject): Policies {
  const entries = Object.values(objectAt(configMap, "data") ?? {});
  const [text] = entries;
  if (entries.length !== 1 || typeof text !== "string") {
    throw new SyntaxError("data must have exactly one entry");
  }
  const rules = parseValue(text, "data");
  checkFields(rules, SECTIONS, "the text");
  const version = textOf(rules.version, "version") ?? "";
  if (version !== "v1") throw new SyntaxError(`version is "${version}", but must be "v1"`);
  const volumes = listOf(rules.volumePolicies, "volumePolicies");
  const kinds = readKinds(rules.includeExcludePolicy);
  const items = readItemFilters(rules.clusterScopedFilterPolicy, rules.namespacedFilterPolicies);
  if (run.kind === "Restore") {
    const section = volumes.length > 0
      ? "volumePolicies"
      : kinds === undefined
      ? undefined
      : "includeExcludePolicy";
    if (section !== undefined) {
      throw new SyntaxError(`${section} is for backups, and a restore may not have it`);
    }
  }
  return {
    ...(volumes.length === 0 ? {} : { volumes: readVolumePolicies(volumes) }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(items === undefined ? {} : { items }),
  };
}

function readKinds(policy: JsonValue | undefined): KindLists | undefined {
  if (policy === undefined || policy === null) return undefined;
  const place = "includeExcludePolicy";
  checkFields(policy, LISTS, place);
  const list = (key: typeof LISTS[number]) => {
    const names = textsOf(policy[key], `${place}.${key}`);
    if (names.includes("*")) throw new SyntaxError(`${place}.${key} may not have "*"`);
    return names;
  };
  const lists: KindLists = {
    includedClusterScopedResources: list("includedClusterScopedResources"),
    excludedClusterScopedResources: list("excludedClusterScopedResources"),
    includedNamespaceScopedResources: list("includedNamespaceScopedResources"),
    excludedNamespaceScopedResources: list("excludedNamespaceScopedResources"),
  };
  for (const scope of ["ClusterScoped", "NamespaceScoped"] as const) {
    const twice = lists[`included${scope}Resources`].find((name) =>
      lists[`excluded${scope}Resources`].includes(name)
    );
    if (twice !== undefined) throw new SyntaxError(`${place} both includes and excludes "${twice}"`);
  }
  return lists;
}

/**
 * Refuses policies beside filters that Velero does not take together with them.
 *
 * @throws {Error}
 */
export function checkBesideFilters({ kinds, items }: Policies, olderFilters: readonly string[]): void {
  if (olderFilters.length === 0) return;
  const section = kinds !== undefined
    ? "includeExcludePolicy"
    : items !== undefined
    ? "filter policies"
    : undefined;
  if (section === undefined) return;
  const fields = olderFilters.map((name) => `spec.${name}`).join(", ");
  throw new Error(`${fields} and ${section} of the resource policies cannot be used together`);
}
