/**
 * Kube-OVN's IP objects (superphenix 1.2 and 3.2).
 *
 * @module
 */

import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { type Candidate, ipName } from "./candidates.ts";

/** The kind, which is cluster-scoped. */
export const IPS = { group: "kubeovn.io", version: "v1", resource: "ips" };

/** What an interface has; empty strings for what it has not. */
export interface Addresses {
  /** The provider, from which the annotation keys are built. */
  readonly provider: string;
  readonly v4: string;
  readonly v6: string;
  readonly mac: string;
  readonly subnet: string;
}

/** Gives an IP object by its name; one that is being deleted counts as absent. */
export type ReadIp = (name: string) => Promise<JsonObject | undefined>;

/** A reader for one VM. Its interfaces may share a name to try, which is asked for once. */
export function createIpReader(cluster: Cluster): ReadIp {
  const answers = new Map<string, JsonObject | undefined>();
  return async (name) => {
    if (answers.has(name)) return answers.get(name);
    const found = await absentWhenNotServed(cluster.get(IPS, "", name));
    const answer = stringAt(found, "metadata", "deletionTimestamp") === undefined ? found : undefined;
    answers.set(name, answer);
    return answer;
  };
}

/** The addresses of the first candidate whose IP object exists. `owner` is the VM or the pod that the objects are named after. */
export async function fromIpObjects(
  owner: string,
  namespace: string,
  candidates: readonly Candidate[],
  readIp: ReadIp,
): Promise<Addresses | undefined> {
  for (const { provider } of candidates) {
    const ip = await readIp(ipName(owner, namespace, provider));
    if (ip === undefined) continue;
    const field = (name: string) => stringAt(ip, "spec", name) ?? "";
    return {
      provider,
      v4: field("v4IpAddress"),
      v6: field("v6IpAddress"),
      mac: field("macAddress"),
      subnet: field("subnet"),
    };
  }
  return undefined;
}
