import { type Cluster, ClusterError } from "../../cluster/cluster.ts";
import type { Log } from "../action.ts";
import { isObject, type JsonObject, parseJson } from "../../objects/json.ts";
import { objectsAt, stringAt } from "../../objects/object.ts";
import type { NadKind } from "./candidates.ts";
import { type Nad, NADS } from "../lib/kubevirt/nad.ts";

/**
 * Reads from a NAD's CNI configuration how Kube-OVN serves it (superphenix 1.2 and 8).
 *
 * @returns `undefined` when that cannot be told, so that the names have to be tried.
 */
export async function findNadKind(
  { namespace, name }: Nad,
  cluster: Cluster,
  log: Log,
): Promise<NadKind | undefined> {
  const unknown = (why: string) => {
    log.debug(`network ${namespace}/${name}: ${why}; the possible names are tried`);
    return undefined;
  };
  let nad: JsonObject | undefined;
  try {
    nad = await cluster.get(NADS, namespace, name);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return unknown(error.message);
  }
  if (nad === undefined) return unknown("the NetworkAttachmentDefinition does not exist");
  const config = parseConfig(stringAt(nad, "spec", "config"));
  return config === undefined ? unknown("spec.config is not a JSON object") : kindOf(config);
}

function parseConfig(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(config: JsonObject): NadKind {
  const plugins = [config, ...objectsAt(config, "plugins")];
  if (plugins.some((plugin) => plugin.type === "kube-ovn")) return "kube-ovn";
  return plugins.some((plugin) => stringAt(plugin, "ipam", "type") === "kube-ovn") ? "ipam" : "none";
}
