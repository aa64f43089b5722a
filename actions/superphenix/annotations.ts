import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { annotationPrefix } from "./candidates.ts";
import type { Addresses } from "./ip_objects.ts";
import type { Settings } from "./settings.ts";

/**
 * The annotations that make Kube-OVN assign these addresses again (superphenix 3.3 and 8). Empty values are not written: to
 * Kube-OVN they mean «any».
 *
 * @param existing The annotations of the VM's template.
 */
export function toAnnotations(
  all: readonly Addresses[],
  existing: JsonObject,
  settings: Settings,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const { provider, v4, v6, mac, subnet } of all) {
    const prefix = annotationPrefix(provider);
    const kept = (...names: string[]) =>
      settings["keep-user-addresses"] &&
      names.some((name) => stringAt(existing, `${prefix}/${name}`) !== undefined);
    const set = (name: string, value: string) => {
      if (value !== "") result[`${prefix}/${name}`] = value;
    };
    const addresses = [settings.families === "ipv6" ? "" : v4, settings.families === "ipv4" ? "" : v6];
    if (!kept("mac_address")) set("mac_address", mac);
    if (!kept("ip_address", "ip_pool")) set("ip_address", addresses.filter((one) => one !== "").join(","));
    if (settings.subnet && !Object.hasOwn(existing, `${prefix}/logical_switch`)) {
      set("logical_switch", subnet);
    }
  }
  return result;
}
