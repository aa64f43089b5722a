import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, objectsAt, stringAt } from "../../objects/object.ts";
import type { ResourceType } from "./resources.ts";

/** The resources that a CustomResourceDefinition makes a server serve, none for any other object; the storage version counts as preferred. */
export function resourcesDefinedBy(object: JsonObject): ResourceType[] {
  if (object.kind !== "CustomResourceDefinition") return [];
  const resource = stringAt(object, "spec", "names", "plural");
  const kind = stringAt(object, "spec", "names", "kind");
  const group = stringAt(object, "spec", "group");
  if (resource === undefined || kind === undefined || group === undefined) return [];
  const versions = objectsAt(object, "spec", "versions").filter((version) => version.served !== false);
  versions.sort((a, b) => Number(b.storage === true) - Number(a.storage === true));
  return [{
    group,
    versions: versions.flatMap((version) => stringAt(version, "name") ?? []),
    resource,
    kind,
    namespaced: stringAt(object, "spec", "scope") !== "Cluster",
    shortNames: arrayAt(object, "spec", "names", "shortNames").filter((name) => typeof name === "string"),
  }];
}
