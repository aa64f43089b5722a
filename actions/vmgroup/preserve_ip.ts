/**
 * Carries the configured addresses of a VM over to its restored copy (vmgroup 9, `preserve-ip`).
 *
 * `status.network.config` and `spec.network` have different shapes; only addresses and gateways are carried over, because the
 * network at the new place decides on name servers and DHCP.
 *
 * @module
 */

import type { Log } from "../action.ts";
import type { JsonObject } from "../../objects/json.ts";
import { arrayAt, at, ensureObject, objectAt, objectsAt, stringAt } from "../../objects/object.ts";
import { versionOf } from "./kinds.ts";

const FAMILIES = [
  { dhcp: "dhcp4", config: "ip4", gateway: "gateway4", has: (address: string) => !address.includes(":") },
  { dhcp: "dhcp6", config: "ip6", gateway: "gateway6", has: (address: string) => address.includes(":") },
] as const;

/** Fills addresses into the interfaces of a VM; gives one sentence per filled interface. */
export function preserveAddresses(vm: JsonObject, stored: JsonObject, log: Log): string[] {
  if (versionOf(vm) === "v1alpha1") {
    log.warn(
      "vmgroup.preserve-ip: the VM keeps no addresses, because API version v1alpha1 has no field for them",
    );
    return [];
  }
  const spec = objectAt(vm, "spec");
  if (spec === undefined) return [];
  const configured = objectsAt(stored, "status", "network", "config", "interfaces");
  const interfaces = at(spec, "network", "interfaces");
  if (at(spec, "network", "disabled") === true) return [];
  if (isEmpty(interfaces)) return addInterface(spec, configured, log);
  return objectsAt(spec, "network", "interfaces").flatMap((own) => {
    const name = stringAt(own, "name");
    const config = name === undefined ? undefined : configured.find((other) => other.name === name);
    if (config === undefined || !isEmpty(own.addresses)) return [];
    return fill(own, config);
  });
}

// Only one interface can be matched without a name to go by.
function addInterface(spec: JsonObject, configured: readonly JsonObject[], log: Log): string[] {
  const [config] = configured;
  const name = stringAt(config, "name");
  const network = spec.network ?? undefined;
  if (config === undefined || configured.length > 1 || name === undefined) {
    log.warn(
      `vmgroup.preserve-ip: the VM keeps no addresses, because spec.network has no interfaces and the stored status has ${configured.length} instead of one`,
    );
    return [];
  }
  if (network !== undefined && objectAt(spec, "network") === undefined) return [];
  const made: JsonObject = { name };
  const changes = fill(made, config);
  if (changes.length > 0) ensureObject(spec, "network").interfaces = [made];
  return changes;
}

function fill(own: JsonObject, config: JsonObject): string[] {
  // VM Operator refuses an address of a family that the interface gets by DHCP, and one without a prefix length.
  const manual = FAMILIES.filter(({ dhcp, config: family }) =>
    at(config, "ip", "dhcp", family, "enabled") !== true && own[dhcp] !== true
  );
  const addresses = arrayAt(config, "ip", "addresses")
    .filter((address) => typeof address === "string")
    .filter((address) => address.includes("/") && manual.some((family) => family.has(address)));
  if (addresses.length === 0) return [];
  own.addresses = addresses;
  for (const { gateway, has } of manual) {
    const value = stringAt(config, "ip", gateway)?.split("/")[0];
    if (value && isEmpty(own[gateway]) && addresses.some(has)) own[gateway] = value;
  }
  return [`kept ${addresses.join(", ")} of interface ${own.name}`];
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" ||
    (Array.isArray(value) && value.length === 0);
}
