/**
 * Restore actions of workloads whose images are named anew, and which are left out when their owner makes them again (openshift 7.1).
 *
 * @module
 */

import { objectAt } from "../../objects/object.ts";
import type { RestoreItemAction } from "../action.ts";
import { namespaceMapping } from "../lib/namespace_mapping.ts";
import { ANNOTATIONS } from "./constants.ts";
import { imageSwap, swapImages } from "./image_swap.ts";
import { mapImageTriggers } from "./image_triggers.ts";
import { isOwnedBy } from "./owners.ts";
import { removeAnnotation } from "./remove_annotation.ts";
import type { Settings } from "./settings.ts";

interface Workload {
  /** The registered name without its domain. */
  readonly name: string;
  readonly resource: string;
  /** Path of the pod's specification. */
  readonly podSpec: readonly string[];
  /** Kind of an owner that makes the object again. */
  readonly owner?: string;
  /** True when the settings want the object all the same. */
  readonly keepsOwned?: (settings: Settings) => boolean;
}

const TEMPLATE = ["spec", "template", "spec"];

const WORKLOADS: readonly Workload[] = [
  {
    name: "09-replicationcontroller-restore-plugin",
    resource: "replicationcontrollers",
    podSpec: TEMPLATE,
    owner: "DeploymentConfig",
  },
  { name: "10-job-restore-plugin", resource: "jobs", podSpec: TEMPLATE, owner: "CronJob" },
  { name: "11-daemonset-restore-plugin", resource: "daemonsets.apps", podSpec: TEMPLATE },
  {
    name: "12-replicaset-restore-plugin",
    resource: "replicasets.apps",
    podSpec: TEMPLATE,
    owner: "Deployment",
    keepsOwned: (settings) => !settings["replicaset.skip-owned"],
  },
  { name: "13-deployment-restore-plugin", resource: "deployments.apps", podSpec: TEMPLATE },
  { name: "14-statefulset-restore-plugin", resource: "statefulsets.apps", podSpec: TEMPLATE },
  {
    name: "16-cronjob-restore-plugin",
    resource: "cronjobs",
    podSpec: ["spec", "jobTemplate", "spec", "template", "spec"],
  },
];

/** The actions of the table. */
export const workloads: readonly RestoreItemAction<Settings>[] = WORKLOADS.map((workload) => ({
  kind: "RestoreItemAction",
  name: `openshift.io/${workload.name}`,
  appliesTo: { includedResources: [workload.resource] },
  async execute({ item, itemFromBackup, restore }, context) {
    const { settings, log } = context;
    const { owner, keepsOwned, podSpec } = workload;
    const owned = owner !== undefined && isOwnedBy(itemFromBackup, owner);
    // A paused DeploymentConfig does not make its ReplicationController again.
    const released = owned && removeAnnotation(item, ANNOTATIONS.pausedOwner);
    if (owned && !released && keepsOwned?.(settings) !== true) {
      log.info(`not restored: its ${owner} makes it again`);
      return { skipRestore: true };
    }
    const swapped = await swapImages(objectAt(item, ...podSpec), imageSwap(item, restore, context), settings);
    const mapped = mapImageTriggers(item, namespaceMapping(restore), log);
    return released || swapped || mapped ? { item } : {};
  },
}));
