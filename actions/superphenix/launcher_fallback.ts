/**
 * Addresses from the running launcher pod, where Kube-OVN keeps no IP object under the VM's name (superphenix 8).
 *
 * @module
 */

import type { Cluster } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { annotation, label, nameOf, namespaceOf, stringAt } from "../../objects/object.ts";
import { annotationPrefix, type Candidate } from "./candidates.ts";
import { type Addresses, fromIpObject, type ReadIp } from "./ip_objects.ts";

const PODS = { group: "", version: "v1", resource: "pods" };
const INSTANCES = { group: "kubevirt.io", version: "v1", resource: "virtualmachineinstances" };

/** A look-up in the launcher pod of one VM; the pod is searched for once. */
export function createLauncherFallback(
  vm: JsonObject,
  cluster: Cluster,
  readIp: ReadIp,
): (candidates: readonly Candidate[]) => Promise<Addresses | undefined> {
  let searching: Promise<JsonObject | undefined> | undefined;
  return async (candidates) => {
    if (!hasLauncher(vm)) return undefined;
    searching ??= findLauncher(vm, cluster);
    const pod = await searching;
    if (pod === undefined) return undefined;
    for (const { provider } of candidates) {
      const found = fromAnnotations(pod, provider);
      if (found !== undefined) return found;
    }
    for (const candidate of candidates) {
      const found = await fromIpObject(nameOf(pod), namespaceOf(vm), candidate, readIp);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

// A VM that is migrating has two launcher pods; a paused VM keeps its launcher pod.
function hasLauncher(vm: JsonObject): boolean {
  return /^(Starting|Running|Migrating|Paused)$/.test(stringAt(vm, "status", "printableStatus") ?? "");
}

async function findLauncher(vm: JsonObject, cluster: Cluster): Promise<JsonObject | undefined> {
  const [namespace, name] = [namespaceOf(vm), nameOf(vm)];
  const usable = async (labelSelector: string) => {
    const pods: JsonObject[] = [];
    for await (const pod of cluster.list(PODS, { namespace, labelSelector })) {
      if (isRunningLauncher(pod, name)) pods.push(pod);
    }
    return pods;
  };
  // Releases without the VM's name as a label, and names too long for one, have the annotation.
  let pods = name.length <= 63 ? await usable(`vm.kubevirt.io/name=${name}`) : [];
  if (pods.length === 0) pods = await usable("kubevirt.io=virt-launcher");
  if (pods.length <= 1) return pods[0];
  const vmi = await cluster.get(INSTANCES, namespace, name);
  const node = stringAt(vmi, "status", "nodeName");
  const made = (pod: JsonObject) => stringAt(pod, "metadata", "creationTimestamp") ?? "";
  const newest = pods.toSorted((a, b) => made(a) < made(b) ? 1 : -1);
  return newest.find((pod) => node !== undefined && stringAt(pod, "spec", "nodeName") === node) ?? newest[0];
}

function isRunningLauncher(pod: JsonObject, vm: string): boolean {
  return stringAt(pod, "status", "phase") === "Running" &&
    stringAt(pod, "metadata", "deletionTimestamp") === undefined &&
    // Pods that attach or export disks carry the VM's name too.
    (label(pod, "kubevirt.io") ?? "virt-launcher") === "virt-launcher" &&
    (label(pod, "vm.kubevirt.io/name") === vm || annotation(pod, "kubevirt.io/domain") === vm);
}

function fromAnnotations(pod: JsonObject, provider: string): Addresses | undefined {
  const value = (key: string) => annotation(pod, `${annotationPrefix(provider)}/${key}`) ?? "";
  const parts = value("ip_address").split(",").map((part) => part.trim());
  const v4 = parts.find((part) => part.includes(".") && !part.includes(":")) ?? "";
  const v6 = parts.find((part) => part.includes(":")) ?? "";
  const mac = value("mac_address");
  if (v4 === "" && v6 === "" && mac === "") return undefined;
  return { provider, v4, v6, mac, subnet: value("logical_switch") };
}
