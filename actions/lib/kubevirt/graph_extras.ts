import type { JsonObject } from "../../../objects/json.ts";
import { parseJson } from "../../../objects/json.ts";
import { annotation } from "../../../objects/object.ts";
import { OWN_DOMAIN } from "../own_domain.ts";

/** The annotation in the archive with the optional objects that were backed up with a VM (kubevirt 3.1 and G5). */
export const GRAPH_EXTRAS = `${OWN_DOMAIN}/graph-extras`;

/** The recorded objects, as `<resource>.<group>/<namespace>/<name>`; `undefined` when the annotation is missing or damaged. */
export function readGraphExtras(object: JsonObject): string[] | undefined {
  const text = annotation(object, GRAPH_EXTRAS);
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : undefined;
  } catch {
    return undefined;
  }
}
