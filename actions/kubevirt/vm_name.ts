import type { JsonObject } from "../../objects/json.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { removeMetadata } from "./metadata.ts";

/** The label in the archive with the name of the VM to which an object belongs (kubevirt B23). */
export const VM_NAME = `${OWN_DOMAIN}/vm-name`;

/** Removes {@link VM_NAME}, which only the archive carries. True for a change. Throws as {@link removeMetadata}. */
export function removeVmName(item: JsonObject): boolean {
  return removeMetadata(item, "labels", VM_NAME);
}
