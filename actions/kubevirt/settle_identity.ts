import type { Context } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { switchedOn } from "../../objects/object.ts";
import { OWN_DOMAIN } from "../lib/own_domain.ts";
import { handleCollisions } from "./collisions.ts";
import { clearFirmwareSerial, clearMacAddresses, type Machine, setFirmwareUuid } from "./identity.ts";
import type { KubevirtSettings } from "./settings.ts";

const CLEAR_MAC = "velero.kubevirt.io/clear-mac-address";
const NEW_UUID = "velero.kubevirt.io/generate-new-firmware-uuid";
const CLEAR_SERIAL = `${OWN_DOMAIN}/clear-firmware-serial`;

/**
 * Decides with which MAC addresses, UUID and serial a machine is restored, as the labels of the Restore say (kubevirt 5.6 steps 3 to
 * 5, 5.7 step 3). They win over what is said about collisions (8.2 step 4). True for a change.
 *
 * @throws {Refusal} when the machine or a label cannot be understood, and as {@link handleCollisions}.
 */
export async function settleIdentity(
  item: JsonObject,
  machine: Machine,
  restore: JsonObject | undefined,
  context: Context<KubevirtSettings>,
): Promise<boolean> {
  const macs = switchedOn(restore, CLEAR_MAC) && clearMacAddresses(machine);
  const serial = switchedOn(restore, CLEAR_SERIAL) && clearFirmwareSerial(machine);
  const uuid = switchedOn(restore, NEW_UUID);
  if (uuid) setFirmwareUuid(machine, context.random.uuid());
  const collisions = await handleCollisions(item, machine, restore, context, uuid ? "uuid" : undefined);
  return macs || serial || uuid || collisions;
}
