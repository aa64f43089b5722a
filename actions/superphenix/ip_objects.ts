/**
 * Kube-OVN's IP objects (superphenix 1.2 and 3.2).
 *
 * @module
 */

import { absentWhenNotServed, type Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import { objectOrNothing, stringOrNothing } from "../lib/expect.ts";
import { type Candidate, ipName } from "./candidates.ts";

/** The kind, which is cluster-scoped. */
export const IPS = { group: "kubeovn.io", version: "v1", resource: "ips" };

const RULE = "superphenix 3.3";

/** The addresses of an interface; an empty string for each that it does not have. */
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
  const answers = new Map<string, Promise<JsonObject | undefined>>();
  const read = async (name: string) => {
    const found = await absentWhenNotServed(cluster.get(IPS, "", name));
    return stringAt(found, "metadata", "deletionTimestamp") === undefined ? found : undefined;
  };
  return (name) => {
    const answer = answers.get(name) ?? read(name);
    answers.set(name, answer);
    return answer;
  };
}

/**
 * The addresses in the IP object of a candidate, if it exists. `owner` is the VM or the pod that the object is named after.
 *
 * @throws {Refusal} when one of them has a wrong type: without it the VM would lose an address, and nobody would know.
 */
export async function fromIpObject(
  owner: string,
  namespace: string,
  { provider }: Candidate,
  readIp: ReadIp,
): Promise<Addresses | undefined> {
  const name = ipName(owner, namespace, provider);
  const ip = await readIp(name);
  if (ip === undefined) return undefined;
  const where = `spec of IP object ${name}`;
  const spec = objectOrNothing(ip.spec, where, RULE);
  const field = (key: string) => stringOrNothing(spec?.[key], `${key} in the ${where}`, RULE);
  return {
    provider,
    v4: field("v4IpAddress"),
    v6: field("v6IpAddress"),
    mac: field("macAddress"),
    subnet: field("subnet"),
  };
}
