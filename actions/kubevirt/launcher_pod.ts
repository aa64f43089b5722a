/**
 * The pods in which instances run (kubevirt 3.4), as far as the rules look at them: a namespace may have hundreds.
 *
 * @module
 */

import type { JsonObject } from "../../objects/json.ts";
import { annotation, label, nameOf, objectsAt, stringAt } from "../../objects/object.ts";
import { isExcludedByLabel } from "../lib/backup_filter.ts";

/** A launcher pod. Texts are empty for what it has not. */
export interface LauncherPod {
  readonly name: string;
  /** The UID of its instance. */
  readonly createdBy: string;
  /** The name of its instance. */
  readonly domain: string;
  readonly terminating: boolean;
  readonly phase: string;
  readonly node: string;
  /** `metadata.creationTimestamp`. */
  readonly created: string;
  /** True when commands can be run in it: hooks work (kubevirt 8.3). */
  readonly takesExec: boolean;
  /** True when KubeVirt gave it hooks that freeze and thaw the guest. */
  readonly hasHooks: boolean;
  /** True when its label keeps it out of backups. */
  readonly excluded: boolean;
  /** True when an annotation asks for file-system backups of its volumes. */
  readonly backsUpFiles: boolean;
}

/** The label selector of launcher pods. */
export const LAUNCHERS = "kubevirt.io=virt-launcher";

/** The label with the UID of the instance. */
export const CREATED_BY = "kubevirt.io/created-by";

/** Reads a pod. */
export function launcherPod(pod: JsonObject): LauncherPod {
  const phase = stringAt(pod, "status", "phase") ?? "";
  const terminating = stringAt(pod, "metadata", "deletionTimestamp") !== undefined;
  const compute = objectsAt(pod, "status", "containerStatuses").find(({ name }) => name === "compute");
  return {
    name: nameOf(pod),
    createdBy: label(pod, CREATED_BY) ?? "",
    domain: annotation(pod, "kubevirt.io/domain") ?? "",
    terminating,
    phase,
    node: stringAt(pod, "spec", "nodeName") ?? "",
    created: stringAt(pod, "metadata", "creationTimestamp") ?? "",
    takesExec: phase === "Running" && !terminating && compute?.ready === true,
    hasHooks: annotation(pod, "pre.hook.backup.velero.io/command") !== undefined,
    excluded: isExcludedByLabel(pod),
    backsUpFiles: (annotation(pod, "backup.velero.io/backup-volumes") ?? "") !== "",
  };
}

/** The instance whose pod is wanted; UID and node are empty when they are not known. */
export interface Launched {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
}

/** What {@link chooseLauncher} looks for when only the name of an instance, or the instance itself, is known. */
export function launched(name: string, instance: JsonObject | undefined): Launched {
  return {
    name,
    uid: stringAt(instance, "metadata", "uid") ?? "",
    node: stringAt(instance, "status", "nodeName") ?? "",
  };
}

/**
 * The launcher pod of an instance; `undefined` when none of the pods is one.
 *
 * After a live migration there are two: the one that is not going away, runs, on the node of the instance, is the newest wins. One
 * that has ended counts only when there is no other.
 */
export function chooseLauncher(
  pods: readonly LauncherPod[],
  { name, uid, node }: Launched,
): LauncherPod | undefined {
  const labelled = uid === "" ? [] : pods.filter(({ createdBy }) => createdBy === uid);
  // A pod with the label of another instance is the one of a predecessor with the same name.
  const own = labelled.length > 0
    ? labelled
    : pods.filter(({ domain, createdBy }) => domain === name && (uid === "" || createdBy === ""));
  const merits = (pod: LauncherPod) => [
    !/^(Succeeded|Failed)$/.test(pod.phase),
    !pod.terminating,
    pod.phase === "Running",
    node !== "" && pod.node === node,
  ];
  return own.toSorted((a, b) => {
    const [ours, theirs] = [merits(a), merits(b)];
    const first = ours.findIndex((merit, at) => merit !== theirs[at]);
    if (first >= 0) return ours[first] ? -1 : 1;
    return a.created === b.created ? 0 : a.created < b.created ? 1 : -1;
  })[0];
}
