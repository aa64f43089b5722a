/**
 * What makes a virtual machine recognisable to the outside: MAC addresses, SMBIOS UUID and serial.
 *
 * A VM has them in its template, a VirtualMachineInstance in its own spec; a {@link Machine} is either.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { objectOrNothing, objectsOrNothing, stringOrNothing } from "../lib/expect.ts";

/** The spec of a virtual machine inside an item. */
export interface Machine {
  readonly spec: JsonObject;
  /** Its path in the item, for messages: `spec` or `spec.template.spec`. */
  readonly path: string;
  /** The rule under which a wrong type is refused. */
  readonly rule: string;
}

/** The kinds of identities. */
export const IDENTITY_FIELDS = ["mac", "uuid", "serial"] as const;

/** A kind of identity. */
export type IdentityField = typeof IDENTITY_FIELDS[number];

/** One identity of a machine. */
export interface Identity {
  readonly field: IdentityField;
  /** As it is written in the object. */
  readonly value: string;
  /** Where it is in the item. */
  readonly path: string;
  /** The object that has it, and under which key. */
  readonly holder: JsonObject;
  readonly key: string;
}

/** A form of the identity in which two are equal when they are the same: `mac 0242ac110005` (kubevirt 8.2). */
export function comparable({ field, value }: Pick<Identity, "field" | "value">): string {
  if (field === "serial") return `serial ${value}`;
  const folded = value.toLowerCase();
  return `${field} ${field === "mac" ? folded.replaceAll(/[:-]/g, "") : folded}`;
}

/**
 * All identities of a machine; those that KubeVirt is left to choose are not there.
 *
 * @throws {Refusal} when something on the way has the wrong type.
 */
export function identitiesOf(machine: Machine): Identity[] {
  const found: Identity[] = [];
  const add = (field: IdentityField, holder: JsonObject | undefined, key: string, path: string) => {
    const value = stringOrNothing(holder?.[key], path, machine.rule);
    if (holder !== undefined && value !== "") found.push({ field, value, path, holder, key });
  };
  for (const { holder, path } of interfacesOf(machine)) {
    add("mac", holder, "macAddress", `${path}.macAddress`);
  }
  const firmware = firmwareOf(machine);
  for (const field of ["uuid", "serial"] as const) {
    add(field, firmware, field, `${machine.path}.domain.firmware.${field}`);
  }
  return found;
}

/** Removes the MAC address of every interface. True for a change. Throws as {@link identitiesOf}. */
export function clearMacAddresses(machine: Machine): boolean {
  const own = interfacesOf(machine).filter(({ holder }) => Object.hasOwn(holder, "macAddress"));
  for (const { holder } of own) delete holder.macAddress;
  return own.length > 0;
}

/** Sets the SMBIOS UUID; what is missing on the way is made. Throws as {@link identitiesOf}. */
export function setFirmwareUuid(machine: Machine, uuid: string): void {
  const { spec, path, rule } = machine;
  const domain = objectOrNothing(spec.domain, `${path}.domain`, rule) ?? (spec.domain = {});
  const firmware = firmwareOf(machine) ?? (domain.firmware = {});
  firmware.uuid = uuid;
}

/** Removes the SMBIOS serial. True for a change. Throws as {@link identitiesOf}. */
export function clearFirmwareSerial(machine: Machine): boolean {
  const firmware = firmwareOf(machine);
  if (firmware === undefined || !Object.hasOwn(firmware, "serial")) return false;
  delete firmware.serial;
  return true;
}

function domainOf({ spec, path, rule }: Machine): JsonObject | undefined {
  return objectOrNothing(spec.domain, `${path}.domain`, rule);
}

function firmwareOf(machine: Machine): JsonObject | undefined {
  return objectOrNothing(domainOf(machine)?.firmware, `${machine.path}.domain.firmware`, machine.rule);
}

function interfacesOf(machine: Machine): { holder: JsonObject; path: string }[] {
  const { path, rule } = machine;
  const devices = objectOrNothing(domainOf(machine)?.devices, `${path}.domain.devices`, rule);
  const where = `${path}.domain.devices.interfaces`;
  return objectsOrNothing(devices?.interfaces, where, rule).flatMap((holder, index) =>
    holder === undefined ? [] : [{ holder, path: `${where}[${index}]` }]
  );
}
