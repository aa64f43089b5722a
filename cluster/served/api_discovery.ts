import type { JsonObject } from "../../objects/json.ts";
import type { ResourceType } from "../memory/resources.ts";
import { apiVersion, type Store } from "../memory/store.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update"];

/** The discovery document at a path (`/api`, `/apis`, a group, a version); `undefined` for other paths and what is not served. */
export function discoveryDocument(store: Store, path: string): JsonObject | undefined {
  const types = store.resources();
  const [root, group, version, ...rest] = path.split("/").slice(1);
  if (rest.length > 0) return undefined;
  if (root === "api") {
    if (version !== undefined) return undefined;
    if (group === undefined) return { kind: "APIVersions", apiVersion: "v1", versions: ["v1"] };
    return resourceList(types, "", group);
  }
  if (root !== "apis") return undefined;
  if (group === undefined) {
    const names = new Set(types.map((type) => type.group).filter((name) => name !== ""));
    return {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: [...names].map((name) => apiGroup(types, name)),
    };
  }
  if (version !== undefined) return resourceList(types, group, version);
  if (!types.some((type) => type.group === group)) return undefined;
  return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(types, group) };
}

function apiGroup(types: readonly ResourceType[], name: string): JsonObject {
  const all = new Set(types.filter((type) => type.group === name).flatMap((type) => type.versions));
  const versions = [...all].map((version) => ({
    groupVersion: apiVersion({ group: name, version }),
    version,
  }));
  return { name, versions, ...(versions[0] === undefined ? {} : { preferredVersion: versions[0] }) };
}

function resourceList(
  types: readonly ResourceType[],
  group: string,
  version: string,
): JsonObject | undefined {
  const served = types.filter((type) => type.group === group && type.versions.includes(version));
  if (served.length === 0) return undefined;
  const resources = served.map(({ resource, kind, namespaced, shortNames }) => ({
    name: resource,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs: VERBS,
    shortNames: [...shortNames],
  }));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersion({ group, version }),
    resources,
  };
}
