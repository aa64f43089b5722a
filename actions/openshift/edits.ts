/**
 * Restore actions that change one field by a rule about the object alone (openshift A15, A28, A38).
 *
 * @module
 */

import { annotation, nameOf, namespaceOf, objectAt, stringAt } from "../../objects/object.ts";
import type { RestoreItemAction, RestoreRequest } from "../action.ts";
import { Refusal } from "../lib/refusal.ts";
import { ANNOTATIONS } from "./constants.ts";
import type { Settings } from "./settings.ts";

interface Edit {
  readonly name: string;
  readonly resource: string;
  /** Changes the object in place and says what it did; `undefined` when there was nothing to do. */
  edit(request: RestoreRequest, settings: Settings): string | undefined;
}

const EDITS: readonly Edit[] = [
  { name: "05-route-restore-plugin", resource: "routes", edit: clearGeneratedHost },
  { name: "15-service-restore-plugin", resource: "services", edit: removeExternalAddresses },
  {
    name: "24-horizontalpodautoscaler-restore-plugin",
    resource: "horizontalpodautoscalers",
    edit: nameGroupOfTarget,
  },
];

/** The actions of the table. */
export const edits: readonly RestoreItemAction<Settings>[] = EDITS.map(({ name, resource, edit }) => ({
  kind: "RestoreItemAction",
  name: `openshift.io/${name}`,
  appliesTo: { includedResources: [resource] },
  execute(request, { settings, log }) {
    const change = edit(request, settings);
    if (change === undefined) return;
    log.info(change);
    return { item: request.item };
  },
}));

// OpenShift gives the Route a host of the new cluster. The annotation stays behind when a user edits the host, so by default the host
// must also look generated (openshift IMP-28).
function clearGeneratedHost(request: RestoreRequest, settings: Settings): string | undefined {
  const { item: route } = request;
  const policy = settings["route.host-policy"];
  if (policy === "keep" || annotation(route, ANNOTATIONS.hostGenerated) !== "true") return;
  const spec = objectAt(route, "spec");
  const host = stringAt(spec, "host");
  if (spec === undefined || host === undefined) return;
  const generated = `${nameOf(route)}-${namespaceOf(request.itemFromBackup)}.`;
  if (policy === "generated-pattern" && !host.startsWith(generated)) return;
  delete spec.host;
  return `removed the generated host ${host}`;
}

// A load balancer of the old cluster has given them (openshift A28).
function removeExternalAddresses({ item: service }: RestoreRequest): string | undefined {
  const spec = objectAt(service, "spec");
  if (spec?.type !== "LoadBalancer" || !Object.hasOwn(spec, "externalIPs")) return;
  delete spec.externalIPs;
  return "removed the external IPs of a load balancer";
}

// Old objects name DeploymentConfigs without a group, which the API server cannot resolve any more (openshift A38).
function nameGroupOfTarget({ item: autoscaler }: RestoreRequest): string | undefined {
  const target = objectAt(autoscaler, "spec", "scaleTargetRef");
  const apiVersion = target?.apiVersion;
  if (target === undefined || typeof apiVersion !== "string") return;
  if (apiVersion.split("/").length > 2) {
    throw new Refusal(`spec.scaleTargetRef.apiVersion "${apiVersion}" is not of the form group/version`, {
      rule: "openshift A38",
      remedy: "correct the autoscaler and back it up again, or leave it out of the restore",
      reason: "invalid_item",
    });
  }
  if (apiVersion !== "v1" || target.kind !== "DeploymentConfig") return;
  target.apiVersion = "apps.openshift.io/v1";
  return "the scale target is of apps.openshift.io/v1";
}
