import { createIncludes } from "../../actions/lib/includes.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, arrayAt, objectAt } from "../../objects/object.ts";
import type { Discovery } from "../run/resources.ts";

/** Tells whether the stored status of an object comes back as well. */
export type StatusFilter = (resource: string, object: JsonObject) => boolean;

/** By `spec.restoreStatus` of the Restore, over which the object's annotation `velero.io/restore-status` wins. */
export function createStatusFilter(restore: JsonObject, discovery: Discovery): StatusFilter {
  const spec = objectAt(restore, "spec", "restoreStatus");
  const names = (key: string) =>
    arrayAt(spec, key).filter((name) => typeof name === "string").map(discovery.resolve);
  const chosen = spec === undefined
    ? undefined
    : createIncludes(names("includedResources"), names("excludedResources"));
  return (resource, object) => {
    const own = annotation(object, "velero.io/restore-status")?.trim().toLowerCase();
    return own === "true" || (own !== "false" && chosen?.has(resource) === true);
  };
}
