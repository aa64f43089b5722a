import type { Json } from "../api.ts";

/** Resources of one API group whose objects are taken as they come. */
export interface LooseGroup {
  readonly group: string;
  /** Served versions, the stored one first. */
  readonly versions: readonly string[];
  /** `plural/Kind/short...`, as many as the group has. */
  readonly namespaced?: readonly string[];
  readonly clusterWide?: readonly string[];
  /** Plurals whose status is a subresource, as in the real definition. */
  readonly withStatus?: readonly string[];
  /** Schemas for single plurals, where the real one drops fields that matter; default: everything is kept. */
  readonly schemas?: Readonly<Record<string, Json>>;
}

// What the fields mean is the operators' business; unknown ones must survive.
const ANYTHING = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** The CustomResourceDefinitions of these groups. */
export function looseDefinitions(groups: readonly LooseGroup[]): Json[] {
  return groups.flatMap((group) => [
    ...(group.namespaced ?? []).map((entry) => definition(group, entry, "Namespaced")),
    ...(group.clusterWide ?? []).map((entry) => definition(group, entry, "Cluster")),
  ]);
}

function definition(
  { group, versions, withStatus = [], schemas = {} }: LooseGroup,
  entry: string,
  scope: "Namespaced" | "Cluster",
): Json {
  const [plural = "", kind = "", ...shortNames] = entry.split("/");
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // The API server asks for a reference to the review of a group below k8s.io.
      ...(group.endsWith(".k8s.io")
        ? { annotations: { "api-approved.kubernetes.io": "unapproved, a definition for tests" } }
        : {}),
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: schemas[plural] ?? ANYTHING },
        ...(withStatus.includes(plural) ? { subresources: { status: {} } } : {}),
      })),
    },
  };
}
