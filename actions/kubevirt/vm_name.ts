/**
 * The label in the archive with the name of the VM to which an object belongs, so that a restore can select one VM (kubevirt B23).
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import type { Context } from "../action.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { removeMetadata, setMetadata } from "./metadata.ts";
import type { KubevirtSettings } from "./settings.ts";

/** The label. */
const VM_NAME = `${OWN_DOMAIN}/vm-name`;

// What the API server takes as a label's value. Selectors cannot name anything else.
const LABEL_VALUE = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/**
 * Labels an object with its VM when the settings ask for it; a name that is no label value is a warning.
 *
 * @returns true when the item was changed.
 * @throws {Refusal} when the metadata or the labels are not an object.
 */
export function labelVmName(
  item: JsonObject,
  vm: string | undefined,
  { settings, log }: Pick<Context<KubevirtSettings>, "settings" | "log">,
): boolean {
  if (!settings["vm-name-label"] || vm === undefined || vm === "") return false;
  if (LABEL_VALUE.test(vm)) return setMetadata(item, "labels", VM_NAME, vm);
  log.warn(`"${vm}" is no label value of at most 63 characters; ${VM_NAME} is not set`);
  return false;
}

/** Removes {@link VM_NAME}, which only the archive carries. True for a change. Throws as {@link removeMetadata}. */
export function removeVmName(item: JsonObject): boolean {
  return removeMetadata(item, "labels", VM_NAME);
}
