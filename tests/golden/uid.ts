import { createHash } from "node:crypto";
import type { JsonObject } from "../../objects/json.ts";
import { nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { knownResources } from "../../cluster/memory/resources.ts";
import { splitApiVersion } from "../../cluster/memory/store.ts";

const TYPES = knownResources();

/** The UID that the recording's API server made for an object from its place. */
export function uidOf(object: JsonObject): string {
  const { group } = splitApiVersion(stringAt(object, "apiVersion") ?? "");
  const kind = stringAt(object, "kind") ?? "";
  const resource = TYPES.find((type) => type.group === group && type.kind === kind)?.resource ?? kind;
  const place = [group, resource, namespaceOf(object), nameOf(object)].join("/");
  const hex = createHash("sha256").update(place).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(12, 15)}`,
    `8${hex.slice(16, 19)}`,
    hex.slice(20, 32),
  ]
    .join("-");
}
