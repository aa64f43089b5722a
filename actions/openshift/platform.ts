/**
 * Where the source acts: on OpenShift, and on OpenShift's own objects (openshift IMP-05).
 *
 * @module
 */

import { ClusterError } from "../../cluster/cluster.ts";
import type { JsonObject } from "../../objects/json.ts";
import { stringAt } from "../../objects/object.ts";
import type {
  BackupItemAction,
  Context,
  ItemBlockAction,
  RestoreItemAction,
  RestoreItemActionV2,
} from "../action.ts";
import { requestFailure } from "../lib/request_failure.ts";
import { IMAGE_STREAMS } from "./kinds.ts";
import type { Settings } from "./settings.ts";

/** An action of this source. */
export type OpenShiftAction =
  | BackupItemAction<Settings>
  | RestoreItemAction<Settings>
  | RestoreItemActionV2<Settings>
  | ItemBlockAction<Settings>;

/**
 * The action as it is registered: where the cluster is not OpenShift, and for an object that only shares its resource name with one
 * of OpenShift, it leaves the item as it is.
 */
export function onOpenShift(action: OpenShiftAction): OpenShiftAction {
  const concerns = objectGuard(action.appliesTo.includedResources);
  const guard = <R extends { readonly item: JsonObject }, T>(
    work: (request: R, context: Context<Settings>) => T | void | Promise<T | void>,
  ) =>
  async (request: R, context: Context<Settings>): Promise<T | void> => {
    if (concerns(request.item) && await isOpenShift(context)) return await work(request, context);
  };
  switch (action.kind) {
    case "BackupItemAction":
      return { ...action, execute: guard(action.execute) };
    case "RestoreItemAction":
      return { ...action, execute: guard(action.execute) };
    case "RestoreItemActionV2":
      return { ...action, execute: guard(action.execute) };
    case "ItemBlockAction":
      return { ...action, relatedItems: guard(action.relatedItems) };
  }
}

async function isOpenShift(context: Context<Settings>): Promise<boolean> {
  const { enabled } = context.settings;
  if (enabled !== "auto") return enabled === "true";
  try {
    const { group, resource } = IMAGE_STREAMS;
    return (await context.cluster.serves(group, resource)).length > 0;
  } catch (error) {
    // Most actions need no cluster, and preview may have none; the others say themselves what they cannot read.
    if (!(error instanceof ClusterError)) throw error;
    const why = requestFailure(error, context);
    context.log.debug(`cannot see whether this is OpenShift, so it is taken for it: ${why}`);
    return true;
  }
}

// The bare names by which the selectors call resources of OpenShift; elsewhere they may mean others (Shipwright's builds, Knative's routes).
const BARE_NAMES: ReadonlySet<string> = new Set([
  "builds",
  "buildconfigs",
  "deploymentconfigs",
  "imagestreams",
  "imagestreamtags",
  "imagetags",
  "routes",
  "securitycontextconstraints",
]);

const OPENSHIFT_GROUP = /(^|\.)openshift\.io$/;

/**
 * Says whether an item that Velero hands over is one of those meant. An action for a kind of OpenShift takes an item without a group,
 * of a group of OpenShift, or of a group that its selector names.
 */
function objectGuard(resources: readonly string[]): (item: JsonObject) => boolean {
  const named = new Set(resources.flatMap((resource) => /\.(.+)$/.exec(resource)?.[1] ?? []));
  const own = (group: string) => OPENSHIFT_GROUP.test(group);
  if (!resources.some((name) => BARE_NAMES.has(name)) && ![...named].some(own)) return () => true;
  return (item) => {
    const [, group = ""] = /^(.*)\//.exec(stringAt(item, "apiVersion") ?? "") ?? [];
    return group === "" || own(group) || named.has(group);
  };
}
