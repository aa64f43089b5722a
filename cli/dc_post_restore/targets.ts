import { namespaceMapping } from "../../actions/lib/namespace_mapping.ts";
import { createIncludes } from "../../actions/lib/includes.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt } from "../../objects/object.ts";

/** Says whether a Restore has written to a namespace: to one that it includes, or to which one is mapped (openshift IMP-58). */
export function targetsOf(restore: JsonObject): (namespace: string) => boolean {
  const texts = (field: string) =>
    arrayAt(restore, "spec", field).filter((entry) => typeof entry === "string");
  const { has: includes } = createIncludes(texts("includedNamespaces"), texts("excludedNamespaces"));
  const mapping = namespaceMapping(restore);
  const mapped = new Set([...mapping].filter(([source]) => includes(source)).map(([, target]) => target));
  return (namespace) => mapped.has(namespace) || (!mapping.has(namespace) && includes(namespace));
}
